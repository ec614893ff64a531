"""The mark of a delay edge: a clock on it, with the number of time steps where that is not one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.node_paint import text_width

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

RADIUS = 7.0  # pixels
SHARES = (0.5, 0.42, 0.58, 0.46)  # of an edge's length
PIXELS = 11  # of the number
PAD = 3.0


def paint_clocks(painter: QPainter, scene: CanvasScene, rows: Iterable[int], zoom: float) -> None:
    """A clock on each delay edge among these rows."""
    wires = scene.wires
    seen = {wires.targets[row] for row in rows}
    for target, (x, y) in _places(scene).items():
        if target in seen:
            _paint(painter, scene, QPointF(x, y), wires.delays[target], 1 / zoom)


def clock_boxes(scene: CanvasScene, zoom: float) -> np.ndarray:
    """What the clocks take, for chevrons to keep clear of: `[n, 4]`."""
    reach = (RADIUS + PAD) / zoom
    middles = np.array(list(_places(scene).values())).reshape(-1, 2)
    return np.concatenate((middles - reach, middles + reach), axis=1)


def _places(scene: CanvasScene) -> dict[PortRef, geo.Point]:
    """Where the clocks stand; those of edges that run beside each other stand apart."""
    wires = scene.wires
    return {
        target: geo.point_on_wire(wires.line(target), SHARES[number % len(SHARES)])[0]
        for number, target in enumerate(wires.delays)
    }


def _paint(
    painter: QPainter, scene: CanvasScene, middle: QPointF, delay: int, pixel: float
) -> None:
    theme = scene.theme
    radius = RADIUS * pixel
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("canvas"))
    painter.drawEllipse(middle, radius + 2 * pixel, radius + 2 * pixel)
    pen = QPen(theme.color("text"), 1.5 * pixel)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawEllipse(middle, radius, radius)
    hands = [QPointF(0, -0.6 * radius), QPointF(0, 0), QPointF(0.45 * radius, 0.25 * radius)]
    painter.drawPolyline([middle + hand for hand in hands])
    if delay > 1:
        text = f"{delay}"
        width = (text_width(text, theme, PIXELS, 600) + 2 * PAD) * pixel
        left, top = middle.x() + radius + 2 * pixel, middle.y() - 8 * pixel
        _number(painter, scene, QRectF(left, top, width, 16 * pixel), text, pixel)


def _number(painter: QPainter, scene: CanvasScene, box: QRectF, text: str, pixel: float) -> None:
    theme = scene.theme
    painter.fillRect(box, theme.color("canvas"))
    painter.save()
    painter.translate(box.center())
    painter.scale(pixel, pixel)  # text is set in pixels of the screen
    painter.setPen(theme.color("text"))
    painter.setFont(theme.font(PIXELS, 600))
    inner = QRectF(-box.width() / pixel / 2, -8, box.width() / pixel, 16)
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
