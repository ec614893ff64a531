"""The graph's content and its indexes: dictionaries that stay consistent with each other.

Only `graph.applying` writes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.frames import Frame
from graph.marks import Marks
from graph.port import PortRef
from graph.records import Edge, Node, Time
from graph.tensor import Tensor

FIELDS: dict[str, Any] = {
    "title": "",
    "dtype": "float64",
    "seed": 0,
    "mode": "eval",
    "target": None,
    "seed_gradient": None,
    "note": None,
    "time": Time(),
    "training": None,
}


class Store:
    """Nodes, edges and tensors with their places in the document (`rank`, ever increasing).

    `modules` counts the nodes of each module.
    """

    def __init__(self) -> None:
        self.fields: dict[str, Any] = dict(FIELDS)
        self.extra: dict[str, Any] = {}
        self.frames: tuple[Frame, ...] = ()
        self.marks = Marks()
        self.tensors: dict[PortRef, Tensor] = {}
        self.node_rank: dict[str, int] = {}
        self.edge_rank: dict[PortRef, int] = {}
        self.modules: dict[str, int] = {}
        self._leaving: dict[str, dict[PortRef, Edge]] = {}
        self._arriving: dict[str, dict[str, Edge]] = {}
        self._starting: dict[str, dict[PortRef, Edge]] = {}
        self._kept: dict[str, dict[PortRef, Tensor]] = {}
        self._indexed = True
        self._nodes: dict[str, Node] = {}
        self._edges: dict[PortRef, Edge] = {}
        self._sorted = True
        self._next = 0

    @property
    def nodes(self) -> dict[str, Node]:
        """Nodes by id, in document order."""
        self._sort()
        return self._nodes

    @property
    def edges(self) -> dict[PortRef, Edge]:
        """Edges by target port, in document order."""
        self._sort()
        return self._edges

    def edge_at(self, target: PortRef) -> Edge | None:
        """The edge that ends at a port, if any (without sorting or an index)."""
        return self._edges.get(target)

    @property
    def leaving(self) -> dict[str, dict[PortRef, Edge]]:
        """Edges that leave each node, by target port."""
        self._index()
        return self._leaving

    @property
    def arriving(self) -> dict[str, dict[str, Edge]]:
        """Edges that end at each node, by its port's name."""
        self._index()
        return self._arriving

    @property
    def next_rank(self) -> int:
        """The rank of what is added next at the end."""
        return self._next

    def copy(self) -> Store:
        """Another store that shares the frozen records."""
        twin = Store.__new__(Store)
        for name, value in vars(self).items():
            setattr(twin, name, value.copy() if isinstance(value, dict) else value)
        # The indexes are many small dictionaries; the copy builds its own where it is read.
        twin._indexed = False
        return twin

    def has(self, id_: str) -> bool:
        """Whether a node of that id exists (without sorting)."""
        return id_ in self._nodes

    def node(self, id_: str) -> Node:
        """The node; KeyError where there is none."""
        return self._nodes[id_]

    def name_after(self, name: Callable[[str], str]) -> None:
        """Let marks and training follow nodes that are called otherwise now."""
        self.marks = self.marks.called(name)
        if self.fields["training"] is not None:
            self.fields["training"] = self.fields["training"].called(name)

    def put_node(self, node: Node, rank: int | None) -> None:
        """Add a node at its rank, or at the end."""
        self._index()
        self.node_rank[node.id] = self._take(rank)
        self._nodes[node.id] = node
        self._count(node.module, 1)
        self._leaving[node.id] = {}
        self._arriving[node.id] = {}

    def replace_node(self, node: Node) -> None:
        """Put another record in the place of the node with the same id."""
        self._count(self._nodes[node.id].module, -1)
        self._nodes[node.id] = node
        self._count(node.module, 1)

    def pop_node(self, id_: str) -> tuple[Node, int]:
        """Remove a node without edges; returns it and its rank."""
        del self.leaving[id_], self.arriving[id_]
        self._kept.pop(id_, None)
        node = self._nodes.pop(id_)
        self._count(node.module, -1)
        return node, self.node_rank.pop(id_)

    def put_edge(self, edge: Edge, rank: int | None) -> None:
        """Add an edge at its rank, or at the end."""
        self._index()
        target = edge.target
        self.edge_rank[target] = self._take(rank)
        self._edges[target] = edge
        self._leaving[edge.source.node][target] = edge
        self._arriving[target.node][target.port] = edge
        self._start(edge)

    def replace_edge(self, edge: Edge) -> None:
        """Put another record in the place of the edge with the same two ends."""
        self._edges[edge.target] = edge
        self.leaving[edge.source.node][edge.target] = edge
        self.arriving[edge.target.node][edge.target.port] = edge

    def pop_edge(self, target: PortRef) -> tuple[Edge, int]:
        """Remove the edge at `target`; returns it and its rank."""
        self._index()
        edge = self._edges.pop(target)
        del self._leaving[edge.source.node][target]
        del self._arriving[target.node][target.port]
        if edge.extra and edge.initial is not None:
            self._starting.get(head_of(edge.initial), {}).pop(target, None)
        return edge, self.edge_rank.pop(target)

    def tensors_of(self, id_: str) -> tuple[tuple[PortRef, Tensor], ...]:
        """The kept tensors of a node, and of what stands inside it (`id/inner`)."""
        self._index()
        return tuple(self._kept.get(id_, {}).items())

    def put_tensor(self, port: PortRef, tensor: Tensor) -> None:
        """Keep a tensor at a port, in the place of what it keeps."""
        self._index()
        self.tensors[port] = tensor
        self._kept.setdefault(head_of(port), {})[port] = tensor

    def pop_tensor(self, port: PortRef) -> Tensor | None:
        """Remove what a port keeps, if anything; returns it."""
        self._index()
        self._kept.get(head_of(port), {}).pop(port, None)
        return self.tensors.pop(port, None)

    def edges_at(self, id_: str) -> tuple[Edge, ...]:
        """All edges that touch a node, arriving first; a delayed edge to itself stands once."""
        self._index()
        leaving = (edge for edge in self._leaving[id_].values() if edge.target.node != id_)
        return (*self._arriving[id_].values(), *leaving)

    def starting_at(self, id_: str) -> tuple[Edge, ...]:
        """Delay edges whose initial port is one of a node, or of what stands inside it."""
        self._index()
        edges = self._starting.get(id_.partition("/")[0], {}).values() if self._starting else ()
        return tuple(x for x in edges if x.extra["initial"].startswith((f"{id_}.", f"{id_}/")))

    def _index(self) -> None:
        if self._indexed:
            return
        self._leaving = {id_: {} for id_ in self._nodes}
        self._arriving = {id_: {} for id_ in self._nodes}
        self._starting = {}
        for target, edge in self._edges.items():
            self._leaving[edge.source.node][target] = edge
            self._arriving[target.node][target.port] = edge
            self._start(edge)
        self._kept = {}
        for port, tensor in self.tensors.items():
            self._kept.setdefault(head_of(port), {})[port] = tensor
        self._indexed = True

    def _start(self, edge: Edge) -> None:
        if edge.extra and edge.initial is not None:
            self._starting.setdefault(head_of(edge.initial), {})[edge.target] = edge

    def _count(self, module: str, change: int) -> None:
        count = self.modules.get(module, 0) + change
        if count:
            self.modules[module] = count
        else:
            del self.modules[module]

    def _take(self, rank: int | None) -> int:
        if rank is None:
            rank = self._next
        else:
            self._sorted = False
        self._next = max(self._next, rank + 1)
        return rank

    def _sort(self) -> None:
        if self._sorted:
            return
        nodes, edges = self._nodes, self._edges
        self._nodes = {id_: nodes[id_] for id_ in sorted(nodes, key=self.node_rank.__getitem__)}
        self._edges = {ref: edges[ref] for ref in sorted(edges, key=self.edge_rank.__getitem__)}
        self._sorted = True


def head_of(port: PortRef) -> str:
    """The node that keeps a port's tensor: of `one/lin.weight` it is `one`."""
    return port.node.partition("/")[0]
