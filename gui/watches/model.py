"""The rows of the watch list: a port, its figures where the playhead stands, and how they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from graph import PortRef
from gui.breakpoints.words import place_name
from gui.document import Document
from gui.numbers import format_number
from gui.watches.histories import Histories, come
from gui.watches.watches import Watches

if TYPE_CHECKING:
    from runtime.stops import History, Point

PORT, VALUE, VALUE_LINE, GRADIENT, GRADIENT_LINE = range(5)
LINES = (VALUE_LINE, GRADIENT_LINE)
Role = Qt.ItemDataRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WatchModel(QAbstractTableModel):
    """Reads the histories at the playhead; what lies ahead of it is not told."""

    def __init__(
        self, document: Document, watches: Watches, histories: Histories, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._document, self._watches, self._histories = document, watches, histories
        self.ports: tuple[PortRef, ...] = watches.all

    def follow(self) -> None:
        """Read everything anew; where the rows are the same they keep the selection."""
        if self._watches.all != self.ports:
            self.beginResetModel()
            self.ports = self._watches.all
            self.endResetModel()
        elif self.ports:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.ports) - 1, GRADIENT_LINE))

    def points(self, row: int, column: int) -> tuple[Point, ...]:
        """The figures that have come, of the value or the gradient of a row."""
        history = self._history(row)
        if history is None:
            return ()
        of_value = column in (VALUE, VALUE_LINE)
        points = history.value if of_value else history.gradient
        return come(points, self._document.playhead.whole)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row a port."""
        return 0 if parent.isValid() else len(self.ports)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Port, value and its line, gradient and its line."""
        return 0 if parent.isValid() else 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole):
        """What the columns are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole:
            return RIGHT if section in (VALUE, GRADIENT) else Qt.AlignmentFlag.AlignLeft
        names = (self.tr("Port"), self.tr("Value"), self.tr("over the steps"))
        more = (self.tr("Gradient"), self.tr("over the steps"))
        return (*names, *more)[section] if role == Role.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Role.DisplayRole):
        """Names and figures; lines are painted, and said in words."""
        row, column = index.row(), index.column()
        if role == Role.TextAlignmentRole and column in (VALUE, GRADIENT):
            return RIGHT
        if role == Role.DisplayRole:
            return self._text(row, column)
        if role in (Role.AccessibleTextRole, Role.ToolTipRole):
            return self._told(row, column)
        return None

    def _history(self, row: int) -> History | None:
        return self._histories.by_port.get(self.ports[row])

    def _text(self, row: int, column: int) -> str:
        if column == PORT:
            return place_name(self._document.root, str(self.ports[row]))
        if column in LINES:
            return ""
        points = self.points(row, column)
        return _figure(points[-1]) if points else ""

    def _told(self, row: int, column: int) -> str:
        """A cell in words: of a line all its figures, the last of many."""
        if column not in LINES:
            return self._text(row, column)
        points = self.points(row, column)
        if not points:
            return self.tr("nothing yet")
        figures = [_figure(point) for point in points[-8:]]
        return ("… " if len(points) > 8 else "") + " → ".join(figures)


def _figure(point: Point) -> str:
    number = format_number(point.figure)
    return f"‖{number}‖" if point.is_norm else number
