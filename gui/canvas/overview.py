"""The whole graph from very far: one call for all rectangles, one for all lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView


def paint_overview(view: CanvasView) -> None:
    """Paint the view's viewport."""
    painter = QPainter(view.viewport())
    painter.fillRect(view.viewport().rect(), view.theme.color("canvas"))
    painter.setTransform(view.viewportTransform())
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    paint_plan(painter, view.canvas, seen)
    view.drawForeground(painter, seen)
    painter.end()


def paint_plan(painter: QPainter, scene: CanvasScene, seen: QRectF) -> None:
    """Nodes as rectangles and edges as straight lines, as far as they meet `seen`."""
    theme = scene.theme
    box = (seen.left(), seen.top(), seen.right(), seen.bottom())
    rows = scene.wires.within(box)
    painter.setPen(_hairline(theme.color("line", 0.7)))
    ends = scene.wires.ends()[rows].reshape(-1, 4)
    painter.drawLines([QLineF(*row) for row in ends.tolist()])
    boxes, ids = scene.boxes()
    meets = (boxes[:, 0] <= box[2]) & (boxes[:, 2] >= box[0])
    meets &= (boxes[:, 1] <= box[3]) & (boxes[:, 3] >= box[1])
    chosen = scene.document.selection.nodes
    for wanted, pen in ((False, theme.color("line")), (True, theme.color("text"))):
        rects = [
            QRectF(left, top, right - left, bottom - top)
            for index, (left, top, right, bottom) in zip(
                np.flatnonzero(meets).tolist(), boxes[meets].tolist(), strict=True
            )
            if (ids[index] in chosen) == wanted
        ]
        painter.setPen(_hairline(pen, 2 if wanted else 1))
        painter.setBrush(theme.color("node"))
        painter.drawRects(rects)


def _hairline(color, width: int = 1) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)
    return pen
