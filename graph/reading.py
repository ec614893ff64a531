"""What can be read of a graph: its fields, nodes, edges and tensors, and what leads where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from graph.catalogue import Catalogue
from graph.definition import Definition
from graph.errors import CycleFound
from graph.frames import Frame
from graph.marks import Marks
from graph.port import PortRef
from graph.records import Edge, Node, Time
from graph.scope import Scope
from graph.store import Store
from graph.tensor import Tensor
from graph.topology import find_cycle, reached, topological_order
from graph.training import DEFAULT, Training


def owner_of(port: PortRef) -> tuple[str, str]:
    """The node that keeps a port's tensor, and the rest of the address."""
    owner, slash, rest = port.node.partition("/")
    return owner, f"{slash}{rest}.{port.port}"


class Reading:
    """The part of a graph that only reads: views of its store, in the scope of its modules."""

    scope: Scope
    store: Store

    @property
    def catalogue(self) -> Catalogue:
        """The modules that can be placed: the installed ones, then the document's definitions."""
        return self.scope if self.scope.definitions else self.scope.base

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """Modules made of modules, by name. The inside of each is a graph: its `body`."""
        return MappingProxyType(self.scope.definitions)

    @property
    def title(self) -> str:
        """The document's title."""
        return str(self.store.fields["title"])

    @property
    def dtype(self) -> str:
        """The run's floating dtype."""
        return str(self.store.fields["dtype"])

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        return int(self.store.fields["seed"])

    @property
    def mode(self) -> str:
        """`train` or `eval`."""
        return str(self.store.fields["mode"])

    @property
    def target(self) -> str | None:
        """`node` or `node.port` as chosen, or None where it is found."""
        found: str | None = self.store.fields["target"]
        return found

    @property
    def seed_gradient(self) -> Tensor | tuple[int, ...] | None:
        """dL/d(target) as chosen: a tensor of the target's shape, or the index of one entry."""
        found: Tensor | tuple[int, ...] | None = self.store.fields["seed_gradient"]
        return found

    @property
    def note(self) -> str | None:
        """A note on the whole graph."""
        found: str | None = self.store.fields["note"]
        return found

    @property
    def time(self) -> Time:
        """The number of time steps, and how far gradients go back."""
        found: Time = self.store.fields["time"]
        return found

    @property
    def extra(self) -> Mapping[str, Any]:
        """Other top-level keys of the file, kept untouched."""
        return MappingProxyType(self.store.extra)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Titled boxes behind the nodes, from the lowest to the topmost."""
        return self.store.frames

    @property
    def marks(self) -> Marks:
        """Breakpoints, watches and checkpoints."""
        return self.store.marks

    @property
    def training(self) -> Training:
        """How it is trained; the defaults where nothing is said."""
        return self.store.fields["training"] or DEFAULT

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Nodes by id, in document order, as they are now: read it anew after an edit."""
        return MappingProxyType(self.store.nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Edges in document order."""
        return tuple(self.store.edges.values())

    @property
    def tensors(self) -> Mapping[PortRef, Tensor]:
        """Kept tensors by port, as they are now: read it anew after an edit."""
        return MappingProxyType(self.store.tensors)

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and self.store.has(id_)

    def incoming(self, port: PortRef) -> Edge | None:
        """The edge that ends at an input port."""
        return self.store.edge_at(port)

    def arriving(self, id_: str) -> Mapping[str, Edge]:
        """Edges that end at a node, by port."""
        return self.store.arriving[id_]

    def outgoing(self, port: PortRef) -> tuple[Edge, ...]:
        """The edges that leave an output port, in document order."""
        edges = (x for x in self.store.leaving[port.node].values() if x.source == port)
        return tuple(sorted(edges, key=lambda x: self.store.edge_rank[x.target]))

    def predecessors(self, id_: str) -> tuple[str, ...]:
        """Ids of the nodes that feed a node, each once."""
        return tuple(dict.fromkeys(x.source.node for x in self.store.arriving[id_].values()))

    def successors(self, id_: str) -> tuple[str, ...]:
        """Ids of the nodes that a node feeds, each once; delay edges lead to a later time.

        What it gives as an initial value counts: that comes before the first time step.
        """
        fed = [x.target.node for x in self.store.leaving[id_].values() if not x.delay]
        fed += [x.target.node for x in self.store.starting_at(id_)]
        return tuple(dict.fromkeys(fed))

    def downstream(self, ids: Iterable[str]) -> frozenset[str]:
        """These nodes and all that they reach within one time step."""
        return reached(self.successors, filter(self.store.has, ids))

    def upstream(self, ids: Iterable[str]) -> frozenset[str]:
        """These nodes and all that they depend on within one time step."""
        return reached(self._before, filter(self.store.has, ids))

    def _before(self, id_: str) -> Iterator[str]:
        for edge in self.store.arriving[id_].values():
            if not edge.delay:
                yield edge.source.node
            elif edge.initial is not None and edge.initial.node in self:
                yield edge.initial.node

    def order(self) -> tuple[str, ...]:
        """Node ids in topological order, the same in every run."""
        found = topological_order(self.store.nodes, self.edges)
        if found is None:
            raise CycleFound(find_cycle(self.store.nodes, self.edges) or ())
        return found

    def tensor_ports(self, id_: str) -> tuple[str, ...] | None:
        """Ports of a node that can keep a tensor; None for an unknown module (any can)."""
        return self.keepers(self.store.node(id_))

    def keepers(self, node: Node) -> tuple[str, ...] | None:
        """The same of a node that may not be in the graph yet."""
        kind = self.catalogue.get(node.module)
        if kind is None:
            return None
        if kind.outline() == "source":
            return tuple(term.name for term in kind.sig.outputs) if kind.keeps_values else ()
        return (*kind.parameters, *kind.states)

    def tensor_extra(self, port: PortRef) -> Mapping[str, Any]:
        """Keys that begin with `x-` in the file's entry of a tensor."""
        owner, inside = owner_of(port)
        found: Mapping[str, Any] = self.store.node(owner).extra.get("tensors", {}).get(inside, {})
        return found

    def resolve(self, port: str | PortRef) -> PortRef:
        """The port that a text names, also by an alias of its module."""
        ref = PortRef.parse(port)
        if not self.store.has(ref.node):
            return ref
        kind = self.catalogue.get(self.store.node(ref.node).module)
        name = kind.aliases.get(ref.port) if kind is not None else None
        return ref if name is None else PortRef(ref.node, name)
