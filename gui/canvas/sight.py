"""What lies in a region of the canvas, for annotations to be laid out around."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.levels import AT_DESK, Sizes

if TYPE_CHECKING:
    from gui.canvas.geometry import Point
    from gui.canvas.scene import CanvasScene

# What annotations are laid out for beyond what is seen, on each side: a share of it, and pixels.
SHARE, MORE = 0.05, 160.0
TARGET_ROOM = 96.0  # canvas units that value and seed of the target take beside it


@dataclass
class Sight:
    """What there is to annotate in a region of the canvas.

    `target` is the output that is differentiated, if it is drawn, be it wired or not.
    """

    sources: dict[PortRef, geo.Point] = field(default_factory=dict)
    targets: dict[PortRef, geo.Point] = field(default_factory=dict)
    pins: dict[PortRef, geo.Point] = field(default_factory=dict)
    texts: dict[PortRef, tuple[str, str]] = field(default_factory=dict)  # instead of gradients
    nodes: np.ndarray = field(default_factory=lambda: np.empty((0, 4)))
    wires: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 2)))
    target: PortRef | None = None
    sizes: Sizes = AT_DESK


def region_around(seen: QRectF, pixel: float) -> QRectF:
    """The region that annotations are laid out for where `seen` is seen."""
    across, down = seen.width() * SHARE + MORE * pixel, seen.height() * SHARE + MORE * pixel
    return seen.adjusted(-across, -down, across, down)


def sight_of(scene: CanvasScene, region: QRectF) -> Sight:
    """What of a scene lies in a region, for annotations to find their places."""
    sight = Sight(sizes=scene.sizes)
    box = (region.left(), region.top(), region.right(), region.bottom())
    rows = scene.wires.seen(box)
    may_dim = scene.may_dim
    for source, target in scene.wires.pairs(rows.tolist()):
        if target == scene.hidden_wire:
            continue
        if may_dim and (scene.dims(source.node) or scene.dims(target.node)):
            continue
        if scene.overlays and (mark := scene.overlays.edge(target)) is not None and mark.dimmed:
            continue
        if source not in sight.sources and _is_in(place := scene.wire_place(source), box):
            sight.sources[source] = place
        is_pin = target.port in scene.items_by_id[target.node].outline.pins
        if not is_pin or target.node in scene.frames.held:
            place = scene.wire_place(target)
            if _is_in(place, box):
                sight.targets[target] = place
    _note_target(scene, box, sight)
    near = geo.meeting(scene.boxes.array, box)
    boxes = scene.boxes.array[near].tolist()
    for id_ in (scene.boxes.ids[row] for row in near.tolist()):
        item = scene.items_by_id[id_]
        for pin in () if may_dim and scene.dims(id_) else item.outline.pins:
            sight.pins[PortRef(id_, pin)] = item.port_place(pin)
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
    target, place = found
    if _is_in(place, box):
        sight.target = target
        sight.sources[target] = place


def _is_in(place: Point, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= place[0] <= box[2] and box[1] <= place[1] <= box[3]


def _target(scene: CanvasScene) -> tuple[PortRef, Point] | None:
    """The target and where it is; None where it is not drawn."""
    target = scene.document.shown.target
    place = scene.wire_place(target) if target is not None else None
    if place is None or target.node in scene.frames.held:
        return None
    return target, place
