"""The loss along one direction: the curve, its tangent, what lies on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.inspector.axes import Array
from gui.inspector.geometry.scale import Scale, dashed, paint_axes, plot_room
from gui.theme import Theme
from gui.training.landscape.plane_drawing import paint_ball, paint_dot
from gui.training.landscape.plane_drawing import paint_start as paint_start_at
from gui.training.landscape.question import Seen
from gui.training.landscape.racers import Style
from runtime.geometry.window import Window
from runtime.training.landscape.racing import Course
from runtime.training.landscape.sampling import Profile

WIDEST = 2.4  # times as wide as high, at most


def scale_of(seen: Seen, area: QRectF) -> Scale:
    """Across the direction, up the loss."""
    profile = seen.picture
    assert isinstance(profile, Profile)
    heights = Window.usual(np.append(profile.losses, profile.loss)[:, None])
    at = profile.at
    both = Window((float(at[0]), heights.low[0]), (float(at[-1]), heights.high[0]))
    room = plot_room(area)
    width = min(room.width(), WIDEST * room.height())
    return Scale(QRectF(room.left(), room.top(), width, room.height()), both)


def paint(painter: QPainter, seen: Seen, scale: Scale, theme: Theme, loss: str) -> None:
    """Ground, curve, tangent, the optimum; `loss` names the axis."""
    profile = seen.picture
    assert isinstance(profile, Profile)
    paint_axes(painter, scale, theme, seen.names[0], loss)
    painter.save()
    painter.setClipRect(scale.room)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(dashed(QPen(theme.color("tangent"), 1.5)))
    painter.drawPath(scale.line(np.stack([profile.at, profile.tangent], axis=1)))
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.drawPath(scale.line(np.stack([profile.at, profile.losses], axis=1)))
    if seen.way is not None:
        _paint_way(painter, profile, seen.way.points[:, 0], scale, theme)
    if seen.optimum is not None:
        _paint_lowest(painter, scale, theme, float(seen.optimum.at[0]))
    elif seen.asked.kind == "gradient" and profile.best is not None:
        _paint_lowest(painter, scale, theme, float(profile.at[profile.best]))
    painter.restore()


def paint_courses(
    painter: QPainter,
    courses: list[tuple[Style, Course]],
    update: int,
    scale: Scale,
    theme: Theme,
) -> None:
    """The balls on the curve."""
    painter.save()
    painter.setClipRect(scale.room)
    for style, course in reversed(courses):
        point, loss = course.at(update)
        paint_ball(painter, style, scale.place(np.append(point, loss)), theme)
    painter.restore()


def paint_start(
    painter: QPainter, profile: Profile, start: Array, scale: Scale, theme: Theme
) -> None:
    """Where the parameters stand, as a ring, and where a race begins, if that is elsewhere."""
    home = np.array([profile.here, profile.loss])
    is_moved = float(start[0]) != profile.here
    begin = np.append(start, height_at(profile, start)) if is_moved else home
    paint_start_at(painter, home, begin, scale, theme)


def paint_trail(painter: QPainter, profile: Profile, at: Array, scale: Scale, theme: Theme) -> None:
    """A run under way, as far as the line shows it: a dot on the curve."""
    painter.save()
    painter.setClipRect(scale.room)
    paint_dot(painter, scale.place(np.append(at, height_at(profile, at))), theme)
    painter.restore()


def height_at(profile: Profile, at: Array) -> float:
    """The curve's height between its samples."""
    return float(np.interp(float(at[0]), profile.at, profile.losses))


def _paint_way(painter: QPainter, profile: Profile, at: Array, scale: Scale, theme: Theme) -> None:
    """Where a training was, as strokes at the foot of the plot."""
    painter.setPen(QPen(theme.color("text"), 1))
    foot = scale.room.bottom()
    for x in scale.pixels(np.stack([at, np.full(len(at), profile.loss)], axis=1))[:, 0].tolist():
        painter.drawLine(QPointF(x, foot - 8), QPointF(x, foot))


def _paint_lowest(painter: QPainter, scale: Scale, theme: Theme, at: float) -> None:
    """An upright line at the best place."""
    x = scale.place(np.array([at, scale.window.low[1]])).x()
    painter.setPen(dashed(QPen(theme.color("text"), 1)))
    painter.drawLine(QPointF(x, scale.room.top()), QPointF(x, scale.room.bottom()))
