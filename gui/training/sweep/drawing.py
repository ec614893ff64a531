"""The sweep: the loss that a training comes to, by its learning rate, both on log axes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.inspector.geometry.scale import Scale, dashed, paint_axes, plot_room
from gui.theme import Theme
from runtime.geometry.window import Window
from runtime.training.landscape.sweeping import Sweep

WIDEST = 2.4
LEAST = 1e-300  # a loss of 0 has no logarithm
SHALLOW = 1.0  # powers of ten that are always in sight
FAILED = 18.0  # pixels above the plot's losses, where what diverged is marked


def scale_of(sweep: Sweep, area: QRectF) -> Scale:
    """Powers of ten across and up."""
    room = plot_room(area)
    width = min(room.width(), WIDEST * room.height())
    good = sweep.losses[~sweep.diverged]
    heights = np.log10(np.maximum(np.append(good, sweep.start), LEAST))
    low, high = float(heights.min()), float(heights.max())
    if high - low < SHALLOW:
        low, high = (low + high - SHALLOW) / 2, (low + high + SHALLOW) / 2
    rates = np.log10(sweep.rates)
    margin = 0.04 * (rates[-1] - rates[0])
    rise = (high - low) * FAILED / max(room.height() - FAILED, 1.0)
    window = Window(
        (float(rates[0] - margin), low - 0.06 * (high - low)),
        (float(rates[-1] + margin), high + 2 * rise),
    )
    return Scale(QRectF(room.left(), room.top(), width, room.height()), window)


def paint(
    painter: QPainter, sweep: Sweep, scale: Scale, theme: Theme, names: tuple[str, str], at: int
) -> None:
    """Axes, the loss at the start, the curve, what diverged, the best; `at` is pointed at."""
    paint_axes(painter, scale, theme, *names, is_log=True)
    painter.save()
    painter.setClipRect(scale.room.adjusted(-6, -6, 6, 6))
    start = _place(scale, sweep.rates[0], sweep.start).y()
    painter.setPen(dashed(QPen(theme.color("line"), 1)))
    painter.drawLine(QPointF(scale.room.left(), start), QPointF(scale.room.right(), start))
    points = np.stack([np.log10(sweep.rates), np.log10(np.maximum(sweep.losses, LEAST))], axis=1)
    points[sweep.diverged] = np.nan
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("forward"), 2))
    painter.drawPath(scale.line(points))
    for place in range(len(sweep.rates)):
        _paint_dot(painter, sweep, place, scale, theme, is_current=place == at)
    painter.restore()


def place_of(sweep: Sweep, place: int, scale: Scale) -> QPointF:
    """Where a rate's loss is drawn; one that diverged stands at the top."""
    if sweep.diverged[place]:
        x = _place(scale, sweep.rates[place], 1.0).x()
        return QPointF(x, scale.room.top() + FAILED / 2)
    return _place(scale, sweep.rates[place], sweep.losses[place])


def nearest(sweep: Sweep, scale: Scale, x: float) -> int:
    """The rate nearest to an x of the widget."""
    across = [_place(scale, rate, 1.0).x() for rate in sweep.rates]
    return int(np.argmin(np.abs(np.array(across) - x)))


def _place(scale: Scale, rate: float, loss: float) -> QPointF:
    return scale.place(np.array([math.log10(rate), math.log10(max(loss, LEAST))]))


def _paint_dot(
    painter: QPainter, sweep: Sweep, place: int, scale: Scale, theme: Theme, *, is_current: bool
) -> None:
    spot = place_of(sweep, place, scale)
    if sweep.diverged[place]:
        painter.setPen(QPen(theme.color("error"), 2))
        for turn in (1, -1):
            painter.drawLine(spot - QPointF(4, 4 * turn), spot + QPointF(4, 4 * turn))
    else:
        painter.setPen(QPen(theme.color("node"), 1))
        painter.setBrush(theme.color("forward"))
        painter.drawEllipse(spot, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    if is_current or place == sweep.best:
        pen = QPen(theme.color("text"), 1.5)
        painter.setPen(pen if is_current else dashed(pen, 2, 2))
        painter.drawEllipse(spot, 8, 8)
