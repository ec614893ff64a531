"""The dotted rail of a tangent, above that of the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.polygons import polygon
from gui.canvas.wire_lines import cut, seen_by

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
    seen = seen_by(painter)
    rails = (
        geo.rail(line[None], place)[0]
        for line, place in zip(lines[carried], places[carried].tolist(), strict=True)
    )
    for rail in rails:
        for points in cut(rail[None], seen):
            painter.drawPolyline(polygon(points))
