"""One input, one output: the curve, the point, and the tangent that leaves it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gui.inspector.axes import Array
from gui.inspector.geometry.look import Look
from gui.inspector.geometry.scale import Scale, dashed, paint_axes, paint_point, plot_room
from gui.theme import Theme
from runtime.geometry.window import Window

HEIGHT = 220


def height(width: int) -> int:
    """How high the picture is."""
    return HEIGHT


def scales(look: Look, area: QRectF) -> tuple[Scale, ...]:
    """Across the input, up the output."""
    seen, window = look.sampled.seen, look.sampled.window
    both = Window((window.low[0], seen.low[0]), (window.high[0], seen.high[0]))
    return (Scale(plot_room(area), both),)


def point_at(look: Look, scales: tuple[Scale, ...], place: QPointF) -> Array:
    """The input at a pixel."""
    return scales[0].numbers(place)[:1]


def paint(
    painter: QPainter,
    look: Look,
    scales: tuple[Scale, ...],
    theme: Theme,
    at: tuple[int, ...] | None,
) -> None:
    """Ground, band, curve, tangent, point."""
    (scale,) = scales
    sampled, here = look.sampled, look.here
    paint_axes(painter, scale, theme, look.inputs[0], look.outputs[0])
    painter.save()
    painter.setClipRect(scale.room)
    _paint_band(painter, look, scale, theme)
    curve = np.concatenate([sampled.points, sampled.values], axis=1)
    said = np.concatenate([sampled.points, here.linear(sampled.points)], axis=1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.drawPath(scale.line(curve))
    painter.setPen(dashed(QPen(theme.color("tangent"), 1.5)))
    painter.drawPath(scale.line(said))
    if at is not None:
        paint_gap(painter, scale, theme, curve[at], said[at])
    if look.is_moved:
        paint_point(painter, scale.place(np.append(look.home, look.at_home)), theme, is_home=True)
    paint_point(painter, scale.place(np.append(here.point, here.linear.value)), theme)
    painter.restore()


def _paint_band(painter: QPainter, look: Look, scale: Scale, theme: Theme) -> None:
    """Where the tangent is close, all around the point."""
    if not look.here.linear.is_finite:
        return
    x, window = float(look.here.point[0]), look.sampled.window
    reach = look.reach if look.reach is not None else max(window.spans)
    left, right = max(x - reach, window.low[0]), min(x + reach, window.high[0])
    one, other = (scale.place(np.array([edge, 0.0])).x() for edge in (left, right))
    band = QRectF(one, scale.room.top(), other - one, scale.room.height())
    painter.fillRect(band, theme.color("tangent", 0.12))


def paint_gap(painter: QPainter, scale: Scale, theme: Theme, true: Array, said: Array) -> None:
    """How far the linear approximation is off, at the pointer."""
    one, other = scale.place(true), scale.place(said)
    painter.setPen(QPen(theme.color("text"), 1))
    path = QPainterPath(one)
    path.lineTo(other)
    painter.drawPath(path)
    for place, token in ((one, "forward"), (other, "tangent")):
        painter.setPen(QPen(theme.color("node"), 1))
        painter.setBrush(theme.color(token))
        painter.drawEllipse(place, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
