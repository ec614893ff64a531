"""A history as a small stair: each figure stands until the next one comes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

if TYPE_CHECKING:
    from gui.theme import Theme
    from runtime.stops import Point, Position

DOT, PAD = 2.5, 5.0


def paint_sparkline(
    painter: QPainter,
    room: QRectF,
    points: Sequence[Point],
    steps: int,
    now: Position,
    theme: Theme,
    ink: str,
) -> None:
    """Paint the points that have come, over the steps of a whole run, and where the playhead is."""
    box = room.adjusted(PAD, PAD, -PAD, -PAD)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x_now = x_of(box, now, steps)
    painter.setPen(QPen(theme.color("grid"), 1))
    painter.drawLine(QPointF(box.left(), box.bottom()), QPointF(box.right(), box.bottom()))
    painter.setPen(QPen(theme.color("line"), 1))
    painter.drawLine(QPointF(x_now, box.top() - 2), QPointF(x_now, box.bottom() + 2))
    finite = [point.figure for point in points if math.isfinite(point.figure)]
    if not points:
        return
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    places = [
        QPointF(x_of(box, x.position, steps), _y_of(box, x.figure, low, high)) for x in points
    ]
    painter.setPen(QPen(theme.color(ink), 1.5))
    painter.drawPolyline(_stair(places, x_now))
    for point, place in zip(points, places, strict=True):
        is_bad = not math.isfinite(point.figure)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("error" if is_bad else ink))
        painter.drawEllipse(place, DOT, DOT)


def x_of(box: QRectF, position: Position, steps: int) -> float:
    """Where a position stands in a box over all steps; parts lie within their step."""
    done, part = position
    share = (done + (0.5 if part else 0.0)) / max(steps, 1)
    return box.left() + box.width() * min(share, 1.0)


def nearest(room: QRectF, x: float, points: Sequence[Point], steps: int) -> Point | None:
    """The point of a sparkline that is nearest to an x of the widget."""
    box = room.adjusted(PAD, PAD, -PAD, -PAD)
    return min(points, key=lambda p: abs(x_of(box, p.position, steps) - x), default=None)


def _y_of(box: QRectF, figure: float, low: float, high: float) -> float:
    if not math.isfinite(figure):
        return box.top()
    if high == low:
        return box.center().y()
    return box.bottom() - box.height() * (figure - low) / (high - low)


def _stair(places: list[QPointF], end: float) -> list[QPointF]:
    found: list[QPointF] = []
    for place in places:
        if found:
            found.append(QPointF(place.x(), found[-1].y()))
        found.append(place)
    found.append(QPointF(max(end, found[-1].x()), found[-1].y()))
    return found
