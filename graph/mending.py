"""Edits that mend a problem: what is put in, taken out or exchanged, as one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import edits as e
from graph.delaying import tensors_apart
from graph.errors import GraphError
from graph.naming import name_of
from graph.port import PortRef, Shape, show_shape
from graph.problem import Mend
from graph.records import Edge, Node, Place
from graph.tensor import Tensor

if TYPE_CHECKING:
    from graph.model import Graph

MAX_MENDS = 256  # problems of one check that get one; the rest are said without
MAX_FILLED = 4096  # numbers of a tensor that a mend fills
STEP = 144  # a column of the layout, in canvas units
BETWEEN = 240  # two nodes that are so far apart have room for one between them
ROW = 96


class Mending:
    """Makes mends for one graph as it stands. Ids for new nodes are looked for once a module."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._free: dict[str, str] = {}
        self._left = MAX_MENDS

    def insert(self, module: str, target: PortRef, text: str = "", **settings: Any) -> Mend | None:
        """Put a module into the edge that ends at `target`."""
        edge, kind = self._graph.incoming(target), self._graph.catalogue.get(module)
        if edge is None or kind is None or self._is_enough():
            return None
        at = self._between(edge.source.node, target.node)
        node = Node(self._free_id(module), module, settings, at=at)
        first, last = kind.sig.inputs[0].name, kind.sig.outputs[0].name
        edits = (
            e.AddNode(node),
            e.Disconnect(target),
            e.Connect(Edge(edge.source, PortRef(node.id, first))),
            e.Connect(Edge(PortRef(node.id, last), target)),
        )
        return Mend(text or f"Insert {module} between", e.Batch(edits))

    def squeeze(self, target: PortRef, shape: Shape) -> Mend | None:
        """Take the last axis, of size 1, away from what arrives at `target`."""
        sizes = tuple(size if isinstance(size, int) else -1 for size in shape[:-1])
        if sizes.count(-1) > 1:
            return None
        text = f"Reshape {target.port} to {show_shape(shape[:-1])}"
        # A vector's one size is left open, so that another batch fits as well.
        return self.insert("Reshape", target, text, shape=(-1,) if len(sizes) == 1 else sizes)

    def stop_bypassing(self, id_: str) -> Mend | None:
        """Let a bypassed node compute again."""
        if self._is_enough():
            return None
        text = f"Stop bypassing {name_of(self._graph, id_)}"
        return Mend(text, e.SetNode(id_, {"bypassed": False}))

    def go_past(self, id_: str, target: PortRef) -> Mend | None:
        """Wire `target` past a node with one input; the node goes where nothing else needs it."""
        graph = self._graph
        first = graph.arriving(id_)
        if len(first) != 1 or self._is_enough():
            return None
        source = next(iter(first.values())).source
        connect = e.Connect(Edge(source, target))
        used = [x for name in _outputs(graph, id_) for x in graph.outgoing(PortRef(id_, name))]
        is_target = (graph.target or "").partition(".")[0] == id_
        if len(used) == 1 and not is_target:
            return Mend(f"Remove {name_of(graph, id_)}", e.Batch((e.RemoveNode(id_), connect)))
        text = f"Wire past {name_of(graph, id_)}"
        return Mend(text, e.Batch((e.Disconnect(target), connect)))

    def become(self, id_: str, module: str) -> Mend | None:
        """Exchange a node's module for another with the same ports."""
        graph = self._graph
        node, kind = graph.nodes[id_], graph.catalogue.get(module)
        if kind is None or self._is_enough():
            return None
        kept = {name: v for name, v in node.attributes.items() if name in kind.attributes}
        try:
            ports = kind(**kept).ports
        except GraphError:
            return None
        edges = graph.store.edges_at(id_)
        tensors, starts = tensors_apart(graph, id_)
        if not all(edge.ends_at(id_) <= ports.keys() for edge in edges):
            return None
        if not all(port.port in ports for port, _ in tensors):
            return None
        new = replace(node, module=module, attributes=kept)
        back = tuple(e.Connect(x, graph.store.edge_rank[x.target]) for x in edges)
        named = tuple(
            e.SetDelay(x.target, x.delay, x.initial, is_known=True)
            for x in graph.store.starting_at(id_)
        )
        added = e.AddNode(new, tensors, graph.store.node_rank[id_])
        edits: tuple[e.Edit, ...] = (e.RemoveNode(id_), added, *back, *starts, *named)
        if (graph.target or "").partition(".")[0] == id_:
            edits = (*edits, e.SetGraph({"target": graph.target}))
        return Mend(f"Change {name_of(graph, id_)} to {module}", e.Batch(edits))

    def reduce(self, port: PortRef) -> Mend | None:
        """Follow an output with its mean, which becomes the target."""
        kind = self._graph.catalogue.get("Mean")
        if kind is None:
            return None
        before = self._graph.nodes[port.node].at
        at = (before[0] + STEP, before[1]) if before is not None else None
        node = Node(self._free_id("Mean"), "Mean", at=at)
        edits = (
            e.AddNode(node),
            e.Connect(Edge(port, PortRef(node.id, kind.sig.inputs[0].name))),
            e.SetGraph({"target": node.id}),
        )
        return Mend(f"Take the mean of {name_of(self._graph, port.node)}", e.Batch(edits))

    def fill(self, port: PortRef, dtype: str, shape: Shape) -> Mend | None:
        """Give a source ones: the scalar 1 where it is a scalar."""
        sizes = [size for size in shape if isinstance(size, int)]
        count = 1
        for size in sizes:
            count *= size
        if len(sizes) < len(shape) or count > MAX_FILLED or self._is_enough():
            return None
        tensor = Tensor.of_values(dtype, sizes, [1] * count)
        text = "Fill it with ones" if shape else "Give it the value 1"
        return Mend(text, e.SetTensor(port, tensor))

    def clear(self, port: PortRef) -> Mend:
        """Let an owned tensor be drawn anew by its module's rule."""
        return Mend(f"Clear {port.port}", e.SetTensor(port, None))

    def set(self, id_: str, text: str, values: Mapping[str, Any]) -> Mend:
        """Set attributes of a node."""
        return Mend(text, e.SetAttributes(id_, values))

    def _is_enough(self) -> bool:
        self._left -= 1
        return self._left < 0

    def _free_id(self, module: str) -> str:
        if module not in self._free:
            self._free[module] = self._graph.free_id(module)
        return self._free[module]

    def _between(self, left: str, right: str) -> Place | None:
        """Half way; a row lower where the two stand too close for a third."""
        start, end = self._graph.nodes[left].at, self._graph.nodes[right].at
        if start is None or end is None:
            return None
        y = (start[1] + end[1]) / 2
        if abs(end[0] - start[0]) < BETWEEN:
            y = max(start[1], end[1]) + ROW
        return (_snapped((start[0] + end[0]) / 2), _snapped(y))


def found(*mends: Mend | None) -> tuple[Mend, ...]:
    """Those that there are."""
    return tuple(mend for mend in mends if mend is not None)


def _outputs(graph: Graph, id_: str) -> tuple[str, ...]:
    module = graph.module(id_)
    return tuple(port.name for port in module.output_ports) if module is not None else ()


def _snapped(place: float) -> float:
    return round(place / 8) * 8.0
