"""The rows of the search box: modules, and the quiet headings between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from graph import Module
from gui.icons import icon_of
from gui.module_search import find_modules, first_sentence, group_rank
from gui.search_box.choice_box import CHOICE

ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module that can be chosen; `group` is written beside it where no heading says it."""

    name: str
    icon: str
    doc: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """What the rows below have in common."""

    title: str


Row = ModuleRow | HeadingRow


class ModuleRows(QAbstractListModel):
    """The modules that answer a query: the best first, or all of them by group without one."""

    def __init__(
        self,
        modules: Sequence[type[Module]],
        first: Sequence[str] = (),
        parent: QObject | None = None,
    ) -> None:
        """`first` names modules that stand on top while nothing is typed: those used last."""
        super().__init__(parent)
        self._modules = tuple(modules)
        by_name = {module.name: module for module in self._modules}
        self._first = tuple(by_name[name] for name in first if name in by_name)
        self._rows: list[Row] = []
        self.find("")

    def find(self, query: str) -> None:
        """Show what answers a query."""
        self.beginResetModel()
        if query.split():
            found = find_modules(query, self._modules)
            self._rows = [_row_of(module, module.group) for module in found]
        else:
            self._rows = self._all()
        self.endResetModel()

    def names(self) -> list[str]:
        """The modules that are shown, from top to bottom."""
        return [row.name for row in self._rows if isinstance(row, ModuleRow)]

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
        if isinstance(row, HeadingRow):
            return row.title if role == Qt.ItemDataRole.DisplayRole else None
        if role in (Qt.ItemDataRole.DisplayRole, CHOICE):
            return row.name
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.doc
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Headings cannot be chosen, and the arrow keys pass them over."""
        if index.isValid() and isinstance(self._rows[index.row()], ModuleRow):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def _all(self) -> list[Row]:
        rows: list[Row] = []
        if self._first:
            rows.append(HeadingRow(self.tr("Used last")))
            rows += [_row_of(module) for module in self._first]
        groups: dict[str, list[type[Module]]] = {}
        for module in self._modules:
            groups.setdefault(module.group, []).append(module)
        for group in sorted(groups, key=group_rank):
            rows.append(HeadingRow(group))
            rows += [_row_of(module) for module in groups[group]]
        return rows


def _row_of(module: type[Module], group: str = "") -> ModuleRow:
    return ModuleRow(module.name, icon_of(module), first_sentence(module.doc), group)
