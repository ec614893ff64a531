"""What the playhead lets one see of a trace: the trace is complete, the playhead hides the rest.

Everything that shows a number (canvas, inspector, sentence) reads it here, so that no view is
ahead of another. A reading is one of a few words, or a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from graph import GradwireError, PortRef
from gui.broadcast import Spread, spread_of
from runtime.maps import TooLarge

if TYPE_CHECKING:
    from graph import Graph
    from runtime.maps.linear_map import LinearMap
    from runtime.trace import Step, Trace

State = Literal["blank", "value", "no path", "not differentiable", "too large", "failed"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing to show. `array` and `map` are set in the state `value` alone."""

    state: State
    array: np.ndarray | None = None
    map: LinearMap | None = None

    @property
    def is_value(self) -> bool:
        """Whether there is something to read."""
        return self.state == "value"


BLANK = Reading("blank")


class _Timetable:
    """When each node runs: made once for a trace, asked at every move of the playhead."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.forward: dict[str, int] = {}
        self.reverse: dict[str, int] = {}
        for index, step in enumerate(steps):
            if step.phase == "forward":
                self.forward[step.node] = index
            else:
                self.reverse.setdefault(step.node, index)
        self.turn = min(self.reverse.values(), default=None)


class Shown:
    """A trace as seen at a playhead: `position` steps are done, and `part` parts of the next.

    `graph` lets a port without a reverse step of its own (a source) wait for all its edges.
    Without a trace everything is blank.
    """

    def __init__(
        self,
        trace: Trace | None = None,
        position: int = 0,
        part: int = 0,
        graph: Graph | None = None,
    ) -> None:
        self.trace, self.position, self.part = trace, position, part
        self._graph = graph
        self._times = _timetable(trace)
        self._kept: dict[tuple[str, PortRef], Reading] = {}
        self._spread: dict[PortRef, Spread | None] = {}
        self._parts = self._parts_done()

    @property
    def step(self) -> Step | None:
        """The step that the playhead stands on: the one under way, or the last one done."""
        if self.trace is None or not self.trace.steps:
            return None
        steps = self.trace.steps
        if self.part and self.position < len(steps):
            return steps[self.position]
        return steps[min(self.position, len(steps)) - 1] if self.position else None

    @property
    def in_reverse(self) -> bool:
        """Whether the reverse pass has begun."""
        turn = self._times.turn
        return turn is not None and (
            self.position > turn or (self.position == turn and self.part > 0)
        )

    def is_ahead(self, node: str) -> bool:
        """Whether the node's forward step is still to come."""
        at = self._times.forward.get(node)
        return at is not None and at >= self.position

    def value(self, port: PortRef) -> Reading:
        """What an output port (or a parameter port) carries."""
        return self._keep("value", port)

    def gradient(self, port: PortRef) -> Reading:
        """What comes back over the edge that ends at an input port."""
        return self._keep("gradient", port)

    def port_gradient(self, port: PortRef) -> Reading:
        """The gradient of an output port: the sum over its edges."""
        return self._keep("port_gradient", port)

    def factor(self, port: PortRef) -> Reading:
        """The local derivative of the node's output with respect to an input port.

        `map` is the Jacobian; of several outputs, that of the first that is differentiable.
        """
        return self._keep("factor", port)

    def spread(self, target: PortRef) -> Spread | None:
        """How the value of an edge is broadcast where it ends; None if it is not."""
        if target not in self._spread:
            self._spread[target] = spread_of(self.trace, target)
        return self._spread[target]

    def _keep(self, kind: str, port: PortRef) -> Reading:
        key = (kind, port)
        if key not in self._kept:
            self._kept[key] = BLANK if self.trace is None else getattr(self, f"_{kind}")(port)
        return self._kept[key]

    def _value(self, port: PortRef) -> Reading:
        if self.is_ahead(port.node):
            return BLANK
        failure = self.trace.failure
        if failure is not None and failure.node == port.node:
            done = self.position >= len(self.trace.steps)
            return Reading("failed") if done else BLANK
        return _asked(lambda: self.trace.value(port))

    def _gradient(self, port: PortRef) -> Reading:
        at = self._times.reverse.get(port.node)
        if at is None:
            return self._word(port)
        if at < self.position or (at == self.position and port.port in self._parts):
            return self._gradient_of(port)
        return BLANK

    def _port_gradient(self, port: PortRef) -> Reading:
        at = self._times.reverse.get(port.node)
        if at is not None:
            begun = at < self.position or (at == self.position and "sum" in self._parts)
            return self._gradient_of(port) if begun else BLANK
        word = self._word(port)
        if word.state != "blank":
            return word
        return self._gradient_of(port) if self._arrived(port) else BLANK

    def _factor(self, port: PortRef) -> Reading:
        gradient = self.gradient(port)
        if not gradient.is_value:
            return gradient
        try:
            found = self.trace.jacobian(port)
        except TooLarge:
            return Reading("too large")
        except GradwireError:
            return BLANK
        return BLANK if found is None else Reading("value", map=found)

    def _gradient_of(self, port: PortRef) -> Reading:
        found = _asked(lambda: self.trace.gradient(port))
        return found if found.is_value else self._word(port)

    def _word(self, port: PortRef) -> Reading:
        """Why there is no gradient, once the reverse pass has begun."""
        if not self.in_reverse:
            return BLANK
        try:
            why = self.trace.why_no_gradient(port)
        except GradwireError:  # the port is newer than the trace
            return BLANK
        return Reading(why) if why else BLANK

    def _arrived(self, port: PortRef) -> bool:
        """Whether every edge that leaves the port has brought its part."""
        if self._graph is None or port.node not in self._graph:
            return self.position >= len(self.trace.steps)
        edges = self._graph.outgoing(port)
        return self.in_reverse and all(
            self.gradient(edge.target).state != "blank" for edge in edges
        )

    def _parts_done(self) -> frozenset[str]:
        steps = () if self.trace is None else self.trace.steps
        if not self.part or self.position >= len(steps):
            return frozenset()
        return frozenset(self.trace.parts(steps[self.position])[: self.part])


def _asked(read: Callable[[], np.ndarray | None]) -> Reading:
    """What a trace answers; blank where it does not know the port, being older than it."""
    try:
        array = read()
    except GradwireError:
        return BLANK
    return BLANK if array is None else Reading("value", array=array)


_last: list[tuple[Any, _Timetable]] = [(None, _Timetable(()))]


def _timetable(trace: Trace | None) -> _Timetable:
    """The timetable of a trace; the last one asked for is kept, for a playhead moves often."""
    if trace is None:
        return _Timetable(())
    known, table = _last[0]
    if known is not trace:
        table = _Timetable(trace.steps)
        _last[0] = (trace, table)
    return table
