"""The picture of units: circles, and a line for each weight between two of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.inspector.units.reading import Units, strokes
from gui.numbers import format_number
from gui.pictures import limit_of, signed_colors
from gui.theme import Theme

WIDTH, TITLE = 288, 22
PITCH = (16.0, 44.0)  # between two units of a column: many, or few with their numbers
HEIGHT = 264.0
RADIUS = 11.0
ROOM = 44.0  # from this pitch on a number has room under its unit
BACK = 0.25  # of the lines that do not belong to the unit one is at
RING = (1.0, 3.5)  # width of the ring of a gradient
SIDES = {2: (0.16, 0.84), 3: (0.13, 0.5, 0.87)}
MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class UnitPicture(QWidget):
    """Draws units; `pointed(column, unit)` names the one under pointer or cursor."""

    pointed = Signal(int, int)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._units: Units | None = None
        self._most, self._pitch = 1, PITCH[1]  # units of the longest column, and their distance
        self.at: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_units(self, units: Units) -> None:
        """Draw these; the cursor stays where it can."""
        self._units = units
        self._most = max((column.size for column in units.columns), default=1)
        self._pitch = min(max(HEIGHT / self._most, PITCH[0]), PITCH[1])
        if self.at is not None:
            column = min(self.at[0], len(units.columns) - 1)
            self.at = (column, min(self.at[1], units.columns[column].size - 1))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the longest column needs."""
        return QSize(WIDTH, round(TITLE + self._most * self._pitch))

    def place(self, column: int, unit: int) -> QPointF:
        """The middle of a unit."""
        count = len(self._units.columns)
        x = SIDES[count][column] * self.width()
        start = TITLE + (self._most - self._units.columns[column].size) * self._pitch / 2
        return QPointF(x, start + (unit + 0.5) * self._pitch - self._drop())

    # --- events ---------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """Lines, then units above them, then titles."""
        if self._units is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_weights(painter)
        self._paint_acting(painter)
        for column in range(len(self._units.columns)):
            self._paint_column(painter, column)
        painter.end()

    def mouseMoveEvent(self, event) -> None:
        """Be at the unit under the pointer."""
        found = self._unit_at(event.position())
        if found is not None:
            self._go(found)

    def mousePressEvent(self, event) -> None:
        """Take the keys too."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.mouseMoveEvent(event)

    def leaveEvent(self, event) -> None:
        """The pointer went; the keys stay where they are."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._rest()

    def focusOutEvent(self, event) -> None:
        """No unit is special any more."""
        super().focusOutEvent(event)
        self._rest()

    def focusInEvent(self, event) -> None:
        """By key one comes to the first unit."""
        super().focusInEvent(event)
        if self.at is None and self._units is not None:
            self._go((0, 0))

    def keyPressEvent(self, event) -> None:
        """Arrows go from unit to unit."""
        if event.key() not in MOVES or self._units is None:
            event.ignore()
            return
        across, down = MOVES[Qt.Key(event.key())]
        column, unit = self.at or (0, 0)
        column = min(max(column + across, 0), len(self._units.columns) - 1)
        unit = min(max(unit + down, 0), self._units.columns[column].size - 1)
        self._go((column, unit))

    # --- inside ---------------------------------------------------------------------------

    def _go(self, at: tuple[int, int]) -> None:
        if at != self.at:
            self.at = at
            self.update()
            self.pointed.emit(*at)

    def _rest(self) -> None:
        self.at = None
        self.update()
        self.left.emit()

    def _unit_at(self, pixel: QPointF) -> tuple[int, int] | None:
        if self._units is None:
            return None
        reach = self._pitch / 2
        for column, units in enumerate(self._units.columns):
            for unit in range(units.size):
                away = self.place(column, unit) - pixel
                if abs(away.x()) <= max(reach, RADIUS) and abs(away.y()) <= reach:
                    return column, unit
        return None

    def _radius(self) -> float:
        return min(RADIUS, self._pitch * 0.36)

    def _drop(self) -> float:
        """How much higher a unit stands that has its number under it."""
        return 6.0 if self._pitch >= ROOM else 0.0

    def _paint_weights(self, painter: QPainter) -> None:
        if self._units.weight is None:
            return
        for given, output, width, is_dashed in strokes(self._units.weight):
            is_own = self.at in (None, (0, given), (1, output))
            token = "text" if self.at is not None and is_own else "line"
            pen = QPen(
                self._theme.color(token, 1.0 if is_own or (self.at or (0,))[0] == 2 else BACK),
                width,
            )
            if is_dashed:
                pen.setDashPattern([5 / width, 3 / width])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(self.place(0, given), self.place(1, output))

    def _paint_acting(self, painter: QPainter) -> None:
        """Which units an activation reads: each by itself, or all for every one."""
        if len(self._units.columns) < 3:
            return
        painter.setPen(QPen(self._theme.color("line"), 1))
        units = range(self._units.columns[2].size)
        for unit in units:
            for read in units if self._units.is_mixed else (unit,):
                painter.drawLine(self.place(1, read), self.place(2, unit))

    def _paint_column(self, painter: QPainter, number: int) -> None:
        column, radius = self._units.columns[number], self._radius()
        fills = self._fills(column.values)
        rings = self._rings(column.gradients)
        for unit in range(column.size):
            place = self.place(number, unit)
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.setBrush(self._theme.color("node") if fills is None else fills[unit])
            painter.drawEllipse(place, radius, radius)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if rings is not None and rings[unit]:
                painter.setPen(QPen(self._theme.color("reverse"), rings[unit]))
                grown = radius + 0.5 + rings[unit] / 2
                painter.drawEllipse(place, grown, grown)
            if self.at == (number, unit):
                painter.setPen(QPen(self._theme.color("text"), 2))
                grown = radius + RING[1] + 2
                painter.drawEllipse(place, grown, grown)
            if column.values is not None and self._drop():
                self._paint_number(painter, place, column.values[unit])
        self._paint_title(painter, number, column.title)

    def _paint_number(self, painter: QPainter, place: QPointF, number: float) -> None:
        font = self._theme.font(11)
        text = format_number(number, 3)
        width = QFontMetricsF(font).horizontalAdvance(text) + 4
        room = QRectF(place.x() - width / 2, place.y() + self._radius() + 3, width, 14)
        painter.fillRect(room, self._theme.color("panel"))
        painter.setFont(font)
        painter.setPen(self._theme.color("forward"))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_title(self, painter: QPainter, number: int, title: str) -> None:
        font = self._theme.font(11)
        room = QRectF(0, 0, self.width() / len(self._units.columns) - 4, TITLE - 4)
        room.moveCenter(QPointF(self.place(number, 0).x(), (TITLE - 4) / 2))
        room.moveLeft(min(max(room.left(), 0), self.width() - room.width()))
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        shown = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)

    def _fills(self, values: Array | None) -> list[QColor] | None:
        """The colours of signed pictures, symmetric around 0 within the column."""
        if values is None:
            return None
        cells = signed_colors(values.reshape(1, -1), limit_of(values), self._theme)[0]
        return [QColor(int(red), int(green), int(blue)) for blue, green, red, _ in cells]

    def _rings(self, gradients: Array | None) -> list[float] | None:
        """The width of each ring: none where the gradient is exactly zero."""
        if gradients is None:
            return None
        sizes = np.abs(np.nan_to_num(gradients))
        greatest = sizes.max(initial=0.0)
        return [RING[0] + (RING[1] - RING[0]) * s / greatest if s else 0.0 for s in sizes.tolist()]
