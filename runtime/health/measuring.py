"""Measuring: every figure of a run's health, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.health.layers import layers_of, norm
from runtime.health.records import Health
from runtime.health.units import activations_of
from runtime.maps.stacking import Progress
from runtime.moments import moment

if TYPE_CHECKING:
    from runtime.trace import Trace


def measure(trace: Trace, progress: Progress | None = None) -> Health:
    """The health of a finished run; `progress(share)` is called now and then, and may raise."""
    edges = {}
    targets = tuple(trace.plan.edges) if trace.has_reverse else ()
    for place, target in enumerate(targets):
        if progress is not None and not place % 64:
            progress(0.8 * place / len(targets))
        norms = _norms(trace, target)
        if norms is not None:
            edges[target] = norms
    if progress is not None:
        progress(0.8)
    layers = tuple(layers_of(trace))
    resting = {found.node: found for found in activations_of(trace)}
    return Health(trace.revision, edges, layers, resting, trace.has_reverse)


def _norms(trace: Trace, target: PortRef) -> tuple[float | None, ...] | None:
    """Of the gradient over one edge: its norm, or those of all time steps."""
    times = trace.plan.times(target)
    if times is None:
        part = trace.part(target) if target in trace.plan.slot_of else None
        return None if part is None else (norm(part),)
    parts = [trace.part(moment(target, t)) for t in times]
    if all(part is None for part in parts):
        return None
    return tuple(None if part is None else norm(part) for part in parts)
