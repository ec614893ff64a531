"""The rows of the comparison: an edge, and before, after and difference of what it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt
from PySide6.QtWidgets import QWidget

from gui.breakpoints.words import place_name
from gui.comparing.comparing import Comparing
from gui.comparing.words import by_text, ends_text
from gui.document import Document

if TYPE_CHECKING:
    from runtime.comparing import Change, Difference

EDGE, VALUE, VALUE_BY, GRADIENT, GRADIENT_BY = range(5)
ROW = 26
Role = Qt.ItemDataRole


class DifferencesModel(QAbstractTableModel):
    """The edges that differ as far as the playhead has come, in the run's order or by size."""

    def __init__(self, document: Document, comparing: Comparing, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._comparing = document, comparing
        self.rows: tuple[Difference, ...] = ()
        self._by: tuple[int, Qt.SortOrder] = (EDGE, Qt.SortOrder.AscendingOrder)

    def follow(self) -> None:
        """Read the comparison anew; the same rows keep their selection."""
        rows = self._sorted(self._comparing.seen())
        if rows == self.rows:
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, GRADIENT_BY))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By the run's order, or by the size of the difference."""
        self._by = (column, order)
        self.follow()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row an edge."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Edge, value and its difference, gradient and its difference."""
        return 0 if parent.isValid() else 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole):
        """What the columns are."""
        if orientation != Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        value, gradient, by = self.tr("Value"), self.tr("Gradient"), self.tr("by")
        return (self.tr("Edge"), value, by, gradient, by)[section]

    def data(self, index: QModelIndex, role: int = Role.DisplayRole):
        """Texts; what is ahead of the playhead is not told."""
        if role in (Role.DisplayRole, Role.ToolTipRole, Role.AccessibleTextRole):
            return self._text(self.rows[index.row()], index.column())
        return QSize(0, ROW) if role == Role.SizeHintRole else None

    def _sorted(self, rows: tuple[Difference, ...]) -> tuple[Difference, ...]:
        column, order = self._by
        is_down = order == Qt.SortOrder.DescendingOrder
        if column == EDGE:
            return rows[::-1] if is_down else rows
        return tuple(sorted(rows, key=lambda row: self._size(row, column), reverse=is_down))

    def _size(self, row: Difference, column: int) -> float:
        change = self._change(row, column)
        return -1.0 if change is None else change.error

    def _change(self, row: Difference, column: int) -> Change | None:
        of = "value" if column in (VALUE, VALUE_BY) else "gradient"
        return getattr(row, of) if self._comparing.tells(row, of) else None

    def _text(self, row: Difference, column: int) -> str:
        if column == EDGE:
            root = self._document.root
            end = place_name(root, str(row.target))
            return end if row.source is None else f"{place_name(root, str(row.source))} → {end}"
        change = self._change(row, column)
        if change is None:
            return ""
        return by_text(change) if column in (VALUE_BY, GRADIENT_BY) else ends_text(change)
