"""The loss over a plane, from above: a tint, lines of equal loss, ways and marks on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.inspector.axes import Array
from gui.inspector.geometry.contour_drawing import paint_numbers, paint_share
from gui.inspector.geometry.scale import Scale, paint_axes, paint_point, plot_room
from gui.theme import Theme
from gui.training.landscape.question import Seen
from gui.training.landscape.racers import Style, paint_mark
from runtime.training.landscape.racing import Course
from runtime.training.landscape.sampling import Landscape

WIDEST = 2.8  # times as wide as high, at most
DARKEST = 0.42  # of the tint, where the loss is the highest that has a line
NUMBERED = 3  # each of so many lines has its number
MOST_DOTS = 40  # places of a way that have a dot


def scale_of(seen: Seen, area: QRectF) -> Scale:
    """Across the first direction, up the second."""
    room = plot_room(area)
    width = min(room.width(), WIDEST * room.height())
    return Scale(QRectF(room.left(), room.top(), width, room.height()), seen.picture.window)


def paint(painter: QPainter, seen: Seen, scale: Scale, theme: Theme) -> None:
    """Ground, heights, the training's way, the optimum."""
    landscape = seen.picture
    assert isinstance(landscape, Landscape)
    paint_axes(painter, scale, theme, *seen.names)
    painter.save()
    painter.setClipRect(scale.room)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    paint_share(painter, scale, _shares(landscape), theme.color("forward"), DARKEST)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("forward", 0.75), 1))
    lines = landscape.lines
    for line in lines.values():
        painter.drawPath(scale.segments(line))
    numbered = dict(list(lines.items())[NUMBERED - 1 :: NUMBERED])
    paint_numbers(painter, numbered, seen.here, scale, theme)
    if seen.way is not None:
        _paint_way(painter, seen.way.points, scale, theme)
    if seen.optimum is not None:
        _paint_optimum(painter, scale.place(seen.optimum.at), theme)
    painter.restore()


def paint_courses(
    painter: QPainter,
    courses: list[tuple[Style, Course]],
    update: int,
    scale: Scale,
    theme: Theme,
) -> None:
    """How far everybody has come after so many updates, the first of the legend on top."""
    painter.save()
    painter.setClipRect(scale.room)
    for style, course in reversed(courses):
        points = course.points[: update + 1]
        painter.setPen(course_pen(style, theme))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(scale.line(points))
    for style, course in reversed(courses):
        point, _ = course.at(update)
        paint_ball(painter, style, scale.place(point), theme)
    painter.restore()


def course_pen(style: Style, theme: Theme) -> QPen:
    """The pen of a racer's course."""
    pen = QPen(theme.color("text"), 1.75)
    if style.dash:
        pen.setDashPattern([part / pen.widthF() for part in style.dash])
    return pen


def paint_ball(painter: QPainter, style: Style, at: QPointF, theme: Theme) -> None:
    """Where a racer is: its mark, set off from what is below."""
    painter.setPen(QPen(theme.color("node"), 1.5))
    painter.setBrush(theme.color("text"))
    paint_mark(painter, style.mark, at, 5.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_trail(painter: QPainter, trail: Array, scale: Scale, theme: Theme) -> None:
    """A run under way: where it has been, and a dot where it is."""
    painter.save()
    painter.setClipRect(scale.room)
    _paint_way(painter, trail, scale, theme)
    paint_dot(painter, scale.place(trail[-1]), theme)
    painter.restore()


def paint_dot(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Where a run under way is."""
    painter.setPen(QPen(theme.color("node"), 2))
    painter.setBrush(theme.color("text"))
    painter.drawEllipse(at, 5.5, 5.5)


def paint_start(painter: QPainter, here: Array, start: Array, scale: Scale, theme: Theme) -> None:
    """Where the parameters stand, as a ring, and where a race begins, if that is elsewhere."""
    painter.save()
    painter.setClipRect(scale.room)
    is_moved = not np.array_equal(here, start)
    paint_point(painter, scale.place(here), theme, is_home=is_moved)
    if is_moved:
        paint_point(painter, scale.place(start), theme)
    painter.restore()


def _shares(landscape: Landscape) -> Array:
    """How high each sample is, from 0 to 1, evenly down a bowl; highest where it is no number."""
    heights = landscape.heights
    low = landscape.lowest[1]
    top = heights[-1] if heights else low + 1.0
    with np.errstate(all="ignore"):
        shares = np.sqrt((landscape.losses - low) / (top - low))
    return np.nan_to_num(shares, nan=1.0, posinf=1.0, neginf=0.0)


def _paint_way(painter: QPainter, points: Array, scale: Scale, theme: Theme) -> None:
    """A training's way: a line, with dots at some of the updates."""
    painter.setPen(QPen(theme.color("text"), 2))
    painter.drawPath(scale.line(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text"))
    for point in points[:: max(len(points) // MOST_DOTS, 1)]:
        painter.drawEllipse(scale.place(point), 2.2, 2.2)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_optimum(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """The closed-form optimum: a cross in a ring."""
    for ink, width in (("node", 4.0), ("text", 2.0)):
        painter.setPen(QPen(theme.color(ink), width))
        painter.drawLine(at - QPointF(5, 5), at + QPointF(5, 5))
        painter.drawLine(at - QPointF(5, -5), at + QPointF(5, -5))
