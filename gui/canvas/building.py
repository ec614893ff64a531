"""Making the scene: items, boxes and wires follow the graph, those of a large one in slices."""

from __future__ import annotations

import time
from collections.abc import (
    Callable,
    Collection,
    ItemsView,
    Iterable,
    Mapping,
    Sequence,
    ValuesView,
)
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gui.canvas import geometry as geo
from gui.canvas.hanging import Hanging, hang
from gui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from graph import Node, PortRef
    from gui.canvas.scene import CanvasScene

AT_ONCE = 300  # nodes that are made in one go; more are made in slices
SLICE = 0.012  # seconds of work between two turns of the window
FEW, WIRES = 25, 500  # nodes and wires between two looks at the clock


class NodeItems(dict[str, NodeItem]):
    """The items of all nodes. One that is still waited for is made when somebody asks for it."""

    def __init__(self, make: Callable[[Sequence[str]], list[NodeItem]]) -> None:
        super().__init__()
        self._make = make
        self.waiting: dict[str, None] = {}

    def __missing__(self, id_: str) -> NodeItem:
        del self.waiting[id_]  # KeyError where there is no such node
        (item,) = self._make((id_,))
        self[id_] = item
        return item

    def __contains__(self, id_: object) -> bool:
        return super().__contains__(id_) or id_ in self.waiting

    def get(self, id_: str, default: None = None) -> NodeItem | None:
        """The item of a node, or nothing."""
        found = super().get(id_, default)
        return self[id_] if found is None and id_ in self.waiting else found

    def values(self) -> ValuesView[NodeItem]:
        """All items."""
        self.make(tuple(self.waiting))
        return super().values()

    def items(self) -> ItemsView[str, NodeItem]:
        """All items by id."""
        self.make(tuple(self.waiting))
        return super().items()

    def make(self, ids: Iterable[str]) -> None:
        """Make the items of these nodes, if they are waited for."""
        wanted = [id_ for id_ in ids if id_ in self.waiting]
        for id_ in wanted:
            del self.waiting[id_]
        self.update(zip(wanted, self._make(wanted), strict=True))

    def start(self, ids: Iterable[str]) -> None:
        """Forget all items and wait for these."""
        self.clear()
        self.waiting = dict.fromkeys(ids)

    def take_out(self, id_: str) -> None:
        """Forget a node."""
        self.waiting.pop(id_, None)
        self.pop(id_, None)


class Building(QObject):
    """Makes what a scene shows. While slices are under way, boxes stand for the nodes to come."""

    finished = Signal()

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self.items = NodeItems(self._make)
        self.has_pins = False
        self._shown_routes: Mapping[PortRef, tuple[geo.Point, ...]] = {}
        self._is_hung = True
        self._targets: list[PortRef] | None = None  # wires to come, once all nodes are there
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._make_slice)

    @property
    def is_done(self) -> bool:
        """Whether everything is there."""
        return not self.items.waiting and self._targets is None

    def start(self) -> None:
        """Throw everything away and make it from the graph: a small one at once."""
        scene, nodes = self._scene, self._scene.document.graph.nodes
        scene.wires.clear()
        scene.boxes.clear()
        scene.plan.forget()
        self.has_pins = False
        self.items.start(nodes)
        self._targets = []
        if len(nodes) > AT_ONCE:
            boxes = {id_: _about(node) for id_, node in nodes.items() if not scene.hides(id_)}
            scene.boxes.put_all(boxes)
            self._soon.start()
        else:
            self.finish()

    def renew(self, ids: Collection[str]) -> None:
        """Make many nodes anew, as the graph has them now, in slices; all others stay."""
        scene, graph = self._scene, self._scene.document.graph
        there = [id_ for id_ in ids if id_ in graph]
        scene.wires.drop(scene.wires.joining(ids))
        for id_ in ids:
            self.items.take_out(id_)
            if id_ not in graph or scene.hides(id_):
                scene.boxes.drop(id_)
        for id_ in there:
            self.items.waiting[id_] = None
            if not scene.hides(id_):
                scene.boxes.put(id_, _about(graph.nodes[id_]))
        targets = {edge.target for id_ in there for edge in graph.store.edges_at(id_)}
        if self._targets != []:  # else all are to come anyway
            self._targets = [*(self._targets or ()), *targets] or None
        if self.is_done:
            self._is_hung = False
        else:
            self._soon.start()

    def finish(self) -> None:
        """Make at once what is still to come."""
        self._soon.stop()
        self.items.make(tuple(self.items.waiting))
        if self._targets is not None:
            self.put_wires(self._targets or self._all_targets())
            self._targets = None

    def sync(self, ids: Iterable[str]) -> None:
        """Make items and wires of nodes what the graph says, whatever the edit was."""
        # All wires at once: one by one they would take most of the time of a large paste.
        self.put_wires({target for id_ in ids for target in self._sync_item(id_)})

    def _sync_item(self, id_: str) -> list[PortRef]:
        """Make one item anew without its wires; those that it has now."""
        scene, graph = self._scene, self._scene.document.graph
        scene.wires.drop(scene.wires.at_node(id_))
        if id_ not in graph:
            self.items.take_out(id_)
            scene.boxes.drop(id_)
            return []
        item = self.items.get(id_)
        if item is None:
            (self.items[id_],) = self._make((id_,))
        else:
            item.take_shape(scene.face(id_).shape)
            item.put(graph.store.node(id_).at or (0.0, 0.0))
            self._put_boxes([item])
        return [edge.target for edge in graph.store.edges_at(id_)]

    def put_wires(self, targets: Iterable[PortRef]) -> None:
        """Draw the wires that end at these ports, where both ends are there."""
        scene, held, ends = self._scene, self._scene.frames.held, []
        arriving = scene.document.graph.store.arriving
        for target in targets:
            edge = arriving.get(target.node, {}).get(target.port)
            if edge is None:
                continue
            start, end = self._end(edge.source), self._end(target)
            if start is not None and end is not None:
                is_held = target.node in held
                upward = not is_held and target.port in self.items[target.node].outline.pins
                route = self._shown_routes.get(target, edge.route)
                if is_held or edge.source.node in held:
                    route = ()  # it ends elsewhere now
                ends.append((edge.source, target, start, end, upward, route, edge.delay))
        scene.wires.put(ends)
        self._is_hung = False

    def _end(self, ref: PortRef) -> geo.Point | None:
        """Where a wire ends."""
        if ref.node in self._scene.folding.hidden or ref.node in self._scene.frames.held:
            return self._scene.wire_place(ref)
        return self.items[ref.node].port_place(ref.port)

    def hang(self) -> None:
        """Let the delay edges without bends run below the nodes, as those stand now."""
        if self._is_hung:
            return
        self._is_hung = True
        scene, wires = self._scene, self._scene.wires
        free = [target for target in wires.delays if target not in wires.routes]
        edges = []
        for target in free:
            first, last = wires.line(target)[[0, -1]].tolist()
            is_held = target.node in scene.frames.held
            upward = not is_held and target.port in self.items[target.node].outline.pins
            edges.append(Hanging(target, tuple(first), tuple(last), upward))
        lines = hang(scene, edges)
        before = {target: wires.line(target).copy() for target in lines}
        wires.lead(list(lines), np.array([*lines.values()]).reshape(-1, geo.WIRE_POINTS, 2))
        if any((wires.line(target) != line).any() for target, line in before.items()):
            scene.field.forget()  # pictures beside annotations keep clear of wires

    def show_routes(self, routes: Mapping[PortRef, tuple[geo.Point, ...]]) -> None:
        """Draw edges through other points until told otherwise; none: as the document says."""
        touched = {*self._shown_routes, *routes}
        if touched:
            self._shown_routes = routes
            self._scene.mending.wires(touched)
            self.put_wires(touched)
            self._scene.mending.wires(touched)

    def _make(self, ids: Sequence[str]) -> list[NodeItem]:
        """The items of nodes, where the document says."""
        scene, nodes = self._scene, self._scene.document.graph.nodes
        ranks = scene.document.graph.store.node_rank
        items = [
            NodeItem(id_, ranks[id_], scene.face(id_).shape, nodes[id_].at or (0.0, 0.0))
            for id_ in ids
        ]
        self.has_pins = self.has_pins or any(item.outline.pins for item in items)
        self._put_boxes(items)
        return items

    def _put_boxes(self, items: Iterable[NodeItem]) -> None:
        """A node that is not drawn takes no room."""
        scene, boxes = self._scene, {}
        for item in items:
            if scene.hides(item.id):
                scene.boxes.drop(item.id)
            else:
                boxes[item.id] = item.box()
        scene.boxes.put_all(boxes)

    def _make_slice(self) -> None:
        """Go on for a moment, with what is in sight first."""
        end = time.perf_counter() + SLICE
        self.items.make(self._in_sight())
        while self.items.waiting:
            self.items.make(tuple(islice(self.items.waiting, FEW)))
            if time.perf_counter() > end:
                break
        if not self.items.waiting:
            self._go_on_with_wires(end)
        # Boxes stand for what is to come; it is painted once, when all is there.
        if self.is_done:
            self.finished.emit()
        else:
            self._soon.start()

    def _go_on_with_wires(self, end: float) -> None:
        """An edit puts the wires that it touches; those that were there before wait here."""
        if not self._targets:
            self._targets = self._all_targets()
            self._scene.wires.reserve(len(self._targets))
        while self._targets:
            self.put_wires(self._targets[-WIRES:])
            del self._targets[-WIRES:]
            if time.perf_counter() > end:
                break
        self._targets = self._targets or None

    def _all_targets(self) -> list[PortRef]:
        return [edge.target for edge in self._scene.document.graph.edges]

    def _in_sight(self) -> list[str]:
        """Nodes that are waited for where a view looks, as many as one slice can make."""
        scene = self._scene
        if not self.items.waiting or not scene.views():
            return []
        view = scene.views()[0]
        seen = view.mapToScene(view.viewport().rect()).boundingRect()
        box = (seen.left(), seen.top(), seen.right(), seen.bottom())
        rows = geo.meeting(scene.boxes.array, box).tolist()
        if len(rows) == len(scene.boxes):  # then no node comes before another
            return []
        ids = (scene.boxes.ids[row] for row in rows)
        return list(islice((id_ for id_ in ids if id_ in self.items.waiting), AT_ONCE))


def _about(node: Node) -> tuple[float, float, float, float]:
    """The box of a node before its module is asked: as large as most are at most."""
    x, y = node.at or (0.0, 0.0)
    return (x, y, x + geo.LAYER[0], y + geo.LAYER[1] + geo.PITCH)
