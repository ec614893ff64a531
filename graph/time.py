"""What is inside time: the nodes that run once per step, and the order in which all of them run.

A sequence or a delay edge leads into time; a module with `leads_out` leads out of it. A graph
without its delay edges is acyclic, and what comes of it when it is unfolded is acyclic too, unless
a loop leads out of time and back in: `unfolding` looks for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.module import Module
from graph.port import Dim, PortRef, PortType
from graph.tensor import FLOATING
from graph.topology import arcs, components

if TYPE_CHECKING:
    from graph.model import Graph

MAX_MOMENTS = 1_000_000
"""Nodes inside time times steps; a file must not take all memory with one number."""

ANY_LENGTH = "T"
"""Stands for the number of steps in types that are worked out before it is known."""


@dataclass(frozen=True, slots=True)
class Unfolding:
    """How a graph unfolds. `inside` run once per step, `steps` times, all others once.

    `stages` orders them: even stages are outside time, odd ones inside, and a stage needs only
    earlier ones and itself. `circular` are nodes that lead out of time and feed what they wait
    for. `truncate` is how many steps a gradient goes back at most.
    """

    steps: int | None = None
    inside: frozenset[str] = frozenset()
    stages: Mapping[str, int] | None = None
    circular: tuple[str, ...] = ()
    truncate: int | None = None


def is_sequence(graph: Graph, id_: str) -> bool:
    """Whether a node gives one part of a tensor per time step."""
    if not graph.store.node(id_).attributes:
        return False
    module = graph.module(id_)
    return module is not None and bool(module.over_time)


def sequences(graph: Graph) -> tuple[str, ...]:
    """All nodes that give one part of a tensor per time step, in document order."""
    kinds = {name for name in graph.store.modules if _may_be_sequence(graph.catalogue.get(name))}
    nodes = graph.nodes.items() if kinds else ()
    return tuple(id_ for id_, node in nodes if node.module in kinds and is_sequence(graph, id_))


def _may_be_sequence(kind: type[Module] | None) -> bool:
    """Whether nodes of a kind can be asked at all: most kinds cannot, and have most nodes."""
    if kind is None:
        return False
    return "sequence" in kind.attributes or kind.over_time is not Module.over_time


def varies(graph: Graph, port: PortRef, inside: frozenset[str]) -> bool:
    """Whether an output changes from step to step; `inside` are the nodes inside time.

    A set may have sequences at some ports and one number per sequence at others.
    """
    if port.node not in inside:
        return False
    module = graph.module(port.node)
    return module is None or not module.over_time or port.port in module.over_time


def leads_out(graph: Graph, id_: str) -> bool:
    """Whether a node reads all time steps and runs once."""
    module = graph.module(id_)
    return module is not None and module.leads_out


def inside_time(graph: Graph) -> frozenset[str]:
    """The nodes that a sequence or a delay reaches. Linear in the graph's size."""
    found = set(sequences(graph))
    delayed = (x.target.node for x in graph.edges if x.extra and x.delay)
    found |= {id_ for id_ in delayed if not leads_out(graph, id_)}
    waiting = list(found)
    while waiting:
        id_ = waiting.pop()
        alone = frozenset((id_,))
        for edge in graph.store.leaving[id_].values():
            follower = edge.target.node
            if follower in found or leads_out(graph, follower):
                continue
            if varies(graph, edge.source, alone):
                found.add(follower)
                waiting.append(follower)
    return frozenset(found)


def unfolding(
    graph: Graph, order: tuple[str, ...], inside: frozenset[str], steps: int | None
) -> Unfolding:
    """How a graph unfolds over so many steps; `order` is its topological order."""
    if not inside:
        return Unfolding()
    stages, circular = _stages(graph, order, inside)
    return Unfolding(steps, inside, stages, circular, graph.time.truncate)


def _stages(
    graph: Graph, order: tuple[str, ...], inside: frozenset[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """The least stage of each node, and the nodes whose stage would grow for ever.

    A node comes no earlier than what feeds it, now or in an earlier step, and one that leads out
    comes a stage later: nodes that lead to each other share a stage. Linear in the graph's size.
    """
    before: dict[str, set[str]] = {id_: set() for id_ in order}
    for earlier, later in arcs(before, graph.edges):
        before[later].add(earlier)
    for edge in graph.edges:
        if edge.delay:
            before[edge.target.node].add(edge.source.node)
    stages: dict[str, int] = {}
    circular: set[str] = set()
    for group in components(before):
        earlier_ones = (other for id_ in group for other in before[id_] if other not in group)
        stage = max((stages[other] for other in earlier_ones), default=0)
        stages.update({id_: stage + (stage % 2 != (id_ in inside)) for id_ in group})
        if len(group) > 1:
            circular.update(id_ for id_ in group if leads_out(graph, id_))
    return stages, tuple(id_ for id_ in order if id_ in circular)


def given_to(module: Module, given: PortType, steps: Dim = ANY_LENGTH) -> PortType:
    """What a module reads where each step gives `given`: all steps, if it leads out of time."""
    return PortType(given.dtype, (steps, *given.shape)) if module.leads_out else given


def keeps_initial(graph: Graph, port: PortRef) -> bool:
    """Whether a tensor kept at an input port is the initial value of its delay.

    A parameter's port keeps the parameter.
    """
    edge = graph.incoming(port)
    if edge is None or not edge.delay:
        return False
    module = graph.module(port.node)
    return module is None or port.port not in module.parameters


def initial_type(graph: Graph, port: PortRef, dtype: str) -> PortType | None:
    """The type of one step of the tensor kept for a delay; [n, ...] without its first axis.

    `dtype` is the run's floating dtype.
    """
    tensor = graph.tensors.get(port) if keeps_initial(graph, port) else None
    if tensor is None or not tensor.shape:
        return None
    return PortType(dtype if tensor.dtype in FLOATING else tensor.dtype, tensor.shape[1:])
