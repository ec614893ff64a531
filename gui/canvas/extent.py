"""How far a scene reaches: the box of all that is drawn of a graph, and how far one can scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from gui.canvas import geometry as geo
from gui.canvas.tags import TAG_ROOM

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

EXTENT = 1e6  # how far from the middle one can scroll, in canvas units


def content_rect(scene: CanvasScene) -> QRectF:
    """What all nodes and frames take, with room for the texts of pins; empty without nodes."""
    boxes = scene.boxes.array
    framed = [scene.frames.drawn_box(number) for number in scene.frames.drawn()]
    if framed:
        boxes = np.concatenate((boxes, np.array(framed)))
    if not len(boxes):
        return QRectF()
    left, top, right, bottom = around(boxes).getCoords()
    if scene.building.has_pins:
        bottom += geo.PIN_TEXT
    if scene.document.place:  # its ports stand as tags at both ends
        left, right = left - TAG_ROOM, right + TAG_ROOM
    scene.building.hang()
    deepest = (scene.wires.bounds(target)[3] for target in scene.wires.delays)
    bottom = max((bottom, *deepest))
    return QRectF(left, top, right - left, bottom - top)


def around(boxes: np.ndarray) -> QRectF:
    """The rectangle around all boxes `[n, 4]`."""
    # One by one: across a row numpy takes ten times as long.
    first = QPointF(boxes[:, 0].min(), boxes[:, 1].min())
    return QRectF(first, QPointF(boxes[:, 2].max(), boxes[:, 3].max()))
