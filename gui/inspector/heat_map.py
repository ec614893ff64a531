"""A matrix as a heat map: symmetric around 0, with a legend, and the cell under the pointer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.inspector.axes import Array
from gui.inspector.labels import Label
from gui.numbers import MINUS, format_number
from gui.pictures import limit_of, paint_heat, pooled, signed_colors
from gui.theme import Theme

CELL = 28
WIDTH = 288
HEIGHT = 240
MOST = 256  # cells along a side that are drawn; of more, each shows the greatest of its group
ZERO = 20  # pixels between the ends of a legend that a 0 needs
BESIDE = 150  # width of a heat map up to which the legend stands beside it
Namer = Callable[[int, int], str]
Reader = Callable[[int, int], str]


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a matrix: pooled cells, and the number at the ends of the colours.

    `has_odd`: some entries are no finite numbers. `is_size`: the cells are absolute values.
    """

    cells: Array
    limit: float
    has_odd: bool
    is_size: bool = False

    @classmethod
    def of(cls, matrix: Array) -> Drawing:
        """Pool a matrix of any size; fit for the background."""
        numbers = np.asarray(matrix, np.float64)
        has_odd = not np.isfinite(numbers).all()
        return cls(pooled(numbers, MOST, MOST), limit_of(numbers), has_odd)


def extent(rows: int, columns: int, width: int = WIDTH, height: int = HEIGHT) -> tuple[int, int]:
    """Width and height in pixels: square cells of at most 28, and no side below 20."""
    cell = min(CELL, width / max(columns, 1), height / max(rows, 1))
    return max(round(columns * cell), 20), max(round(rows * cell), 20)


class Legend(QWidget):
    """The colours from one end over 0 to the other, with the numbers they stand for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._limit, self._has_odd, self._is_size = 0.0, False, False
        theme.changed.connect(self.update)

    def explain(self, drawing: Drawing) -> None:
        """The numbers at the ends, and the ink of what is no finite number."""
        self._limit, self._has_odd = drawing.limit, drawing.has_odd
        self._is_size = drawing.is_size
        ends = format_number(drawing.limit)
        if drawing.is_size:
            words = self.tr("Colours of absolute values, from 0 to {0}").format(ends)
        else:
            words = self.tr("Colours from {0} over 0 to {1}").format(MINUS + ends, ends)
        self.setAccessibleName(words)
        self.setFixedSize(120, 50 if drawing.has_odd else 32)
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        bar = QRectF(0.5, 0.5, self.width() - 1, 12)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        tokens = ("zero", "positive") if self._is_size else ("negative", "zero", "positive")
        for number, token in enumerate(tokens):
            gradient.setColorAt(number / (len(tokens) - 1), self._theme.color(token))
        painter.fillRect(bar, gradient)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawRect(bar)
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._theme.font(11))
        end = format_number(self._limit, 3)
        room = QRectF(0, 14, self.width(), 18)
        right = "" if not self._limit else end if self._is_size else f"+{end}"
        left = MINUS + end if right and not self._is_size else ""
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, right)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, left)
        zero = Qt.AlignmentFlag.AlignLeft if self._is_size else Qt.AlignmentFlag.AlignHCenter
        taken = painter.fontMetrics().horizontalAdvance(left + right)
        if taken < room.width() - ZERO or self._is_size:
            painter.drawText(room, zero, "0")
        if self._has_odd:
            painter.fillRect(QRectF(0, 36, 10, 10), self._theme.color("error"))
            words = QRectF(16, 32, self.width() - 16, 18)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.tr("NaN or infinite"))
        painter.end()


class Picture(QWidget):
    """The coloured cells. `pointed(row, column)` names the cell under pointer or cursor."""

    pointed = Signal(int, int)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cells: Array = np.zeros((0, 0))
        self._limit = 0.0
        self._colors: Array | None = None
        self._at: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self._dye)

    def show_cells(self, cells: Array, limit: float, size: tuple[int, int]) -> None:
        """Draw a matrix of at most `MOST` by `MOST` numbers."""
        self._cells, self._limit = cells, limit
        self._at = None
        self.setFixedSize(*size)
        self._dye()

    def _dye(self) -> None:
        has_cells = bool(self._cells.size)
        self._colors = signed_colors(self._cells, self._limit, self._theme) if has_cells else None
        self.update()

    def paintEvent(self, event) -> None:
        if self._colors is None:
            return
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint_heat(painter, area.adjusted(0.5, 0.5, -0.5, -0.5), self._colors, self._theme)
        if self._at is not None:
            rows, columns = self._cells.shape
            across, down = area.width() / columns, area.height() / rows
            row, column = self._at
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawRect(QRectF(column * across, row * down, across, down))
        painter.end()

    def point(self, row: int, column: int) -> None:
        """Put the cursor on a cell, as near as there is one."""
        rows, columns = self._cells.shape
        if not rows or not columns:
            return
        at = (min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
        if at == self._at:
            return
        self._at = at
        self.update()
        self.pointed.emit(*at)

    def mouseMoveEvent(self, event) -> None:
        rows, columns = self._cells.shape
        x, y = event.position().x() / self.width(), event.position().y() / self.height()
        self.point(int(y * rows), int(x * columns))

    def mousePressEvent(self, event) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.mouseMoveEvent(event)

    def leaveEvent(self, event) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._at = None
            self.update()
            self.left.emit()

    def keyPressEvent(self, event) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if event.key() not in moves:
            event.ignore()
            return
        row, column = self._at or (0, 0)
        down, right = moves[event.key()] if self._at else (0, 0)
        self.point(row + down, column + right)


class HeatMap(QWidget):
    """Picture, legend, and a line that reads the cell pointed at."""

    picture_class = Picture

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reader: Reader = lambda row, column: ""
        self.picture = self.picture_class(theme, self)
        self.picture.setAccessibleName(self.tr("Heat map"))
        self.legend = Legend(theme, self)
        self.readout = Label(theme, size=12, mono=True, parent=self)
        self.readout.setMinimumHeight(18)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        self.picture.pointed.connect(self._read)
        self.picture.left.connect(self._rest)

    def show_matrix(self, matrix: Array, name: Namer, drawing: Drawing | None = None) -> None:
        """Show a matrix; `name(row, column)` writes the index of one of its cells.

        The drawing of a large matrix is made elsewhere and comes along.
        """
        self.setVisible(bool(matrix.size))
        if not matrix.size:
            return
        drawing = drawing or Drawing.of(matrix)

        def read(row: int, column: int) -> str:
            row, column = greatest(matrix, drawing.cells.shape, row, column)
            number = format_number(matrix[row, column].item(), 6)
            return f"{name(row, column)} = {number}"

        self.show_drawing(drawing, extent(*matrix.shape), read)
        words = self.tr("Heat map, {0} rows, {1} columns; arrow keys read the cells")
        self.picture.setAccessibleDescription(words.format(*matrix.shape))

    def show_drawing(self, drawing: Drawing, size: tuple[int, int], reader: Reader) -> None:
        """Show cells so many pixels wide and high; `reader(row, column)` reads a drawn one."""
        self._reader = reader
        self._arrange(size[0] <= BESIDE)
        self.picture.show_cells(drawing.cells, drawing.limit, size)
        self.legend.explain(drawing)
        self._rest()

    def _arrange(self, beside: bool) -> None:
        grid, top = self._grid, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        for widget in (self.picture, self.legend, self.readout):
            grid.removeWidget(widget)
        grid.addWidget(self.picture, 0, 0, 1, 1 if beside else 3, top)
        grid.addWidget(self.legend, 0 if beside else 1, 1 if beside else 0, top)
        grid.addWidget(self.readout, 2, 0, 1, 3)

    def _read(self, row: int, column: int) -> None:
        self.readout.say(self._reader(row, column))

    def _rest(self) -> None:
        self.readout.say("")


def greatest(matrix: Array, drawn: tuple[int, ...], row: int, column: int) -> tuple[int, int]:
    """The entry of greatest size among those that a cell of a drawing stands for."""
    at, to = group(row, drawn[0], matrix.shape[0]), group(column, drawn[1], matrix.shape[1])
    block = matrix[at[0] : at[1], to[0] : to[1]]
    place = int(np.argmax(np.abs(np.nan_to_num(block)))) if block.size > 1 else 0
    down, right = divmod(place, block.shape[1])
    return at[0] + down, to[0] + right


def group(cell: int, cells: int, size: int) -> tuple[int, int]:
    """The entries from, and up to, that a drawn cell stands for; as `pooled` cuts them."""
    if cells == size:
        return cell, cell + 1
    edges = np.linspace(0, size, cells + 1).astype(int)
    return int(edges[cell]), int(edges[cell + 1])
