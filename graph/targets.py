"""The target: which port is differentiated, or why there is none and what would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph.edits import SetGraph
from graph.mending import Mending, found
from graph.naming import output_name
from graph.port import PortRef, PortType, show_shape
from graph.problem import Mend, Problem, Severity
from graph.suggest import did_you_mean

if TYPE_CHECKING:
    from graph.model import Graph

Types = Mapping[PortRef, PortType]
Runnable = set[str] | frozenset[str]
Choice = tuple[PortRef | None, Problem | None, tuple[PortRef, ...]]
MAX_LISTED = 8


def choose_target(graph: Graph, types: Types, runnable: Runnable) -> Choice:
    """The port to differentiate, why there is none, and which ports could be it.

    It is the graph's own `target`, else the only scalar sink. A source is no sink.
    """
    sinks = _floating_sinks(graph, types, runnable)
    candidates = tuple(ref for ref in sinks if types[ref].shape == ())
    if graph.target is not None:
        return _chosen_target(graph, types, runnable, candidates)
    if len(candidates) == 1:
        return candidates[0], None, candidates
    if candidates:
        listed = candidates[:MAX_LISTED]
        text = "several scalar outputs: " + ", ".join(map(str, listed))
        mends, mend = _choices(graph, candidates), "Make one of them the target."
        problem = Problem("hint", "target", None, None, text, "one target", mend, mends, listed)
        return None, problem, candidates
    mends = found(Mending(graph).reduce(sinks[0])) if len(sinks) == 1 else ()
    mend = "Add a loss or a Sum, or make an output the target."
    problem = Problem("hint", "target", None, None, "no scalar output", "one target", mend, mends)
    return None, problem, candidates


def _chosen_target(
    graph: Graph, types: Types, runnable: Runnable, candidates: tuple[PortRef, ...]
) -> Choice:
    node, _, port = (graph.target or "").partition(".")
    module = graph.module(node) if node in graph else None
    outputs = [p.name for p in module.output_ports] if module else []
    ref = PortRef(node, port or next(iter(outputs), "y"))
    if ref.port not in outputs:
        expected = f"one of {', '.join(outputs)}" if outputs else "an output of the graph"
        mend = did_you_mean(node, graph.nodes) or "Make another output the target."
        text, mends = f'the target "{graph.target}"', _choices(graph, candidates)
        return None, Problem("error", "target", None, None, text, expected, mend, mends), candidates
    type_ = types.get(ref)
    if type_ is not None and not type_.is_floating:
        mend, mends = "Make another output the target.", _choices(graph, candidates)
        problem = _about(ref, "error", type_.dtype, "a floating tensor", mend, mends)
        return None, problem, candidates
    if type_ is None or node not in runnable:
        text, expected = "a target that cannot run", "a node without errors"
        return None, _about(ref, "hint", text, expected), candidates
    if type_.shape and graph.seed_gradient is None:
        mend = "It is summed. Add a reduction, or give a seed gradient."
        mends = found(Mending(graph).reduce(ref))
        shape = show_shape(type_.shape)
        return ref, _about(ref, "warning", shape, "a scalar target", mend, mends), candidates
    return ref, None, candidates


def _about(
    ref: PortRef,
    severity: Severity,
    text: str,
    expected: str,
    mend: str = "",
    mends: tuple[Mend, ...] = (),
) -> Problem:
    return Problem(severity, "target", ref.node, ref.port, text, expected, mend, mends)


def _choices(graph: Graph, candidates: tuple[PortRef, ...]) -> tuple[Mend, ...]:
    """One mend for each output that could be the target."""
    return tuple(
        Mend(f"Make {output_name(graph, ref)} the target", SetGraph({"target": str(ref)}))
        for ref in candidates[:MAX_LISTED]
    )


def _starts(graph: Graph, ref: PortRef) -> bool:
    """Whether an output is read as the initial value of a delay."""
    return any(edge.initial == ref for edge in graph.store.starting_at(ref.node))


def _floating_sinks(graph: Graph, types: Types, runnable: Runnable) -> list[PortRef]:
    """Floating outputs that nothing reads, those of sources left out."""
    sinks = []
    for id_ in graph.nodes:
        module = graph.module(id_)
        if module is None or id_ not in runnable or module.outline() == "source":
            continue
        read = {edge.source.port for edge in graph.store.leaving[id_].values()}
        for port in module.output_ports:
            if port.name in read:
                continue
            ref = PortRef(id_, port.name)
            type_ = types.get(ref)
            if type_ is not None and type_.is_floating and not _starts(graph, ref):
                sinks.append(ref)
    return sinks
