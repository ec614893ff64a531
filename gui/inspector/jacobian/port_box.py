"""A box in which a port is found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from gui.search_box.choice_box import CHOICE, ChoiceBox
from gui.search_box.row_paint import GAP, LEFT, RowPainter, write
from gui.search_box.rows import ROW
from gui.theme import Theme

MOST = 200  # rows that are offered at a time


@dataclass(frozen=True, slots=True)
class PortRow:
    """A port by its address and the name it is shown by."""

    address: str
    name: str


class PortRows(QAbstractListModel):
    """The ports whose name holds every typed word, in the order of the run."""

    def __init__(self, ports: Sequence[PortRow], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ports, self._rows = tuple(ports), tuple(ports[:MOST])

    def find(self, query: str) -> None:
        """Show what answers a query."""
        words = query.casefold().split()
        self.beginResetModel()
        found = (
            row
            for row in self._ports
            if all(w in f"{row.name} {row.address}".casefold() for w in words)
        )
        self._rows = tuple(row for row, _ in zip(found, range(MOST), strict=False))
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        return {Qt.ItemDataRole.DisplayRole: row.name, CHOICE: row.address}.get(role)


class PortPainter(RowPainter):
    """Paints the name of a port; its address beside it where that is another."""

    def paint_choice(self, painter: QPainter, area: QRectF, row: PortRow) -> None:
        """One line."""
        left, right = area.left() + LEFT, area.right() - LEFT
        painter.setPen(self._theme.color("text"))
        end = write(painter, self._theme.font(13), left, right, area, row.name)
        if row.address != row.name:
            painter.setPen(self._theme.color("muted"))
            write(painter, self._theme.font(12), end + GAP, right, area, row.address)


class PortBox(ChoiceBox):
    """A port is chosen by typing and Enter, by arrows, or with the mouse."""

    def __init__(self, ports: Sequence[PortRow], theme: Theme, parent: QWidget) -> None:
        super().__init__(PortRows(ports), PortPainter(theme), theme, parent)
        title, prompt = self.tr("The derivative of a port"), self.tr("Search ports")
        self.name_parts(title, prompt, self.tr("Ports that this edge leads to"))

    def why_nothing(self, query: str) -> str:
        """What to say where no port answers a query."""
        text = self.tr('No port that this edge leads to answers "{0}". Clear the search.')
        return text.format(query)
