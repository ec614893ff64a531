"""Where the keys lead on the canvas: through nodes and their ports, and along edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from graph import PortRef
from gui.canvas.geometry import PITCH

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

Place = str | PortRef  # a node, by its id, or one of its ports
ASIDE = 2.0  # how much more a node counts as away that lies beside the way than one on it


def node_of(place: Place) -> str:
    """The node that a place is, or belongs to."""
    return place.node if isinstance(place, PortRef) else place


def exists(scene: CanvasScene, place: Place) -> bool:
    """Whether there is still such a node, or such a port."""
    item = scene.items_by_id.get(node_of(place))
    if item is None:
        return False
    return not isinstance(place, PortRef) or item.outline.port(place.port) is not None


def box_of(scene: CanvasScene, place: Place) -> QRectF | None:
    """What a node takes, or a port with some room around it; None for what is gone."""
    if not exists(scene, place):
        return None
    holder = scene.frames.held.get(node_of(place))
    left, top, right, bottom = scene.items_by_id[node_of(place)].box()
    if holder is not None:
        left, top, right, bottom = scene.frames.drawn_box(holder)
    elif isinstance(place, PortRef):
        x, y = scene.port_place(place)
        left, top, right, bottom = x - PITCH, y - PITCH, x + PITCH, y + PITCH
    return QRectF(left, top, right - left, bottom - top)


def stops(scene: CanvasScene, id_: str) -> tuple[Place, ...]:
    """A node and its ports in the order of Tab: inputs, the one it would grow, pins, outputs."""
    shape = scene.items_by_id[id_].outline
    names = (*shape.inputs, *shape.more, *shape.pins, *shape.outputs)
    return (id_, *(PortRef(id_, name) for name in names))


def next_stop(scene: CanvasScene, place: Place | None, forward: bool) -> Place | None:
    """The next place in topological order, or the one before; None beyond the ends."""
    order = scene.order
    if place is None:
        return _end_of(scene, order, forward)
    own = stops(scene, node_of(place))
    index = own.index(place) + (1 if forward else -1)
    if 0 <= index < len(own):
        return own[index]
    row = order.index(node_of(place)) + (1 if forward else -1)
    if not 0 <= row < len(order):
        return None
    return order[row] if forward else stops(scene, order[row])[-1]


def _end_of(scene: CanvasScene, order: tuple[str, ...], forward: bool) -> Place | None:
    if not order:
        return None
    return order[0] if forward else stops(scene, order[-1])[-1]


def across(scene: CanvasScene, place: Place, onward: bool) -> list[Place]:
    """What the edges lead to from a place, from top to bottom.

    A node leads to nodes, a port to ports; from an input on through its node to its outputs, and
    back from an output to the inputs.
    """
    graph = scene.document.graph
    if not isinstance(place, PortRef):
        return _by_height(scene, graph.successors(place) if onward else graph.predecessors(place))
    shape = scene.items_by_id[place.node].outline
    is_output = place.port in shape.outputs
    if onward and is_output:
        return _by_height(scene, [edge.target for edge in graph.outgoing(place)])
    if not onward and not is_output:
        edge = graph.incoming(place)
        return _by_height(scene, [edge.source] if edge is not None else [])
    beyond = shape.outputs if onward else (*shape.inputs, *shape.pins)
    return [PortRef(place.node, name) for name in beyond]


def _by_height(scene: CanvasScene, places) -> list[Place]:
    def height(place: Place) -> float:
        if isinstance(place, PortRef):
            return scene.port_place(place)[1]
        return scene.items_by_id[place].y()

    drawn = (place for place in places if not scene.hides(node_of(place)))
    return sorted(dict.fromkeys(drawn), key=height)


def beside(scene: CanvasScene, place: PortRef, down: bool) -> PortRef | None:
    """The next port on the same side of the node."""
    shape = scene.items_by_id[place.node].outline
    for names in ([*shape.inputs, *shape.more], list(shape.outputs), list(shape.pins)):
        if place.port in names:
            index = names.index(place.port) + (1 if down else -1)
            return PortRef(place.node, names[index]) if 0 <= index < len(names) else None
    return None


def nearest(scene: CanvasScene, place: Place, dx: int, dy: int) -> str | None:
    """The nearest node in a direction, by the middles of the nodes."""
    ids, boxes = scene.boxes.ids, scene.boxes.array
    left, top, right, bottom = scene.items_by_id[node_of(place)].box()
    away = (boxes[:, :2] + boxes[:, 2:] - (left + right, top + bottom)) / 2
    ahead = away @ (dx, dy)
    aside = np.abs(away @ (dy, dx))
    cost = np.where((ahead > 1) & (aside <= ASIDE * ahead), ahead + ASIDE * aside, np.inf)
    best = int(cost.argmin())
    return ids[best] if np.isfinite(cost[best]) else None


def nearest_to(scene: CanvasScene, x: float, y: float) -> str | None:
    """The node whose middle is nearest to a point."""
    ids, boxes = scene.boxes.ids, scene.boxes.array
    if not ids:
        return None
    gap = np.hypot(*((boxes[:, :2] + boxes[:, 2:]) / 2 - (x, y)).T)
    return ids[int(gap.argmin())]
