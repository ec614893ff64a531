"""Two inputs, one output: lines of equal height, those of the tangent plane, the gradient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

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
from gui.numbers import format_number
from gui.theme import Theme

LONGEST = 0.3  # of the picture's side: the arrow where the function is steepest
NUMBERS = 70.0  # pixels from the point, about: where the numbers on the lines are
APART = 12.0  # pixels around the point that are left free of them


def height(width: int) -> int:
    """About a square in a narrow inspector."""
    return SQUARE


def scales(look: Look, area: QRectF) -> tuple[Scale, ...]:
    """Across the first input, up the second; both with one scale."""
    return (Scale(square_room(area), look.sampled.window),)


def point_at(look: Look, scales: tuple[Scale, ...], place: QPointF) -> Array:
    """The inputs at a pixel."""
    return scales[0].numbers(place)


def paint(
    painter: QPainter,
    look: Look,
    scales: tuple[Scale, ...],
    theme: Theme,
    at: tuple[int, ...] | None,
) -> None:
    """Heights as a tint, lines through them, the straight lines of the tangent plane."""
    (scale,) = scales
    sampled, here = look.sampled, look.here
    heights = sampled.values[..., 0]
    paint_axes(painter, scale, theme, *look.inputs)
    painter.save()
    painter.setClipRect(scale.room)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    paint_share(painter, scale, _shares(heights, look), theme.color("forward"), 0.3)
    paint_share(painter, scale, look.closeness, theme.color("tangent"), 0.16)
    own, plane = look.lines
    painter.setPen(QPen(theme.color("forward"), 1))
    for line in sampled.lines.values():
        painter.drawPath(scale.segments(line))
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.drawPath(scale.segments(own))
    painter.setPen(dashed(QPen(theme.color("tangent"), 1)))
    for line in plane.values():
        painter.drawPath(scale.segments(line))
    paint_numbers(painter, sampled.lines, here.point, scale, theme)
    _paint_gradient(painter, look, scale, theme)
    if at is not None:
        painter.setPen(QPen(theme.color("node"), 1))
        painter.setBrush(theme.color("forward"))
        painter.drawEllipse(scale.place(sampled.points[at]), 4, 4)
    if look.is_moved:
        paint_point(painter, scale.place(look.home), theme, is_home=True)
    paint_point(painter, scale.place(here.point), theme)
    painter.restore()


def paint_share(painter: QPainter, scale: Scale, shares: Array, ink, most: float) -> None:
    """Samples as a smooth tint, `shares` [rows, columns] from 0 to 1 of `most`."""
    rows, columns = shares.shape
    pixels = np.empty((rows, columns, 4), np.uint8)
    alpha = np.clip(shares, 0, 1) * most
    for place, part in enumerate((ink.blueF(), ink.greenF(), ink.redF())):
        pixels[..., place] = np.rint(part * alpha * 255)  # premultiplied
    pixels[..., 3] = np.rint(alpha * 255)
    upright = np.ascontiguousarray(pixels[::-1])  # the second input runs up
    kind = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(upright.data, columns, rows, columns * 4, kind).copy()
    across, down = scale.room.width() / (columns - 1), scale.room.height() / (rows - 1)
    margin = across / 2, down / 2  # a sample stands in the middle of its pixel
    area = scale.room.adjusted(-margin[0], -margin[1], *margin)
    painter.drawImage(area, image)


def _shares(heights: Array, look: Look) -> Array:
    """How high each sample is, from 0 to 1; 0 where it is none."""
    (low,), (high,) = look.sampled.seen.low, look.sampled.seen.high
    return np.nan_to_num((heights - low) / (high - low))


def paint_numbers(
    painter: QPainter, lines: Mapping[float, Array], about: Array, scale: Scale, theme: Theme
) -> None:
    """A number on each line, at some distance from a point and from one another."""
    font = theme.font(11)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    point = scale.pixels(about)
    around = QPointF(*point.tolist())
    taken = [QRectF(around, around).marginsAdded(QMarginsF(APART, APART, APART, APART))]
    for level, line in lines.items():
        if not len(line):
            continue
        middles = scale.pixels(line.mean(axis=1))
        text = format_number(level, 3)
        half = metrics.horizontalAdvance(text) / 2 + 3
        room = scale.room.adjusted(half, 9, -half, -9)
        for place in middles[np.argsort(np.abs(np.linalg.norm(middles - point, axis=1) - NUMBERS))]:
            spot = QPointF(*place.tolist())
            box = QRectF(spot.x() - half, spot.y() - 8, 2 * half, 16)
            if room.contains(spot) and not any(box.intersects(other) for other in taken):
                painter.fillRect(box, theme.color("node", 0.85))
                painter.setPen(theme.color("text"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
                taken.append(box)
                break


def _paint_gradient(painter: QPainter, look: Look, scale: Scale, theme: Theme) -> None:
    """The gradient as an arrow uphill; as long as it may be where the slope is the greatest."""
    linear = look.here.linear
    slope = float(np.linalg.norm(linear.matrix))
    if not linear.is_finite or not slope:
        return
    side = look.sampled.window.radius * 2
    steepest = max(look.sampled.steepest, slope)
    way = linear.matrix[0] / slope * max(slope / steepest, 0.3) * LONGEST * side
    pen = QPen(theme.color("reverse"), 2.5)
    paint_arrow(painter, scale.place(linear.point), scale.place(linear.point + way), pen)
