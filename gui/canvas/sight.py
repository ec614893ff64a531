"""What lies in a region of the canvas, for annotations to be laid out around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from graph import PortRef
from gui.canvas.node_item import NodeItem
from gui.canvas.plates import Sight

if TYPE_CHECKING:
    from gui.canvas.geometry import Point
    from gui.canvas.scene import CanvasScene

# What annotations are laid out for beyond what is seen, on each side: a share of it, and units.
# Far for scrolling; near where numbers have changed, as when a playhead slides.
FAR, NEAR = (0.5, 400.0), (0.05, 120.0)
TARGET_ROOM = 96.0  # canvas units that value and seed of the target take beside it


def region_around(seen: QRectF, *, is_far: bool) -> QRectF:
    """The region that annotations are laid out for where `seen` is seen."""
    share, more = FAR if is_far else NEAR
    across, down = seen.width() * share + more, seen.height() * share + more
    return seen.adjusted(-across, -down, across, down)


def sight_of(scene: CanvasScene, region: QRectF) -> Sight:
    """What of a scene lies in a region, for annotations to find their places."""
    sight = Sight(sizes=scene.sizes)
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
    _note_target(scene, box, sight)
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


def with_target(scene: CanvasScene, content: QRectF) -> QRectF:
    """A rectangle around nodes, with room for the numbers at the target's output."""
    found = _target(scene)
    right = content.right() if found is None else found[1][0] + TARGET_ROOM
    return content.adjusted(0, 0, max(right - content.right(), 0.0), 0)


def _note_target(scene: CanvasScene, box: tuple[float, float, float, float], sight: Sight) -> None:
    """The target's output has its value and its seed, though mostly no edge leaves it."""
    found = _target(scene)
    if found is None or scene.dims(found[0].node):
        return
    target, (x, y) = found
    if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
        sight.target = target
        sight.sources[target] = (x, y)


def _target(scene: CanvasScene) -> tuple[PortRef, Point] | None:
    """The target and where it is; None where it is not drawn."""
    target = scene.document.shown.target
    place = scene.wire_place(target) if target is not None else None
    if place is None or target.node in scene.frames.held:
        return None
    return target, place
