"""The ground: dots every 24 units, fewer of them from afar."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.canvas import geometry as geo
from gui.canvas.polygons import polygon
from gui.theme import Theme

LEAST_PITCH = 14  # pixels between two dots on screen


def paint_dots(painter: QPainter, rect: QRectF, theme: Theme, zoom: float) -> None:
    """Dots of the grid that lie in a rectangle."""
    pitch = float(geo.DOTS)
    while pitch * zoom < LEAST_PITCH:
        pitch *= 4
    across = np.arange(np.floor(rect.left() / pitch), rect.right() / pitch + 1) * pitch
    down = np.arange(np.floor(rect.top() / pitch), rect.bottom() / pitch + 1) * pitch
    points = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    dots: QPolygonF = polygon(points)
    pen = QPen(theme.color("grid"), 2)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pen)
    painter.drawPoints(dots)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
