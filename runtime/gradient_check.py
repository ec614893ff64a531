"""The gradient check: every edge, every leaf, and the run's own dtype against float64."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from graph.model import Graph
from graph.port import PortRef
from runtime.engine import Engine
from runtime.feeds import Host
from runtime.flow import Flow, kink_distance
from runtime.leaf_check import check_leaves
from runtime.local_check import check_edge
from runtime.moments import apart
from runtime.records import Watch
from runtime.trace import Trace
from runtime.verdict import GradientReport, Verdict, Word, worst

__all__ = ["GradientReport", "Verdict", "check_gradients"]


def check_gradients(
    subject: Graph | Engine,
    feeds: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> GradientReport:
    """Hold every derivative of a graph, or of an engine's graph, against finite differences.

    Differences are taken in float64 on the CPU: of each node's own forward for the edges that
    end there, of the target for each source and parameter. Then the run as it is (an engine's
    device and dtype; float32 for a float64 graph) is compared with float64. Without a target
    the edges alone are checked. A truncated gradient is no derivative: truncation is left aside.
    `watch` is called before each step, edge and run for the leaves,
    and may raise `Cancelled`. Raises what `Engine.run` raises.
    """
    engine = subject if isinstance(subject, Engine) else Engine(subject)
    engine.backend.ask_dtype(engine.run_dtype)
    trace = _run(_like(engine, "cpu", "float64"), feeds, watch)
    leaves: dict[PortRef, Verdict] = {}
    rounding: dict[PortRef, Verdict] = {}
    with np.errstate(all="ignore"):
        edges = {ref: check_edge(trace, ref) for ref in _watched(_edges(trace), watch)}
        if trace.target is not None and trace.failure is None:
            sources = [source.ref for source in trace.plan.sources]
            leaves = _as_drawn(check_leaves(Flow(trace), sources, watch))
            rounding = _rounding(engine, trace, feeds, watch)
    dtype = engine.run_dtype
    return GradientReport(
        trace.revision, dtype, trace.target, edges, leaves, rounding, trace.why_forward_only
    )


def _like(engine: Engine, device: str, dtype: str) -> Engine:
    return Engine(
        _whole(engine.graph),
        device,
        dtype,
        engine.mode,
        engine.target,
        seed_gradient=engine.seed_gradient,
        partial=engine.partial,
    )


def _whole(graph: Graph) -> Graph:
    """The graph without truncation."""
    if graph.time.truncate is None:
        return graph
    twin = graph.copy()
    twin.configure(time=replace(graph.time, truncate=None))
    twin.revision = graph.revision
    return twin


def _run(engine: Engine, feeds: Mapping[str, Any] | None, watch: Watch | None) -> Trace:
    has_target = engine.plan(feeds).target is not None
    return engine.run(feeds, phase="both" if has_target else "forward", watch=watch)


def _edges(trace: Trace) -> list[PortRef]:
    stepped = trace.plan.step_of  # instances have none
    targets = (target for _, target in trace.edges if target.node in stepped)
    return [target for target in targets if trace.has_run(target.node)]


def _as_drawn(verdicts: Mapping[PortRef, Verdict]) -> dict[PortRef, Verdict]:
    """One verdict for all time steps of a port."""
    found: dict[PortRef, list[Verdict]] = {}
    for ref, verdict in verdicts.items():
        found.setdefault(apart(ref)[0], []).append(verdict)
    return {ref: worst(each) for ref, each in found.items()}


def _watched(refs: list[PortRef], watch: Watch | None) -> Iterator[PortRef]:
    for ref in refs:
        if watch is not None:
            watch(ref)
        yield ref


def _rounding(
    engine: Engine, exact: Trace, feeds: Mapping[str, Any] | None, watch: Watch | None
) -> dict[PortRef, Verdict]:
    """Gradients of the run as it is against those of the float64 run, port by port."""
    dtype = engine.run_dtype
    if dtype == "float64" and engine.device == "cpu":
        dtype = "float32"
    rounded = _run(_like(engine, engine.device, dtype), feeds, watch)
    tolerance = math.sqrt(np.finfo(dtype).eps)
    is_near_kink = any(kink_distance(exact, step.key) <= tolerance for step in exact.plan.reverse)
    found = {}
    for ref in dict.fromkeys(apart(ref)[0] for ref in exact.plan.slot_of):
        mine, wanted = rounded.gradient(ref), exact.gradient(ref)
        if mine is None or wanted is None:
            continue
        error = _error(mine.astype(np.float64), wanted)
        word: Word = "kink" if is_near_kink else "disagrees"
        word = "agrees" if error <= tolerance else word
        if word != "agrees" and not np.isfinite(wanted).all():
            word = "not finite"
        found[ref] = Verdict(word, None if math.isnan(error) else error)
    return found


def _error(a: Host, b: Host) -> float:
    """max|a - b| / max(1, max|b|); equal infinities differ by nothing."""
    apart = np.where(a == b, 0.0, np.abs(a - b))
    return float(apart.max(initial=0.0) / max(1.0, float(np.abs(b).max(initial=0.0))))
