"""What lies in a region of the canvas, for annotations to be laid out around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from graph import PortRef
from gui.canvas.node_item import NodeItem
from gui.canvas.plates import Sight

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene


def sight_of(scene: CanvasScene, region: QRectF) -> Sight:
    """What of a scene lies in a region, for annotations to find their places."""
    sight = Sight()
    box = (region.left(), region.top(), region.right(), region.bottom())
    rows = scene.wires.within(box)
    for source, target in scene.wires.pairs(rows.tolist()):
        if target == scene.hidden_wire or scene.dims(source.node) or scene.dims(target.node):
            continue
        if scene.overlays and (mark := scene.overlays.edge(target)) is not None and mark.dimmed:
            continue
        sight.sources[source] = scene.wire_place(source)
        is_pin = target.port in scene.items_by_id[target.node].outline.pins
        if not is_pin or target.node in scene.frames.held:
            sight.targets[target] = scene.wire_place(target)
    boxes = []
    for item in scene.items(region):
        if isinstance(item, NodeItem):
            boxes.append(item.box())
            for pin in () if scene.dims(item.id) else item.outline.pins:
                sight.pins[PortRef(item.id, pin)] = item.port_place(pin)
    for port in (*sight.targets, *sight.pins) if scene.overlays else ():
        mark = scene.overlays.edge(port)
        if mark is not None and mark.text:
            sight.texts[port] = (mark.text, mark.ink)
    folded = (number for number in scene.frames.drawn() if scene.frames.all[number].folded)
    boxes += [scene.frames.drawn_box(number) for number in folded]
    sight.nodes = np.array(boxes).reshape(-1, 4)
    sight.wires = scene.wires.lines(rows)
    return sight
