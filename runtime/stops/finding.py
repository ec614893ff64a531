"""Finding the next breakpoint: the nearest position, on or back, at which one holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.errors import GradwireError
from graph.marks import Breakpoint, Of
from graph.port import PortRef
from runtime.feeds import Host
from runtime.maps.stacking import Progress
from runtime.moments import apart, moment
from runtime.stops.arrivals import Arrival, Arrivals, Position, arrivals_of
from runtime.stops.conditions import Finding, examine

if TYPE_CHECKING:
    from runtime.trace import Trace


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run holds: at which breakpoint, for the value or gradient of which drawn port.

    `port` is None at a breakpoint without a condition, and so is `found`.
    """

    position: Position
    mark: Breakpoint
    of: Of
    t: int | None = None
    port: PortRef | None = None
    found: Finding | None = None


def find_stop(
    trace: Trace,
    marks: Iterable[Breakpoint],
    start: Position,
    *,
    back: bool = False,
    until: Position | None = None,
    before: Trace | None = None,
    progress: Progress | None = None,
) -> Stop | None:
    """The first stop behind `start`, or the last one in front of it; None where there is none.

    On the way on, `until` is the last position that is looked at.
    `before` is the run before this one, which a change of sign is held against outside time and
    at the first time step. `progress` is called with the share of the arrivals examined, and may
    raise.
    """
    times, last = arrivals_of(trace), until or (len(trace.steps), 0)
    ahead = [
        (arrival, mark)
        for mark in marks
        if not mark.off
        for arrival in _arrivals(times, mark)
        if (arrival.position < start if back else start < arrival.position <= last)
    ]
    ahead.sort(key=lambda pair: pair[0].position, reverse=back)
    for number, (arrival, mark) in enumerate(ahead):
        if progress is not None:
            progress(number / len(ahead))
        stop = _stop(trace, arrival, mark, before)
        if stop is not None:
            return stop
    return None


def _arrivals(times: Arrivals, mark: Breakpoint) -> Iterator[Arrival]:
    """When a breakpoint is to be looked at."""
    port, when = mark.port, mark.when
    kinds: tuple[Of, ...] = ("value", "gradient") if when is None else (when.of,)
    if port is None and when is None:
        yield from times.at_node(mark.at)
    for of in kinds if port is not None or when is not None else ():
        if port is None:
            yield from times.outputs_of(mark.at, of)
        else:
            yield from times.values(port) if of == "value" else times.gradients(port)


def _stop(trace: Trace, arrival: Arrival, mark: Breakpoint, before: Trace | None) -> Stop | None:
    if mark.when is None:
        return Stop(arrival.position, mark, arrival.of, arrival.t)
    for ref in arrival.ports:
        array = read(trace, ref, arrival.of)
        if array is None or not array.size:
            continue
        found = examine(mark.when, array, _earlier(trace, ref, arrival.of, before))
        if found is not None:
            return Stop(arrival.position, mark, arrival.of, arrival.t, apart(ref)[0], found)
    return None


def read(trace: Trace, ref: PortRef, of: Of) -> Host | None:
    """A value or gradient of a run; None where it has none. At an input it is the edge's part."""
    try:
        return trace.value(ref) if of == "value" else trace.part(ref)
    except GradwireError:
        return None


def _earlier(trace: Trace, ref: PortRef, of: Of, before: Trace | None) -> Host | None:
    port, t = apart(ref)
    if t:
        return read(trace, moment(port, t - 1), of)
    return None if before is None else read(before, ref, of)
