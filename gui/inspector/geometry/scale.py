"""From numbers to pixels and back, and the axes that say which numbers stand where."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from gui.inspector.axes import Array
from gui.numbers import format_number
from gui.theme import Theme
from runtime.geometry.window import Window, ticks

LEFT, BELOW, ABOVE, RIGHT = 40.0, 34.0, 23.0, 8.0  # pixels around a plot for its numbers
TICK = 4.0
FAR = 1e4  # pixels: what is further away is drawn there
SQUARE = 297  # pixels: the height at which a plot is square in an inspector as narrow as it gets
ARROW = 7.0


@dataclass(frozen=True)
class Scale:
    """A window of two axes, across and up, in a room of pixels."""

    room: QRectF
    window: Window

    def pixels(self, points: Array) -> Array:
        """Where points [..., 2] are: [..., 2]."""
        low, spans = np.array(self.window.low), np.array(self.window.spans)
        with np.errstate(all="ignore"):
            share = (np.asarray(points, float) - low) / spans
        room = self.room
        across = room.left() + share[..., 0] * room.width()
        return np.stack([across, room.bottom() - share[..., 1] * room.height()], axis=-1)

    def place(self, point: Array) -> QPointF:
        """Where one point is; far outside the room it is only about there."""
        room, (x, y) = self.room, (float(number) for number in point)
        (left, bottom), (width, height) = self.window.low, self.window.spans
        across = room.left() + (x - left) / width * room.width()
        up = room.bottom() - (y - bottom) / height * room.height()
        return QPointF(_near(across), _near(up))

    def numbers(self, place: QPointF) -> Array:
        """The point at a pixel, [2], kept within the window."""
        room, (low, high) = self.room, (np.array(self.window.low), np.array(self.window.high))
        share = np.array(
            [(place.x() - room.left()) / room.width(), (room.bottom() - place.y()) / room.height()]
        )
        return low + share.clip(0, 1) * (high - low)

    def line(self, points: Array) -> QPainterPath:
        """A line through points [count, 2], broken where one is no number."""
        places = self.pixels(points).clip(-FAR, FAR)
        gaps = np.flatnonzero(np.isnan(places).any(axis=1))
        path = QPainterPath()
        for piece in np.split(places, gaps) if len(gaps) else (places,):
            spots = [QPointF(x, y) for x, y in piece.tolist() if x == x and y == y]
            path.addPolygon(QPolygonF(spots))
        return path

    def segments(self, pairs: Array) -> QPainterPath:
        """Separate lines from point to point, pairs [count, 2, 2]."""
        path = QPainterPath()
        for one, other in self.pixels(pairs).tolist():
            path.moveTo(*one)
            path.lineTo(*other)
        return path


def _near(pixel: float) -> float:
    """A pixel that a painter can be given."""
    return min(max(pixel, -FAR), FAR) if pixel == pixel else -FAR


def plot_room(area: QRectF) -> QRectF:
    """The part of an area that is left for the plot when its numbers have theirs."""
    return area.adjusted(LEFT, ABOVE, -RIGHT, -BELOW)


def square_room(area: QRectF) -> QRectF:
    """The largest square of it, so that both axes have one scale."""
    room = plot_room(area)
    side = min(room.width(), room.height())
    return QRectF(room.left(), room.top(), side, side)


def paint_axes(
    painter: QPainter,
    scale: Scale,
    theme: Theme,
    across: str,
    up: str,
    *,
    is_log: bool = False,
    taken: float = 0.0,
) -> None:
    """The ground of a plot: its frame, round numbers along it, and what the axes are.

    With `is_log` the scale's numbers are exponents, and powers of ten are written. So many pixels
    at the right above it are `taken` by something else.
    """
    room = scale.room
    painter.fillRect(room, theme.color("node"))
    painter.setFont(theme.font(11))
    (left, bottom), (right, top) = scale.window.low, scale.window.high
    marks, write = (powers, _power) if is_log else (ticks, _number)
    lines = marks(left, right, _most(room.width(), 44))
    _paint_ticks(painter, scale, theme, lines, write, is_up=False)
    lines = marks(bottom, top, _most(room.height(), 28))
    _paint_ticks(painter, scale, theme, lines, write, is_up=True)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(room)
    painter.setPen(theme.color("text"))
    font = theme.font(11, 600)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    name = metrics.elidedText(up, Qt.TextElideMode.ElideMiddle, room.width() + LEFT - 4 - taken)
    painter.drawText(QPointF(room.left() - LEFT + 4, room.top() - 10), name)
    name = metrics.elidedText(across, Qt.TextElideMode.ElideMiddle, room.width())
    below = QRectF(room.left(), room.bottom() + 17, room.width(), 16)
    painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)


def _most(length: float, each: float) -> int:
    return max(int(length / each), 2)


def powers(low: float, high: float, most: int = 5) -> list[float]:
    """Whole exponents from low to high, at most about so many."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    return [float(x) for x in range(first, last + 1, max(-(-(last - first + 1) // most), 1))]


def _number(mark: float) -> str:
    return format_number(mark, 3)


def _power(mark: float) -> str:
    return format_number(10.0**mark, 3)


def _paint_ticks(
    painter: QPainter,
    scale: Scale,
    theme: Theme,
    marks: list[float],
    write: Callable[[float], str],
    *,
    is_up: bool,
) -> None:
    room = scale.room
    for mark in marks:
        number = 0.0 if abs(mark) < 1e-9 * max(map(abs, marks)) else mark
        at = scale.place(np.array([mark, mark]))
        zero = not number and write is _number
        painter.setPen(QPen(theme.color("line" if zero else "grid"), 1))
        if is_up:
            painter.drawLine(QPointF(room.left(), at.y()), QPointF(room.right(), at.y()))
            words = QRectF(room.left() - LEFT, at.y() - 8, LEFT - TICK, 16)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        else:
            painter.drawLine(QPointF(at.x(), room.top()), QPointF(at.x(), room.bottom()))
            words = QRectF(at.x() - 30, room.bottom() + TICK, 60, 14)
            align = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("muted"))
        painter.drawText(words, align, write(number))


def paint_arrow(painter: QPainter, start: QPointF, end: QPointF, pen: QPen) -> None:
    """A line with a head at its end; nothing where it has no length."""
    way = end - start
    length = math.hypot(way.x(), way.y())
    if length < 1:
        return
    painter.setPen(pen)
    along, head = way / length, min(ARROW, length)
    across = QPointF(-along.y(), along.x()) * head * 0.45
    neck = end - along * head
    painter.drawLine(start, neck)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawPolygon(QPolygonF([end, neck + across, neck - across]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_point(painter: QPainter, place: QPointF, theme: Theme, *, is_home: bool = False) -> None:
    """The point that can be dragged; or, as a ring, where the run stands."""
    painter.setPen(QPen(theme.color("text"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush if is_home else theme.color("text"))
    painter.drawEllipse(place, 4.5, 4.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def dashed(pen: QPen, on: float = 4, off: float = 3) -> QPen:
    """The pen of what is a linear approximation."""
    pen.setDashPattern([on / pen.widthF(), off / pen.widthF()])
    return pen
