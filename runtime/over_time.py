"""Numbers over time: what the steps of a port give together, time being the first axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.feeds import Host, frozen
from runtime.moments import apart, moment

if TYPE_CHECKING:
    from runtime.plan import Plan
    from runtime.trace import Trace


def address(plan: Plan, ref: PortRef, t: int | None) -> PortRef:
    """A port's address at a step, from the end if negative; raises `NoValue` where it has none."""
    if t is None:
        return ref
    times = plan.times(ref)
    if times is None:
        raise NoValue(f"{ref}: found step {t} asked for, expected a port inside time.")
    if not -len(times) <= t < len(times):
        raise NoValue(f"{ref}: found step {t}, expected 0 to {len(times) - 1}.")
    return moment(ref, times[t])


def at_last(plan: Plan, ref: PortRef) -> PortRef:
    """A port inside time at its last step; any other as it is."""
    times = plan.drawn_times(ref)
    return ref if times is None else moment(ref, times[-1])


def stacked_values(trace: Trace, ref: PortRef, times: range) -> Host:
    """The values of all steps; raises `NoValue` where the run ended before the last."""
    return _stack([trace.value(moment(ref, t)) for t in times])


def stacked_gradients(trace: Trace, ref: PortRef, times: range) -> Host | None:
    """The gradients of all steps, zeros where none came back; None where none did at any."""
    found = [trace.gradient(moment(ref, t)) for t in times]
    if all(part is None for part in found):
        return None
    zeros = np.zeros_like(next(part for part in found if part is not None))
    return _stack([zeros if part is None else part for part in found])


def gradient_parts(trace: Trace, ref: PortRef) -> Host | None:
    """The part that each step adds to the gradient of a port that all steps read.

    None where no step reads it, or no gradient comes back.
    """
    steps = trace.plan.steps
    parts: dict[int, Host] = {}
    for target, source in trace.plan.feeders.items():
        if source != ref:
            continue
        part, t = trace.gradient(target), apart(target)[1]
        if part is not None and t is not None:
            parts[t] = parts[t] + part if t in parts else part
    if steps is None or not parts:
        return None
    zeros = np.zeros_like(next(iter(parts.values())))
    return _stack([parts.get(t, zeros) for t in range(steps)])


def _stack(arrays: list[Host]) -> Host:
    stack: Host = frozen(np.stack(arrays))
    return stack
