"""The graph's content and its indexes: dictionaries that stay consistent with each other.

Only `graph.applying` writes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.frames import Frame
from graph.groups import Groups, Table
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


# Tables that a copy shares until one of the two writes into them.
TABLES = ("node_rank", "edge_rank", "tensors", "_nodes", "_edges")
GROUPS = ("_leaving", "_arriving", "_starting", "_kept")


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
        self._leaving: Groups[PortRef, Edge] = Groups()
        self._arriving: Groups[str, Edge] = Groups()
        self._starting: Groups[PortRef, Edge] = Groups()
        self._kept: Groups[PortRef, Tensor] = Groups()
        self._shared: set[str] = set()  # of TABLES
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
        """The edge that ends at a port, if any (without sorting)."""
        return self._edges.get(target)

    @property
    def leaving(self) -> Table[PortRef, Edge]:
        """Edges that leave each node, by target port."""
        return self._leaving.table

    @property
    def arriving(self) -> Table[str, Edge]:
        """Edges that end at each node, by its port's name."""
        return self._arriving.table

    @property
    def next_rank(self) -> int:
        """The rank of what is added next at the end."""
        return self._next

    def copy(self) -> Store:
        """Another store that shares the frozen records, and the tables until one writes."""
        twin = Store.__new__(Store)
        vars(twin).update(vars(self))
        for name in ("fields", "extra", "modules", *GROUPS):
            setattr(twin, name, getattr(self, name).copy())
        self._shared, twin._shared = set(TABLES), set(TABLES)
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
        self._part("_nodes", "node_rank")
        self.node_rank[node.id] = self._take(rank)
        self._nodes[node.id] = node
        self._count(node.module, 1)

    def replace_node(self, node: Node) -> None:
        """Put another record in the place of the node with the same id."""
        self._part("_nodes")
        self._count(self._nodes[node.id].module, -1)
        self._nodes[node.id] = node
        self._count(node.module, 1)

    def pop_node(self, id_: str) -> tuple[Node, int]:
        """Remove a node without edges; returns it and its rank."""
        self._part("_nodes", "node_rank")
        self._kept.drop(id_)
        node = self._nodes.pop(id_)
        self._count(node.module, -1)
        return node, self.node_rank.pop(id_)

    def put_edge(self, edge: Edge, rank: int | None) -> None:
        """Add an edge at its rank, or at the end."""
        target = edge.target
        self._part("_edges", "edge_rank")
        self.edge_rank[target] = self._take(rank)
        self._edges[target] = edge
        self._leaving.of(edge.source.node)[target] = edge
        self._arriving.of(target.node)[target.port] = edge
        if edge.extra and edge.initial is not None:
            self._starting.of(head_of(edge.initial))[target] = edge

    def replace_edge(self, edge: Edge) -> None:
        """Put another record in the place of the edge with the same two ends."""
        self._part("_edges")
        self._edges[edge.target] = edge
        self._leaving.of(edge.source.node)[edge.target] = edge
        self._arriving.of(edge.target.node)[edge.target.port] = edge

    def pop_edge(self, target: PortRef) -> tuple[Edge, int]:
        """Remove the edge at `target`; returns it and its rank."""
        self._part("_edges", "edge_rank")
        edge = self._edges.pop(target)
        self._leaving.pop(edge.source.node, target)
        self._arriving.pop(target.node, target.port)
        if edge.extra and edge.initial is not None:
            self._starting.pop(head_of(edge.initial), target)
        return edge, self.edge_rank.pop(target)

    def tensors_of(self, id_: str) -> tuple[tuple[PortRef, Tensor], ...]:
        """The kept tensors of a node, and of what stands inside it (`id/inner`)."""
        return tuple(self._kept.table[id_].items())

    def put_tensor(self, port: PortRef, tensor: Tensor) -> None:
        """Keep a tensor at a port, in the place of what it keeps."""
        self._part("tensors")
        self.tensors[port] = tensor
        self._kept.of(head_of(port))[port] = tensor

    def pop_tensor(self, port: PortRef) -> Tensor | None:
        """Remove what a port keeps, if anything; returns it."""
        self._part("tensors")
        self._kept.pop(head_of(port), port)
        return self.tensors.pop(port, None)

    def edges_at(self, id_: str) -> tuple[Edge, ...]:
        """All edges that touch a node, arriving first; a delayed edge to itself stands once."""
        leaving = (edge for edge in self.leaving[id_].values() if edge.target.node != id_)
        return (*self.arriving[id_].values(), *leaving)

    def starting_at(self, id_: str) -> tuple[Edge, ...]:
        """Delay edges whose initial port is one of a node, or of what stands inside it."""
        starting = self._starting.table
        edges = starting[id_.partition("/")[0]].values() if starting else ()
        return tuple(x for x in edges if x.extra["initial"].startswith((f"{id_}.", f"{id_}/")))

    def _part(self, *tables: str) -> None:
        """See that no copy reads tables that are about to be written into."""
        if not self._shared.isdisjoint(tables):
            for name in self._shared.intersection(tables):
                setattr(self, name, getattr(self, name).copy())
            self._shared.difference_update(tables)

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
        self._shared -= {"_nodes", "_edges"}
        self._sorted = True


def head_of(port: PortRef) -> str:
    """The node that keeps a port's tensor: of `one/lin.weight` it is `one`."""
    return port.node.partition("/")[0]
