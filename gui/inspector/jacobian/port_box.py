"""A box in which a port is found by typing a part of its name."""

from __future__ import annotations

from itertools import islice
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from graph import PortRef
from gui.inspector.jacobian.behind import Behind
from gui.search_box.choice_box import CHOICE, ChoiceBox
from gui.search_box.row_paint import GAP, LEFT, RowPainter, write
from gui.search_box.rows import ROW
from gui.theme import Theme

MOST = 200  # rows that are offered at a time


class PortRows(QAbstractListModel):
    """The ports behind an edge that hold every typed word, in the order of the run."""

    def __init__(self, behind: Behind, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._behind = behind
        self._ports: tuple[PortRef, ...] | None = None
        self._rows: tuple[PortRef, ...] = ()
        self.find("")

    def find(self, query: str) -> None:
        """Show what answers a query."""
        words = query.casefold().split()
        self.beginResetModel()
        if words and self._ports is None:
            self._ports = tuple(self._behind)
        ports = self._behind if self._ports is None else self._ports
        found = (port for port in ports if self._behind.matches(port, words))
        self._rows = tuple(islice(found, MOST))
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        port = self._rows[index.row()]
        if role == ROW:
            return port
        if role == CHOICE:
            return str(port)
        return self._behind.name(port) if role == Qt.ItemDataRole.DisplayRole else None


class PortPainter(RowPainter):
    """Paints the name of a port; its address beside it where that is another."""

    def __init__(self, behind: Behind, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(theme, parent)
        self._behind = behind

    def paint_choice(self, painter: QPainter, area: QRectF, port: PortRef) -> None:
        """One line."""
        left, right = area.left() + LEFT, area.right() - LEFT
        name = self._behind.name(port)
        painter.setPen(self._theme.color("text"))
        end = write(painter, self._theme.font(13), left, right, area, name)
        painter.setPen(self._theme.color("muted"))
        if name != str(port):
            write(painter, self._theme.font(12), end + GAP, right, area, str(port))


class PortBox(ChoiceBox):
    """A port is chosen by typing and Enter, by arrows, or with the mouse."""

    def __init__(self, behind: Behind, theme: Theme, parent: QWidget) -> None:
        super().__init__(PortRows(behind), PortPainter(behind, theme), theme, parent)
        title, prompt = self.tr("The derivative of a port"), self.tr("Search ports")
        self.name_parts(title, prompt, self.tr("Ports that this edge leads to"))

    def why_nothing(self, query: str) -> str:
        """What to say where no port answers a query."""
        text = self.tr('No port that this edge leads to answers "{0}". Clear the search.')
        return text.format(query)
