"""One number moved a little: what the target becomes, beside what the gradient foretells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.port import PortRef
from runtime.errors import RunError
from runtime.feeds import Host
from runtime.flow import Flow, Replay
from runtime.moments import moment
from runtime.tangents.seeding import Seed, seed_shape
from runtime.trace import Trace


@dataclass(frozen=True, slots=True)
class Moved:
    """The target where the number is another: as a run gives it, and by the gradient."""

    number: float
    target: float
    foretold: float

    @property
    def error(self) -> float:
        """How far the prediction is off."""
        return self.foretold - self.target


@dataclass(frozen=True, slots=True)
class Nudge:
    """A number of a port, its gradient, the target now, and the target where it is moved.

    `slope` is the central difference of the first two of `moved`, where these lie on both sides.
    """

    port: PortRef
    index: tuple[int, ...]
    number: float
    gradient: float
    target: float
    moved: tuple[Moved, ...]

    @property
    def slope(self) -> float | None:
        """(target above - target below) / (their distance)."""
        if len(self.moved) < 2:
            return None
        one, other = self.moved[:2]
        apart = one.number - other.number
        return (one.target - other.target) / apart if apart else None


def nudge(trace: Trace, port: PortRef, index: tuple[int, ...], by: Sequence[float]) -> Nudge:
    """Move one number of a source or parameter by each of `by`, and run what it feeds again.

    `index` is that of an entry of `Trace.value`, a target that is no scalar is weighted by the
    seed of the reverse pass. Raises `RunError` where the port or the index is none, or no
    gradient came back to it.
    """
    gradient = trace.gradient(port) if port in trace.plan.slot_of or _over(trace, port) else None
    if gradient is None:
        raise RunError(f"{port}: found no gradient, expected one to compare.", node=port.node)
    Seed(port, index=index).direction(seed_shape(trace.plan, port), trace.dtype)
    slot, inner = _place(trace, port, index)
    flow = Flow(trace)
    value = flow.values[slot]
    number = float(value[inner])
    slope, now = float(gradient[index]), _weighted(trace, flow.values[_end(trace)])
    replay = Replay(flow, [slot], _end(trace))
    moved = []
    for step in by:
        array = np.array(value)
        array[inner] = number + step
        with np.errstate(all="ignore"):
            found = replay.run({slot: array})
        there = math.nan if found is None else _weighted(trace, found)
        there_number = float(array[inner])
        moved.append(Moved(there_number, there, now + slope * (there_number - number)))
    return Nudge(port, index, number, slope, now, tuple(moved))


def _over(trace: Trace, port: PortRef) -> bool:
    return trace.plan.times(port) is not None


def _place(trace: Trace, port: PortRef, index: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """The slot of a number and its index there: axis 0 is time at a port inside time."""
    if port in trace.plan.slot_of:
        return trace.plan.slot_of[port], index
    return trace.plan.slot_of[moment(port, index[0])], index[1:]


def _end(trace: Trace) -> int:
    assert trace.plan.end is not None
    return trace.plan.end


def _weighted(trace: Trace, value: Host) -> float:
    seed = trace.plan.seed_gradient
    assert seed is not None
    return float((value * seed).sum())
