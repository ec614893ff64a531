"""Two inputs, two outputs: a grid before and after, a small square and its parallelogram."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.inspector.axes import Array
from gui.inspector.geometry.contour_drawing import paint_share
from gui.inspector.geometry.curve_drawing import paint_gap
from gui.inspector.geometry.look import Look, side_of
from gui.inspector.geometry.scale import (
    SQUARE,
    Scale,
    dashed,
    paint_arrow,
    paint_axes,
    paint_point,
    square_room,
)
from gui.numbers import format_number
from gui.theme import Theme
from runtime.geometry.window import Window

BESIDE, GAP = 520, 8  # pixels: from which width on both stand side by side
LINES, BENDS = 8, 32  # spaces between the lines of the grid, and pieces that a line is drawn of


def height(width: int) -> int:
    """Two squares, one below the other where there is no room beside."""
    return SQUARE if width >= BESIDE else 2 * SQUARE + GAP


def scales(look: Look, area: QRectF) -> tuple[Scale, ...]:
    """The inputs' plane, and the outputs'; in each both axes have one scale."""
    if area.width() >= BESIDE:
        side = (area.width() - GAP) / 2
        rooms = [QRectF(n * (side + GAP), 0, side, area.height()) for n in range(2)]
    else:
        side = (area.height() - GAP) / 2
        rooms = [QRectF(0, n * (side + GAP), area.width(), side) for n in range(2)]
    windows = look.sampled.window, _after(look).square
    return tuple(
        Scale(square_room(room), window) for room, window in zip(rooms, windows, strict=True)
    )


def _after(look: Look) -> Window:
    """What of the outputs is seen: the grid's image, and the square's."""
    both = [np.array([look.sampled.seen.low, look.sampled.seen.high]), look.here.image]
    return Window.over(np.concatenate(both)) if len(look.here.image) else look.sampled.seen


def point_at(look: Look, scales: tuple[Scale, ...], place: QPointF) -> Array:
    """The inputs at a pixel of the first plane."""
    return scales[0].numbers(place)


def paint(
    painter: QPainter,
    look: Look,
    scales: tuple[Scale, ...],
    theme: Theme,
    at: tuple[int, ...] | None,
) -> None:
    """Both planes."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    before, after = scales
    paint_axes(painter, before, theme, *look.inputs)
    paint_axes(painter, after, theme, *look.outputs)
    painter.save()
    painter.setClipRect(before.room)
    _paint_before(painter, look, before, theme, at)
    painter.setClipRect(after.room)
    _paint_after(painter, look, after, theme, at)
    painter.restore()


def _paint_before(
    painter: QPainter, look: Look, scale: Scale, theme: Theme, at: tuple[int, ...] | None
) -> None:
    here, stretch = look.here, look.stretch
    paint_share(painter, scale, look.closeness, theme.color("tangent"), 0.16)
    painter.setPen(QPen(theme.color("forward", 0.55), 1))
    _paint_grid(painter, scale, look.sampled.points)
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.setBrush(theme.color("forward", 0.2))
    painter.drawPath(scale.line(here.outline))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if stretch is not None:
        length = side_of(look.sampled.window)
        for way in stretch.inward * length:
            end = scale.place(here.point + way)
            paint_arrow(painter, scale.place(here.point), end, QPen(theme.color("text"), 1.5))
    if at is not None:
        _paint_dot(painter, scale, look.sampled.points[at], theme)
    if look.is_moved:
        paint_point(painter, scale.place(look.home), theme, is_home=True)
    paint_point(painter, scale.place(here.point), theme)


def _paint_after(
    painter: QPainter, look: Look, scale: Scale, theme: Theme, at: tuple[int, ...] | None
) -> None:
    here, stretch = look.here, look.stretch
    linear = here.linear
    if linear.is_finite:
        painter.setPen(dashed(QPen(theme.color("tangent", 0.45), 1)))
        _paint_grid(painter, scale, linear(look.sampled.points))
    painter.setPen(QPen(theme.color("forward", 0.55), 1))
    _paint_grid(painter, scale, look.sampled.values)
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.setBrush(theme.color("forward", 0.2))
    painter.drawPath(scale.line(here.image))
    if linear.is_finite and len(here.outline):
        painter.setPen(dashed(QPen(theme.color("tangent"), 2)))
        painter.setBrush(theme.color("tangent", 0.12))
        painter.drawPolygon(_polygon(scale, linear(here.outline)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if stretch is not None:
        _paint_axes_of(painter, look, scale, theme)
    if at is not None:
        paint_gap(painter, scale, theme, look.sampled.values[at], linear(look.sampled.points[at]))
    if look.is_moved:
        paint_point(painter, scale.place(look.at_home), theme, is_home=True)
    paint_point(painter, scale.place(linear.value), theme)


def _paint_axes_of(painter: QPainter, look: Look, scale: Scale, theme: Theme) -> None:
    """The singular vectors where they come out, and by how much each was stretched."""
    stretch, value = look.stretch, look.here.linear.value
    length = side_of(look.sampled.window)
    painter.setFont(theme.font(11, 600))
    for factor, way in zip(stretch.factors, stretch.outward, strict=True):
        end = scale.place(value + way * factor * length)
        paint_arrow(painter, scale.place(value), end, QPen(theme.color("text"), 1.5))
        text = f"×{format_number(factor, 3)}"
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        room = scale.room
        x = min(max(end.x() + 4, room.left()), room.right() - width)
        y = min(max(end.y() - 14, room.top()), room.bottom() - 14)
        box = QRectF(x, y, width, 14)
        painter.fillRect(box, theme.color("node", 0.85))
        painter.setPen(theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _paint_grid(painter: QPainter, scale: Scale, points: Array) -> None:
    """Every few rows and columns of points [side, side, 2] as lines."""
    step = max((len(points) - 1) // LINES, 1)
    fine = max((len(points) - 1) // BENDS, 1)
    for line in (*points[::step, ::fine], *points.swapaxes(0, 1)[::step, ::fine]):
        painter.drawPath(scale.line(line))


def _paint_dot(painter: QPainter, scale: Scale, point: Array, theme: Theme) -> None:
    painter.setPen(QPen(theme.color("node"), 1))
    painter.setBrush(theme.color("forward"))
    painter.drawEllipse(scale.place(point), 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _polygon(scale: Scale, points: Array) -> QPolygonF:
    return QPolygonF([scale.place(point) for point in points])
