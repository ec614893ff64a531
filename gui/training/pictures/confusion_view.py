"""The table of confusion: how often each class was taken for which."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from gui.numbers import format_count, format_percent
from gui.pictures import signed_colors
from gui.theme import contrast
from gui.training.pages import tr
from gui.training.pictures.view import View
from gui.training.pictures.words import CORNERS, corner_name
from runtime.training.pictures.studio import Drawn, Studio

HEAD, FOOT = 34, 4  # pixels above for what was found, and below
NAMES = 56  # pixels at the left for what is true, at most
STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ConfusionView(View):
    """Rows are what is true, columns what it was taken for. `picked(cell)` follows a choice."""

    picked = Signal(object)  # (truth, found), or None

    def __init__(self, theme, parent=None) -> None:
        super().__init__(theme, parent)
        self.table = np.zeros((0, 0), int)
        self.cell: tuple[int, int] | None = None
        self._left = 0.0
        self._has_numbers = False

    def show_drawn(self, studio: Studio, drawn: Drawn) -> None:
        """Take the newest predictions."""
        super().show_drawn(studio, drawn)
        self.table = drawn.verdicts.table
        self._left = self._names_wide()
        self.fit()
        if self.cell is not None and max(self.cell) >= len(self.table):
            self.pick(None)

    def wide(self, height: int) -> int:
        """The table is square."""
        return round(height - HEAD - FOOT + self._left + 4)

    def pick(self, cell: tuple[int, int] | None) -> None:
        """Choose a cell, or none."""
        if cell != self.cell:
            self.cell = cell
            self.update()
            self.picked.emit(cell)

    def words(self, cell: tuple[int, int]) -> str:
        """A cell in words."""
        truth, found = cell
        verdicts, count = self.drawn.verdicts, int(self.table[cell])
        row = int(self.table[truth].sum())
        share = format_percent(count / row) if row else "0%"
        text = tr("{0} of {1} samples of class {2} taken for {3} ({4})").format(
            format_count(count),
            format_count(row),
            verdicts.name(truth),
            verdicts.name(found),
            share,
        )
        if len(self.table) == 2:
            return f"{text}; {corner_name(truth, found)}."
        return f"{text}."

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """The cell at a pixel."""
        room, count = self._room(), len(self.table)
        if not count or not room.contains(place):
            return None
        row = int((place.y() - room.top()) / room.height() * count)
        column = int((place.x() - room.left()) / room.width() * count)
        return min(row, count - 1), min(column, count - 1)

    def place_of(self, cell: tuple[int, int]) -> QPointF:
        """The middle of a cell."""
        return self._cell(cell).center()

    # --- events -----------------------------------------------------------------------------

    def mouseMoveEvent(self, event) -> None:
        """A tip tells the cell under the pointer."""
        cell = self.cell_at(event.position())
        self.setToolTip(self.words(cell) if cell is not None and self.drawn is not None else "")

    def mousePressEvent(self, event) -> None:
        """Choose a cell; the same again chooses none."""
        if event.button() != Qt.MouseButton.LeftButton or self.drawn is None:
            return
        cell = self.cell_at(event.position())
        self.pick(None if cell == self.cell else cell)

    def keyPressEvent(self, event) -> None:
        """Arrows move the cell, Esc chooses none."""
        if self.drawn is not None and len(self.table) and event.key() in STEPS:
            down, right = STEPS[event.key()]
            row, column = self.cell or (-down if down > 0 else 0, -right if right > 0 else 0)
            last = len(self.table) - 1
            self.pick((min(max(row + down, 0), last), min(max(column + right, 0), last)))
        elif event.key() == Qt.Key.Key_Escape and self.cell is not None:
            self.pick(None)
        else:
            super(View, self).keyPressEvent(event)

    # --- painting ---------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """Cells, names at both sides, what rows and columns are."""
        if not len(self.table):
            return
        count = len(self.table)
        sums = np.maximum(self.table.sum(axis=1, keepdims=True), 1)
        signs = np.where(np.eye(count, dtype=bool), 1.0, -1.0)
        colors = signed_colors(signs * self.table / sums, 1.0, self.theme)
        self._has_numbers = self._fits()
        for row in range(count):
            for column in range(count):
                self._paint_cell(painter, (row, column), colors[row, column])
        self._paint_names(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.color("line"), 1))
        painter.drawRect(self._room())
        if self.cell is not None:
            painter.setPen(QPen(self.theme.color("text"), 2))
            painter.drawRect(self._cell(self.cell))

    def _paint_cell(self, painter: QPainter, cell: tuple[int, int], color: np.ndarray) -> None:
        room, theme, count = self._cell(cell), self.theme, len(self.table)
        ground = theme.color("zero").fromRgb(int(color[2]), int(color[1]), int(color[0]))
        painter.fillRect(room.adjusted(0.5, 0.5, -0.5, -0.5), ground)
        if not self._has_numbers or (count > 2 and not self.table[cell]):
            return
        ink = max((theme.color("text"), theme.color("canvas")), key=lambda c: contrast(c, ground))
        painter.setPen(ink)
        text = format_count(int(self.table[cell]))
        if count == 2:
            painter.setFont(theme.font(18, 600))
            upper = room.adjusted(0, room.height() / 2 - 24, 0, 0)
            painter.drawText(upper, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
            painter.setFont(theme.font(12))
            lower = room.adjusted(0, room.height() / 2 + 2, 0, 0)
            name = CORNERS[cell[0]][cell[1]]
            painter.drawText(lower, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)
            return
        painter.setFont(self._number_font())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _number_font(self) -> QFont:
        return self.theme.font(11 if self._cell((0, 0)).width() < 28 else 13)

    def _fits(self) -> bool:
        """Whether the widest number has room in a cell; else the colours tell, and the words."""
        metrics = QFontMetricsF(self._number_font())
        wide = metrics.horizontalAdvance(format_count(int(self.table.max())))
        cell = self._cell((0, 0))
        return len(self.table) == 2 or (wide <= cell.width() and metrics.height() <= cell.height())

    def _paint_names(self, painter: QPainter) -> None:
        room, theme, verdicts = self._room(), self.theme, self.drawn.verdicts
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(room.left(), 0, room.width(), 16), side, tr("taken for"))
        painter.drawText(QRectF(4, HEAD - 18, room.left() - 8, 16), side, tr("true"))
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(theme.font(11))
        count = len(self.table)
        every = max(int(np.ceil(14 / max(room.height() / count, 1))), 1)
        for class_ in range(0, count, every):
            name, cell = verdicts.name(class_), self._cell((class_, class_))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, cell.width() * every)
            above = QRectF(cell.left(), HEAD - 18, cell.width() * every, 16)
            middle = Qt.AlignmentFlag.AlignHCenter if every == 1 else Qt.AlignmentFlag.AlignLeft
            painter.drawText(above, middle | Qt.AlignmentFlag.AlignVCenter, shown)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.left() - 8)
            beside = QRectF(0, cell.top(), room.left() - 6, max(cell.height(), 14))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(beside, right, shown)

    def _names_wide(self) -> float:
        """Pixels that the names of the rows take."""
        metrics = QFontMetricsF(self.theme.font(11))
        names = map(self.drawn.verdicts.name, range(len(self.table)))
        wide = max([metrics.horizontalAdvance(tr("true")), *map(metrics.horizontalAdvance, names)])
        return min(wide, NAMES) + 12

    def _room(self) -> QRectF:
        left = self._left
        side = max(min(self.width() - left - 4, self.height() - HEAD - FOOT), 20)
        return QRectF(left, HEAD, side, side)

    def _cell(self, cell: tuple[int, int]) -> QRectF:
        room, count = self._room(), max(len(self.table), 1)
        side = room.width() / count
        return QRectF(room.left() + cell[1] * side, room.top() + cell[0] * side, side, side)
