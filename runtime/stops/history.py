"""The history of a port: its figures at the steps of a run, as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.errors import GradwireError
from graph.port import PortRef
from runtime.chains.lengths import length
from runtime.feeds import Host
from runtime.maps.stacking import Progress
from runtime.stops.arrivals import Arrival, Position, arrivals_of
from runtime.stops.finding import read

if TYPE_CHECKING:
    from runtime.trace import Trace


@dataclass(frozen=True, slots=True)
class Point:
    """A figure that stands from a position on: a scalar's number, or the norm of a tensor."""

    position: Position
    figure: float
    t: int | None = None
    is_norm: bool = False

    @classmethod
    def of(cls, position: Position, array: Host, t: int | None = None) -> Point:
        """The figure of a tensor."""
        is_norm = array.size != 1
        number = length(array) if is_norm else float(array.reshape(()))
        return cls(position, number, t, is_norm)


@dataclass(frozen=True, slots=True)
class History:
    """The figures of a port over the steps of one run.

    `gradient` grows part by part at an output that several edges read, and at a parameter.
    """

    value: tuple[Point, ...]
    gradient: tuple[Point, ...]


def history_of(trace: Trace, port: PortRef, progress: Progress | None = None) -> History:
    """The history of a drawn port; empty where the run does not know it.

    A source's value stands from the start, that of a sequence for all time steps together.
    `progress` is called part by part and may raise.
    """
    arrived = arrivals_of(trace).values(port)
    value = tuple(filter(None, (_point(trace, x) for x in arrived)))
    if not arrived:
        try:
            value = (Point.of((0, 0), trace.value(port)),)
        except GradwireError:
            return History((), ())
    return History(value, _gradients(trace, port, progress))


def _point(trace: Trace, arrival: Arrival) -> Point | None:
    array = read(trace, arrival.ports[0], arrival.of)
    return None if array is None else Point.of(arrival.position, array, arrival.t)


def _gradients(trace: Trace, port: PortRef, progress: Progress | None) -> tuple[Point, ...]:
    """The sums so far, of one slot after another: a gradient is added up part by part."""
    times, plan = arrivals_of(trace), trace.plan
    inside = plan.drawn_times(port)
    found: list[Point] = []
    for t in (None,) if inside is None else inside:
        parts = times.parts(port, t)
        total: Host | None = None
        for number, arrival in enumerate(parts):
            if progress is not None:
                progress(number / len(parts))
            part = read(trace, arrival.ports[0], "gradient")
            if part is None:
                continue
            total = part if total is None else np.asarray(total + part)
            found.append(Point.of(arrival.position, total, t))
    if not found:  # the target's own: nothing brought it, it is where the reverse pass begins
        found = [p for p in (_point(trace, x) for x in times.gradients(port)) if p is not None]
    return tuple(sorted(found, key=lambda point: point.position))
