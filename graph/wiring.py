"""Whether an edge may be drawn, and the typed reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from graph.errors import (
    BadDelay,
    CycleFound,
    KindMismatch,
    PortOccupied,
    SelfLoop,
    ShapeMismatch,
    UnknownNode,
    UnknownPort,
    WiringError,
)
from graph.growing import module_with, next_input
from graph.nothing import NOTHING
from graph.port import PortRef, PortType
from graph.suggest import did_you_mean
from graph.time import given_to, inside_time, varies
from graph.topology import reach_path

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.module import Module
    from graph.records import Edge


def check_ends(
    graph: Graph, source: PortRef, target: PortRef, *, delay: int = 0, may_grow: bool = False
) -> None:
    """Raise unless both ports exist and are an output and an input of two nodes.

    With a delay the two may be one node: that is how a loop in time is drawn. `may_grow` lets the
    target be the input that its node would grow.
    A node of an unknown module is taken at its word: its ports are not known.
    """
    check_end(graph, source, "output")
    check_end(graph, target, "input", may_grow=may_grow)
    if source.node == target.node and not delay:
        raise SelfLoop(
            node=target.node,
            port=target.port,
            found=f"an edge from {source} to its own node",
            expected="an edge between two nodes",
        )


def check_end(
    graph: Graph, ref: PortRef, side: Literal["output", "input"], *, may_grow: bool = False
) -> None:
    """Raise unless the node exists and has such a port, or would grow it."""
    if not graph.store.has(ref.node):
        raise UnknownNode(
            node=ref.node,
            found="no such node",
            expected="a node of the graph",
            mend=did_you_mean(ref.node, graph.nodes),
        )
    module = graph.module(ref.node)
    if module is None:
        return
    names = module.output_names if side == "output" else module.wired_names
    grows = may_grow and side == "input" and ref.port == next_input(module)
    if ref.port not in names and not grows:
        raise UnknownPort(
            node=ref.node,
            port=ref.port,
            found=f"no {side} port of that name",
            expected=f"one of {', '.join(names)}" if names else f"a module with {side}s",
            mend=did_you_mean(ref.port, names),
        )


def check_free(graph: Graph, source: PortRef, target: PortRef) -> None:
    """Raise `PortOccupied` where an edge ends at `target` already."""
    edge = graph.incoming(target)
    if edge is not None:
        raise PortOccupied(
            node=target.node,
            port=target.port,
            found=f"an edge from {edge.source}",
            expected=f"a free input for {source}",
            mend="Remove that edge, or replace it.",
        )


def check_ports_stay(graph: Graph, id_: str, ports: set[str]) -> None:
    """Raise `PortOccupied` where an edge is at a port of a node that is not among these."""
    for edge in graph.store.edges_at(id_):
        gone = edge.ends_at(id_) - ports
        if gone:
            raise PortOccupied(
                node=id_,
                port=min(gone),
                found=f"an edge, {edge}",
                expected="no edge at a port that goes away",
                mend="Remove the edge first.",
            )


def check_acyclic(graph: Graph, source: PortRef, target: PortRef) -> None:
    """Raise `CycleFound` where the new edge would close a cycle."""
    cycle = reach_path(graph.successors, target.node, source.node)
    if cycle is not None:
        mend = "Wire another port, or cut one of these edges first."
        raise CycleFound(cycle, node=target.node, port=target.port, mend=mend)


def check_type(graph: Graph, source: PortRef, target: PortRef) -> None:
    """Raise `KindMismatch` or `ShapeMismatch` where what flows cannot fit the port.

    Only the edge's own node is asked; what follows further down is a Problem, not a refusal.
    """
    given = graph.types.of(source)
    if given is not None:
        check_given(graph, target, given, str(source))


def check_given(
    graph: Graph,
    target: PortRef,
    given: PortType,
    giver: str,
    instead: Mapping[str, PortType | None] = NOTHING,
) -> None:
    """The same for a tensor that `giver` would give, whether it is in the graph yet or not.

    `instead` says what arrives at other ports of the node then, where that is another type than
    now, or nothing.
    """
    module = module_with(graph, target, given)
    if module is None:
        return
    given = given_to(module, given)
    arriving = {**graph.types.arriving(target.node), **instead}
    types = {port: type_ for port, type_ in arriving.items() if type_ and port != target.port}
    try:
        module.infer({**types, target.port: given}, graph.dtype)
    except (KindMismatch, ShapeMismatch) as error:
        if _is_sound(module, types, graph.dtype):  # else the other edges are to blame
            port = error.port or target.port
            raise type(error)(
                node=target.node,
                port=port,
                found=f"{error.found} from {giver}",
                expected=error.expected,
                mend=error.mend,
            ) from None


def _is_sound(module: Module, types: Mapping[str, PortType], dtype: str) -> bool:
    try:
        module.infer(types, dtype)
    except WiringError:
        return False
    return True


def check_edge(graph: Graph, edge: Edge, *, replace: bool = False) -> None:
    """Raise the `WiringError` (or `UnknownNode`) for which the edge is refused, if any.

    `replace` leaves aside that an edge ends there already.
    """
    source, target = edge.source, edge.target
    check_ends(graph, source, target, delay=edge.delay)
    if not replace:
        check_free(graph, source, target)
    check_delay(graph, edge)
    if not edge.delay:
        check_acyclic(graph, source, target)
        check_type(graph, source, target)


def check_delay(graph: Graph, edge: Edge) -> None:
    """Raise `BadDelay` or `CycleFound` where delay or initial port of an edge cannot be.

    The initial value is there before the first time step: its port must not come after the
    edge's end, nor change from step to step.
    """
    target, initial = edge.target, edge.initial
    if edge.delay < 0 or (initial is not None and not edge.delay):
        found = f"a delay of {edge.delay}" + (" with an initial value" if initial else "")
        expected = "a delay of 1 or more" if initial else "a delay of 0 or more"
        raise BadDelay(node=target.node, port=target.port, found=found, expected=expected)
    if initial is None or "/" in initial.node:  # what stands inside a node, the check knows
        return
    check_end(graph, initial, "output")
    cycle = reach_path(graph.successors, target.node, initial.node)
    if cycle is not None:
        mend = "Take the initial value from a port that stands before the loop."
        raise CycleFound(cycle, node=target.node, port=target.port, mend=mend)
    if varies(graph, initial, inside_time(graph)):
        raise BadDelay(
            node=target.node,
            port=target.port,
            found=f"an initial value from {initial}, which changes from step to step",
            expected="a port outside time",
            mend="Lead it out with LastStep or AtStep.",
        )
