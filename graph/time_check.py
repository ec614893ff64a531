"""What can be wrong with time: its length, loops, what stands before the first step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graph.edits import SetGraph
from graph.port import Dim, PortRef, PortType, show_shape
from graph.problem import Mend, Problem
from graph.signature import unify_all
from graph.time import MAX_MOMENTS, Unfolding, leads_out, sequences, varies

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.records import Edge

STEPS = 10  # what the mend of a graph without a number of steps sets
Types = Mapping[PortRef, PortType]


def find_steps(
    graph: Graph, inside: frozenset[str], length_of: Callable[[str], Dim | None]
) -> tuple[int | None, list[Problem]]:
    """The number of time steps, and why it cannot be told.

    `length_of` gives the first axis of what a sequence gets.
    """
    given = sequences(graph)
    lengths = {id_: length_of(id_) for id_ in given}
    known = {id_: size for id_, size in lengths.items() if isinstance(size, int)}
    if known:
        first, steps = next(iter(known.items()))
        problems = [
            _error(id_, None, f"{size} time steps", f"{steps} as in {first}", "Feed equal lengths.")
            for id_, size in known.items()
            if size != steps
        ]
        return steps, problems + _bad_count(first, steps, inside)
    node = next(id_ for id_ in graph.nodes if id_ in inside)
    if given:
        return None, []  # a sequence without a value has said so
    if graph.time.steps is not None:
        return graph.time.steps, _bad_count(node, graph.time.steps, inside)
    mend = "Set the number of steps, or make an Input a sequence."
    edit = SetGraph({"time": replace(graph.time, steps=STEPS)})
    mends = (Mend(f"Take {STEPS} time steps", edit),)
    return None, [_error(node, None, "no number of time steps", "one", mend, mends)]


def _bad_count(node: str, steps: int, inside: frozenset[str]) -> list[Problem]:
    if steps < 1:
        return [_error(node, None, "0 time steps", "at least 1")]
    if steps * len(inside) > MAX_MOMENTS:
        found = f"{steps} time steps of {len(inside)} nodes"
        return [_error(node, None, found, f"at most {MAX_MOMENTS} together")]
    return []


def ways_out(graph: Graph, order: tuple[str, ...], time: Unfolding) -> Iterator[Problem]:
    """What leads out of time must read what is inside, and must not feed it again."""
    for id_ in time.circular:
        found, expected = "a loop that leads out of time and back into it", "a loop inside time"
        mend = "Close the loop before it leads out."
        yield _error(id_, None, found, expected, mend)
    for id_ in order:
        if not leads_out(graph, id_):
            continue
        for port, edge in graph.arriving(id_).items():
            if edge.delay:
                mend = "Wire it without a delay."
                yield _error(id_, port, f"an edge with delay {edge.delay}", "all steps", mend)
            elif not varies(graph, edge.source, time.inside):
                found = f"{edge.source}, which is outside time"
                yield _error(id_, port, found, "a port that changes from step to step")


def starts(graph: Graph, delayed: Types, types: Types, time: Unfolding) -> Iterator[Problem]:
    """Whether what stands before the first step is there and fits what flows later.

    `types` are those of all ports after a walk that took `delayed` for what the delays carry.
    """
    for edge in graph.edges:
        if not edge.delay:
            continue
        initial = edge.initial
        if initial is not None and (lost := _no_start(graph, edge, initial, time)):
            yield lost
        elif (kept := _misfit(graph, edge)) is not None:
            yield kept
        elif (mismatch := _mismatch(graph, edge, delayed, types)) is not None:
            yield mismatch


def _no_start(graph: Graph, edge: Edge, initial: PortRef, time: Unfolding) -> Problem | None:
    target = edge.target
    module = graph.module(initial.node) if initial.node in graph else None
    names = [port.name for port in module.output_ports] if module else []
    if initial.port not in names:
        found = f'the initial value "{initial}"'
        mend = "Choose another port, or none for zeros."
        return _error(target.node, target.port, found, "an output of the graph", mend)
    if varies(graph, initial, time.inside):
        found = f"an initial value from {initial}, which changes from step to step"
        mend = "Lead it out with LastStep or AtStep."
        return _error(target.node, target.port, found, "a port outside time", mend)
    return None


def _misfit(graph: Graph, edge: Edge) -> Problem | None:
    tensor = graph.tensors.get(edge.target)
    module = graph.module(edge.target.node)
    if tensor is None or module is None or edge.target.port in module.parameters:
        return None
    if tensor.shape[:1] == (edge.delay,):
        return None
    found, expected = show_shape(tensor.shape), f"[{edge.delay}, ...], a value for each step before"
    return _error(edge.target.node, edge.target.port, found, expected, "Change it or clear it.")


def _mismatch(graph: Graph, edge: Edge, delayed: Types, types: Types) -> Problem | None:
    target, given, wanted = edge.target, types.get(edge.source), delayed.get(edge.target)
    if wanted is None:
        if given is None and not _is_sound(graph, edge, types):
            return None
        mend = "Give an initial value: a tensor or a port."
        return _error(target.node, target.port, "a shape that nothing tells", "a shape", mend)
    if given is None or _fit(given, wanted):
        return None
    before = "the step before"
    if edge.initial is not None:
        before = f"the initial value {edge.initial}"
    elif target in graph.tensors:
        before = "the initial value kept here"
    mend = "Make the loop keep its shape, or change the initial value."
    return _error(
        target.node, target.port, f"{given} from {edge.source}", f"{wanted} as {before}", mend
    )


def _fit(one: PortType, other: PortType) -> bool:
    return one.dtype == other.dtype and unify_all(one.shape, other.shape) is not None


def _is_sound(graph: Graph, edge: Edge, types: Types) -> bool:
    """Whether nothing but unknown delays keeps the source from having a type."""
    seen, waiting = {edge.source.node}, [edge.source.node]
    while waiting:
        id_ = waiting.pop()
        module = graph.module(id_)
        if module is None:
            return False
        arriving = graph.arriving(id_)
        if any(p.role == "input" and p.name not in arriving for p in module.wired_ports):
            return False
        for before in arriving.values():
            node = before.source.node
            if node not in seen and before.source not in types:
                seen.add(node)
                waiting.append(node)
    return True


def idle(graph: Graph, order: tuple[str, ...], runnable: set[str], time: Unfolding) -> set[str]:
    """The nodes that cannot run for what they wait for, across delays too."""
    stopped = {id_ for id_ in order if id_ not in runnable}
    if time.inside and (time.steps is None or time.circular):
        stopped |= time.inside
    waiting = list(stopped)
    while waiting:
        id_ = waiting.pop()
        edges = (*graph.store.leaving[id_].values(), *graph.store.starting_at(id_))
        for edge in edges:
            if edge.target.node not in stopped:
                stopped.add(edge.target.node)
                waiting.append(edge.target.node)
    return stopped


def _error(
    node: str,
    port: str | None,
    found: str,
    expected: str,
    mend: str = "",
    mends: tuple[Mend, ...] = (),
) -> Problem:
    return Problem("error", "time", node, port, found, expected, mend, mends)
