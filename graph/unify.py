"""Types across delays: what a delayed input carries, found before its source is reached.

A loop's source comes after the input that it feeds one step later. So the nodes are walked with
such inputs unknown, each module tells what the known ones say, and what is found at the sources
is put in for the next round, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph.errors import GraphError
from graph.nothing import NOTHING
from graph.port import Dim, PortRef, PortType
from graph.time import ANY_LENGTH, given_to, initial_type
from graph.types import infer_node

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.records import Edge

MAX_ROUNDS = 16
"""A type needs a round per delay that it comes through; what grows without end is cut off here."""

Sizes = Mapping[str, int]


def delayed_types(
    graph: Graph,
    order: tuple[str, ...],
    dtype: str,
    sizes: Sizes = NOTHING,
    steps: Dim = ANY_LENGTH,
) -> dict[PortRef, PortType]:
    """The type of each delayed input, as far as it is found; linear in the graph's size a round.

    It is that of the initial port, else of the kept initial values, else of the source. `order`
    is topological, `sizes` gives the numbers that names stand for. Whether the source agrees,
    a walk with these types has to show.
    """
    delays = [edge for edge in graph.edges if edge.delay]
    if not delays:
        return {}
    walk = _Walk(graph, dtype, sizes, steps)
    nodes: tuple[str, ...] = order
    reached = _reached(graph, delays)
    for _ in range(min(len(delays) + 2, MAX_ROUNDS)):
        walk.through(nodes)
        found = {edge.target: type_ for edge in delays if (type_ := walk.before(edge))}
        if found == walk.delayed:
            break
        walk.delayed = found
        nodes = tuple(id_ for id_ in order if id_ in reached)
    return walk.delayed


def with_sizes(type_: PortType, sizes: Sizes) -> PortType:
    """The type with numbers for the names that are known."""
    if type_.is_known:
        return type_
    shape = tuple(sizes.get(size, size) if isinstance(size, str) else size for size in type_.shape)
    return PortType(type_.dtype, shape)


class _Walk:
    """Types of ports under a guess of what the delayed inputs carry."""

    def __init__(self, graph: Graph, dtype: str, sizes: Sizes, steps: Dim) -> None:
        self.graph, self.dtype, self.sizes, self.steps = graph, dtype, sizes, steps
        self.known: dict[PortRef, PortType] = {}
        self.delayed: dict[PortRef, PortType] = {}

    def through(self, nodes: tuple[str, ...]) -> None:
        """Infer the nodes in order; one that does not fit says nothing."""
        for id_ in nodes:
            module = self.graph.module(id_)
            if module is None:
                continue
            arriving = {}
            for port, edge in self.graph.arriving(id_).items():
                given = (self.delayed if edge.delay else self.known).get(
                    edge.target if edge.delay else edge.source
                )
                if given is not None:
                    arriving[port] = given_to(module, given, self.steps)
            try:
                found = infer_node(self.graph, id_, arriving, self.dtype)
            except GraphError:
                continue
            for port, type_ in found.items():
                self.known[PortRef(id_, port)] = with_sizes(type_, self.sizes)

    def before(self, edge: Edge) -> PortType | None:
        """What a delay edge carries, as far as it is known now."""
        if edge.initial is not None and edge.initial in self.known:
            return self.known[edge.initial]
        kept = initial_type(self.graph, edge.target, self.dtype)
        return kept or self.known.get(edge.source)


def _reached(graph: Graph, delays: list[Edge]) -> set[str]:
    """The nodes whose types can hang on what a delay carries."""
    found = {edge.target.node for edge in delays}
    waiting = list(found)
    while waiting:
        for edge in graph.store.leaving[waiting.pop()].values():
            if edge.target.node not in found:
                found.add(edge.target.node)
                waiting.append(edge.target.node)
    return found
