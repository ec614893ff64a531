"""A plane of a tensor as a Qt table: read cell by cell, so that size costs nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from graph import GradwireError
from gui.inspector.axes import Array, Plane
from gui.numbers import format_number
from gui.theme import Theme
from runtime.values import BadValue, parse_value, write_number

MAX_LINES = 1_000_000  # rows and columns that a table offers; Qt keeps a record for each


class NumbersModel(QAbstractTableModel):
    """The numbers of an array in a plane: four digits to read, all of them to edit and copy.

    With `edits` a typed number goes out as `typed(index, number)`; the owner changes the tensor.
    `offsets` are added to the indices in the headers, for a window into something larger.
    """

    typed = Signal(object, object)
    refused = Signal(str)

    def __init__(self, theme: Theme, *, edits: bool = False, parent: Any = None) -> None:
        super().__init__(parent)
        self._theme, self.edits = theme, edits
        self.array: Array | None = None
        self.plane = Plane.of(())
        self.offsets = (0, 0)
        self._matrix: Array = np.zeros((0, 0))

    def show(self, array: Array | None, plane: Plane, offsets: tuple[int, int] = (0, 0)) -> None:
        """Show another array, or another plane of it."""
        matrix = np.zeros((0, 0)) if array is None else plane.cut(array)
        same_size = matrix.shape == self._matrix.shape and offsets == self.offsets
        if not same_size:
            self.beginResetModel()
        self.array, self.plane, self.offsets, self._matrix = array, plane, offsets, matrix
        if not same_size:
            self.endResetModel()
        elif matrix.size:
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1)
            )

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._lines(0)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._lines(1)

    def _lines(self, axis: int) -> int:
        return min(self._matrix.shape[axis], MAX_LINES)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return write_number(self._matrix[index.row(), index.column()])
        if role == Qt.ItemDataRole.DisplayRole:
            return format_number(self._matrix[index.row(), index.column()].item())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            number = self._matrix[index.row(), index.column()]
            return None if np.isfinite(number) else self._theme.color("error")
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return str(section + self.offsets[orientation == Qt.Orientation.Horizontal])

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.edits else flags

    def setData(self, index: QModelIndex, text: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or self.array is None:
            return False
        at = self.plane.index(index.row(), index.column())
        try:
            number = self._number(str(text), at)
        except GradwireError as error:
            self.refused.emit(str(error))
            return False
        if write_number(number) != write_number(self.array[at]):
            self.typed.emit(at, number)
        return True

    def _number(self, text: str, at: tuple[int, ...]) -> Any:
        where = "[" + ", ".join(map(str, at)) + "]"
        try:
            value = parse_value(text, self.array.dtype.name)
        except BadValue as error:
            raise BadValue(*error.facts, where=where) from None
        if value.shape:
            raise BadValue(f"shape {list(value.shape)}", "one number", where=where)
        return value.array()[()]

    def longest(self, sample: int) -> int:
        """Characters of the longest number in the first rows and columns."""
        corner = self._matrix[:sample, :sample]
        return max((len(format_number(number.item())) for number in corner.flat), default=1)

    def selected(self, indexes: list[QModelIndex]) -> Array:
        """The numbers from the first to the last of the chosen cells, as a matrix."""
        if not indexes:
            return self._matrix
        rows = [index.row() for index in indexes]
        columns = [index.column() for index in indexes]
        return self._matrix[min(rows) : max(rows) + 1, min(columns) : max(columns) + 1]
