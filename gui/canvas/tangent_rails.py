"""The dotted rail of a tangent, above that of the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.polygons import polygon

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

DOTS = (1.0, 1.5)  # a dot and the space behind it, in widths of the rail


def paint_tangents(
    painter: QPainter,
    scene: CanvasScene,
    rows: Sequence[int],
    lines: np.ndarray,
    places: np.ndarray,
    width: float,
) -> None:
    """Paint a rail over each wire of `rows` that carries a tangent at the playhead.

    `lines` are their middle lines `[n, points, 2]`, `places` how far from them the rail runs.
    """
    shown, targets = scene.document.shown, scene.wires.targets
    carried = [shown.tangent_over(targets[row]).is_value for row in rows]
    if not any(carried):
        return
    pen = QPen(scene.theme.color("tangent"), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    pen.setDashPattern(DOTS)
    painter.setPen(pen)
    seen = _seen(painter)
    rails = (
        geo.rail(line[None], place)[0]
        for line, place in zip(lines[carried], places[carried].tolist(), strict=True)
    )
    for rail in rails:
        part = _cut(rail, seen)
        if len(part) > 1:
            painter.drawPolyline(polygon(part))


def _seen(painter: QPainter) -> tuple[float, float, float, float]:
    """What can be seen of the canvas: dots that cannot are not worth the time."""
    back, _ = painter.worldTransform().inverted()
    box = back.mapRect(QRectF(painter.viewport()))
    return box.left(), box.top(), box.right(), box.bottom()


def _cut(line: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """The points of a line from the first piece that a box may show to the last."""
    low, high = np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])
    is_near = (low <= box[2:]).all(1) & (high >= box[:2]).all(1)
    pieces = np.flatnonzero(is_near)
    return line[pieces[0] : pieces[-1] + 2] if len(pieces) else line[:0]
