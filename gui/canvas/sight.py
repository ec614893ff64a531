"""What lies in a region of the canvas, for annotations to be laid out around."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.levels import AT_DESK, Sizes

if TYPE_CHECKING:
    from gui.canvas.geometry import Point
    from gui.canvas.placing import Box
    from gui.canvas.scene import CanvasScene

# What annotations are laid out for beyond what is seen, on each side: a share of it, and pixels.
SHARE, MORE = 0.05, 160.0
TARGET_ROOM = 96.0  # canvas units that value and seed of the target take beside it


@dataclass
class Sight:
    """What there is to annotate in a region of the canvas.

    `target` is the output that is differentiated, if it is drawn, be it wired or not. `boxes` are
    those of nodes, by id, and of folded frames, by number.
    """

    sources: dict[PortRef, geo.Point] = field(default_factory=dict)
    targets: dict[PortRef, geo.Point] = field(default_factory=dict)
    pins: dict[PortRef, geo.Point] = field(default_factory=dict)
    texts: dict[PortRef, tuple[str, str]] = field(default_factory=dict)  # instead of gradients
    boxes: dict[str | int, Box] = field(default_factory=dict)
    wires: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 2)))
    target: PortRef | None = None
    sizes: Sizes = AT_DESK

    @property
    def nodes(self) -> np.ndarray:
        """All boxes `[n, 4]`."""
        return np.array(list(self.boxes.values())).reshape(-1, 4)

    @property
    def places(self) -> dict[PortRef, geo.Point]:
        """Where all ports are that there is something to say of."""
        return {**self.sources, **self.targets, **self.pins}


def region_around(seen: QRectF, pixel: float) -> QRectF:
    """The region that annotations are laid out for where `seen` is seen."""
    across, down = seen.width() * SHARE + MORE * pixel, seen.height() * SHARE + MORE * pixel
    return seen.adjusted(-across, -down, across, down)


def sight_of(scene: CanvasScene, region: QRectF) -> Sight:
    """What of a scene lies in a region, for annotations to find their places."""
    sight = Sight(sizes=scene.sizes)
    box = _box(region)
    rows = scene.wires.seen(box)
    for source, target in scene.wires.pairs(rows.tolist()):
        _note_wire(scene, box, sight, source, target)
    _note_target(scene, box, sight)
    for row in geo.meeting(scene.boxes.array, box).tolist():
        _note_node(scene, box, sight, scene.boxes.ids[row])
    _note_texts(scene, sight, (*sight.targets, *sight.pins))
    for number in scene.frames.drawn():
        if scene.frames.all[number].folded:
            sight.boxes[number] = scene.frames.drawn_box(number)
    sight.wires = scene.wires.lines(rows)
    return sight


def follow_nodes(
    scene: CanvasScene, region: QRectF, sight: Sight, ids: Collection[str]
) -> set[PortRef]:
    """Bring a sight up to date with nodes that are drawn elsewhere now; the ports they have in it.

    These are those that are in it no more, too. The other ends of their edges stay as they are.
    """
    box, wires = _box(region), scene.wires
    ports = {port for port in sight.places if port.node in ids}
    for port in ports:
        for places in (sight.sources, sight.targets, sight.pins, sight.texts):
            places.pop(port, None)
    for target in wires.joining(ids):
        _note_wire(scene, box, sight, wires.source_of(target), target)
    if sight.target is None or sight.target.node in ids:
        _note_target(scene, box, sight)
    for id_ in ids:
        sight.boxes.pop(id_, None)
        _note_node(scene, box, sight, id_)
    ports |= {port for port in sight.places if port.node in ids}
    _note_texts(scene, sight, [port for port in ports if port not in sight.sources])
    sight.wires = wires.lines(wires.seen(box))
    return ports


def _note_wire(
    scene: CanvasScene, box: Box, sight: Sight, source: PortRef, target: PortRef
) -> None:
    """The ends of an edge, where they are in sight and the edge is drawn as edges are."""
    if target == scene.hidden_wire:
        return
    if scene.may_dim and (scene.dims(source.node) or scene.dims(target.node)):
        return
    if scene.overlays and (mark := scene.overlays.edge(target)) is not None and mark.dimmed:
        return
    if source not in sight.sources and _is_in(place := scene.wire_place(source), box):
        sight.sources[source] = place
    is_pin = target.port in scene.items_by_id[target.node].outline.pins
    if not is_pin or target.node in scene.frames.held:
        place = scene.wire_place(target)
        if _is_in(place, box):
            sight.targets[target] = place


def _note_node(scene: CanvasScene, box: Box, sight: Sight, id_: str) -> None:
    """The box of a node and its pins, if it is drawn there."""
    own = scene.boxes.get(id_)
    if own is None or not _meet(own, box):
        return
    item, sight.boxes[id_] = scene.items_by_id[id_], own
    for pin in () if scene.may_dim and scene.dims(id_) else item.outline.pins:
        sight.pins[PortRef(id_, pin)] = item.port_place(pin)


def _note_texts(scene: CanvasScene, sight: Sight, ports: Collection[PortRef]) -> None:
    """What overlays say at ports instead of their gradients."""
    for port in ports if scene.overlays else ():
        mark = scene.overlays.edge(port)
        if mark is not None and mark.text:
            sight.texts[port] = (mark.text, mark.ink)


def with_target(scene: CanvasScene, content: QRectF) -> QRectF:
    """A rectangle around nodes, with room for the numbers at the target's output."""
    found = _target(scene)
    right = content.right() if found is None else found[1][0] + TARGET_ROOM
    return content.adjusted(0, 0, max(right - content.right(), 0.0), 0)


def _note_target(scene: CanvasScene, box: Box, sight: Sight) -> None:
    """The target's output has its value and its seed, though mostly no edge leaves it."""
    sight.target, found = None, _target(scene)
    if found is None or scene.dims(found[0].node):
        return
    target, place = found
    if _is_in(place, box):
        sight.target = target
        sight.sources[target] = place


def _box(region: QRectF) -> Box:
    return (region.left(), region.top(), region.right(), region.bottom())


def _is_in(place: Point, box: Box) -> bool:
    return box[0] <= place[0] <= box[2] and box[1] <= place[1] <= box[3]


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def _target(scene: CanvasScene) -> tuple[PortRef, Point] | None:
    """The target and where it is; None where it is not drawn."""
    target = scene.document.shown.target
    place = scene.wire_place(target) if target is not None else None
    if place is None or target.node in scene.frames.held:
        return None
    return target, place
