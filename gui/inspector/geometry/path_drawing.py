"""One input, two outputs: the way that the outputs take through their plane."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.inspector.axes import Array
from gui.inspector.geometry.look import Look
from gui.inspector.geometry.scale import (
    SQUARE,
    Scale,
    dashed,
    paint_arrow,
    paint_axes,
    paint_point,
    square_room,
)
from gui.theme import Theme


def height(width: int) -> int:
    """About a square in a narrow inspector."""
    return SQUARE


def scales(look: Look, area: QRectF) -> tuple[Scale, ...]:
    """Across the first output, up the second; both with one scale."""
    return (Scale(square_room(area), look.sampled.seen.square),)


def point_at(look: Look, scales: tuple[Scale, ...], place: QPointF) -> Array:
    """The input whose outputs are nearest to a pixel."""
    away = scales[0].pixels(look.sampled.values) - np.array([place.x(), place.y()])
    distance = np.nan_to_num(np.linalg.norm(away, axis=-1), nan=np.inf)
    return look.sampled.points[int(np.argmin(distance))]


def paint(
    painter: QPainter,
    look: Look,
    scales: tuple[Scale, ...],
    theme: Theme,
    at: tuple[int, ...] | None,
) -> None:
    """Ground, the way, and the velocity at the point."""
    (scale,) = scales
    sampled, here = look.sampled, look.here
    paint_axes(painter, scale, theme, *look.outputs)
    painter.save()
    painter.setClipRect(scale.room)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    close = np.where(look.close[:, None], sampled.values, np.nan)
    wide = QPen(theme.color("tangent", 0.25), 9)
    wide.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(wide)
    painter.drawPath(scale.line(close))
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.drawPath(scale.line(sampled.values))
    painter.setPen(dashed(QPen(theme.color("tangent"), 1.5)))
    painter.drawPath(scale.line(here.linear(sampled.points)))
    place = scale.place(here.linear.value)
    end = scale.place(here.linear.value + here.linear.matrix[:, 0] * sampled.window.radius / 4)
    paint_arrow(painter, place, end, QPen(theme.color("tangent"), 2))
    if at is not None:
        painter.setPen(QPen(theme.color("node"), 1))
        painter.setBrush(theme.color("forward"))
        painter.drawEllipse(scale.place(sampled.values[at]), 4, 4)
    if look.is_moved:
        paint_point(painter, scale.place(look.at_home), theme, is_home=True)
    paint_point(painter, place, theme)
    painter.restore()
