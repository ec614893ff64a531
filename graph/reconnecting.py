"""What an edge comes from when the nodes it comes through are taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.errors import GraphError
from graph.model import Graph
from graph.port import PortRef, PortType
from graph.records import Edge
from graph.wiring import check_given


@dataclass(frozen=True, slots=True)
class Reconnection:
    """The edges to draw once the nodes are gone, and the inputs that nothing fits."""

    edges: tuple[Edge, ...]
    loose: tuple[PortRef, ...]


def reconnection(graph: Graph, removed: frozenset[str]) -> Reconnection:
    """How to wire what removed nodes fed: by the first of their inputs whose source fits.

    Several of them in a row work as one. A parameter's port has its own tensor again, so it is
    never loose.
    """
    edges: list[Edge] = []
    loose: list[PortRef] = []
    for edge in graph.edges:
        if edge.source.node in removed and edge.target.node not in removed:
            source = _source_for(graph, removed, edge, edges)
            if source is not None:
                edges.append(Edge(source, edge.target, edge.extra))
            elif not _is_parameter(graph, edge.target):
                loose.append(edge.target)
    return Reconnection(tuple(edges), tuple(loose))


def _is_parameter(graph: Graph, target: PortRef) -> bool:
    module = graph.module(target.node)
    return module is not None and target.port in module.parameters


def _source_for(
    graph: Graph, removed: frozenset[str], edge: Edge, drawn: list[Edge]
) -> PortRef | None:
    if edge.delay:
        return None
    beside = _beside(graph, removed, edge.target, drawn)
    for source in _sources(graph, removed, edge.source.node):
        given = graph.types.of(source)
        if given is None:
            return source
        try:
            check_given(graph, edge.target, given, str(source), beside)
        except GraphError:
            continue
        return source
    return None


def _beside(
    graph: Graph, removed: frozenset[str], target: PortRef, drawn: list[Edge]
) -> dict[str, PortType | None]:
    """What arrives at the node's other inputs then: the new edges, nothing from removed nodes."""
    beside: dict[str, PortType | None] = {
        port: None
        for port, edge in graph.arriving(target.node).items()
        if edge.source.node in removed
    }
    for edge in drawn:
        if edge.target.node == target.node:
            beside[edge.target.port] = graph.types.of(edge.source)
    return beside


def _sources(graph: Graph, removed: frozenset[str], id_: str) -> Iterator[PortRef]:
    """What feeds a removed node from outside, in the order of its inputs, through others."""
    waiting: list[str | PortRef] = [id_]
    seen = {id_}
    while waiting:
        step = waiting.pop()
        if isinstance(step, PortRef):
            yield step
            continue
        module = graph.module(step)
        ports = [p.name for p in module.wired_ports if p.role == "input"] if module else ()
        found: list[str | PortRef] = []
        for port in ports or tuple(graph.arriving(step)):
            edge = graph.incoming(PortRef(step, port))
            if edge is None or edge.delay:
                continue
            if edge.source.node not in removed:
                found.append(edge.source)
            elif edge.source.node not in seen:
                seen.add(edge.source.node)
                found.append(edge.source.node)
        waiting.extend(reversed(found))
