"""What lies under the nodes: grounds, frames, wires, annotations and tags, from below to above."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QPainter

from gui.canvas import extent
from gui.canvas.frame_paint import paint_frames
from gui.canvas.levels import WITH_PLATES, level_of
from gui.canvas.tags import paint_tags
from gui.canvas.wire_paint import rows_within

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene


def paint_flow(
    painter: QPainter,
    scene: CanvasScene,
    parts: np.ndarray,
    zoom: float,
    *,
    words: bool = True,
    left_out: Collection[str] = (),
) -> None:
    """Frames, wires and plates that meet boxes `[n, 4]`; frames without title if told so.

    Plates are those that are laid out; those of nodes that are `left_out` are not painted,
    nor are their wires.
    """
    rect = extent.around(parts)
    scene.time_band.paint(painter, rect, zoom, words=words)
    scene.overlays.paint_grounds(painter, rect, zoom)
    shows_plates = level_of(zoom) in WITH_PLATES
    near = scene.field.within(parts) if shows_plates else []
    plates = [plate for plate in near if plate.port.node not in left_out]
    # All of them, so that a wire's signs stand at the same places in each part of it.
    boxes = scene.field.bounds if shows_plates else np.empty((0, 4))
    held = () if scene.is_printing else scene.hand.frames
    frames = [number for number in scene.frames.drawn() if number not in held]
    paint_frames(painter, rect, scene, zoom, frames, folded=False, words=words)
    rows = rows_within(scene, parts, left_out)
    scene.paint_wires(painter, rows, scene, zoom, boxes)
    paint_frames(painter, rect, scene, zoom, frames, folded=True, words=words)
    scene.plate_pictures.paint(painter, plates, 1 / zoom)
    paint_tags(painter, scene, zoom)
