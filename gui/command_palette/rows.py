"""The rows of the command palette: commands that can be done, then those that cannot, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from gui import fuzzy
from gui.search_box.choice_box import CHOICE
from gui.search_box.rows import ROW, HeadingRow

ELSEWHERE = 10.0  # what a match costs that needs the menu's name
TOLD = -1000.0  # the worth of a match in what a command's tip says alone: after all others
RECENT = 3.0  # what having been used lately counts


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command; `why` says what is missing where it cannot be done now."""

    id: str
    title: str
    menu: str
    keys: str = ""
    can_be_done: bool = True
    why: str = ""
    tip: str = ""


Row = CommandRow | HeadingRow


class CommandRows(QAbstractListModel):
    """The commands that answer a query, the best first; without one by menu, recent ones on top."""

    def __init__(
        self,
        commands: Sequence[CommandRow],
        recent: Sequence[str] = (),
        parent: QObject | None = None,
    ) -> None:
        """`recent` names the commands used last, the newest first."""
        super().__init__(parent)
        self._commands, self._recent = tuple(commands), tuple(recent)
        self._rows: list[Row] = []
        self.find("")

    def find(self, query: str) -> None:
        """Show what answers a query."""
        self.beginResetModel()
        self._rows = self._found(query) if query.split() else self._all()
        self.endResetModel()

    def titles(self) -> list[str]:
        """What is shown, from top to bottom, headings left out."""
        return [row.title for row in self._rows if isinstance(row, CommandRow)]

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row itself for what paints it, words for what reads it out."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if isinstance(row, HeadingRow):
            return None
        if role == CHOICE:
            return row.id if row.can_be_done else None
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return ", ".join(filter(None, (row.menu, row.keys, row.why)))
        return row.why or None if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Headings are passed over; what cannot be done is reached, for its reason."""
        if index.isValid() and isinstance(self._rows[index.row()], CommandRow):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def _found(self, query: str) -> list[Row]:
        scored = [(self._score(query, row), row) for row in self._commands]
        found = [(value, row) for value, row in scored if value is not None]
        found.sort(key=lambda pair: (not pair[1].can_be_done, -pair[0]))
        return [row for _, row in found]

    def _score(self, query: str, row: CommandRow) -> float | None:
        extra = RECENT if row.id in self._recent else 0.0
        value = fuzzy.score(query, row.title)
        if value is None:
            words, menu = query.split(), row.menu.casefold()
            rest = [word for word in words if not menu.startswith(word.casefold())]
            value = fuzzy.score(" ".join(rest), row.title) if rest != words else None
            extra -= ELSEWHERE
        if value is None and _is_told(query, row.tip):
            value = TOLD
        return None if value is None else value + extra

    def _all(self) -> list[Row]:
        able = {row.id: row for row in self._commands if row.can_be_done}
        rows: list[Row] = []
        recent = [able.pop(id_) for id_ in self._recent if id_ in able]
        if recent:
            rows += [HeadingRow(self.tr("Used last")), *recent]
        for menu, members in groupby(able.values(), key=lambda row: row.menu):
            rows += [HeadingRow(menu), *(replace(row, menu="") for row in members)]
        unable = [row for row in self._commands if not row.can_be_done]
        if unable:
            rows += [HeadingRow(self.tr("Not now")), *unable]
        return rows


def _is_told(query: str, tip: str) -> bool:
    """Whether every word of a query, of three letters or more, begins a word of a tip."""
    words, told = query.casefold().split(), tip.casefold().split()
    return all(len(w) > 2 and any(t.startswith(w) for t in told) for w in words)
