"""What the playhead lets one see of a pushed tangent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import GradwireError, PortRef
from gui.readings import BLANK, Reading
from runtime.moments import apart, moment

if TYPE_CHECKING:
    from runtime.tangents import Push
    from runtime.trace import Trace


class ShownTangents:
    """The tangents of a run of which `position` steps are done.

    Ports are named by their addresses, and those inside time read at the time step `t`.
    """

    def __init__(self, trace: Trace | None, position: int, t: int | None) -> None:
        self._push: Push | None = None if trace is None else trace.push
        self._t = t
        self._done = 0 if trace is None else position - len(trace.plan.forward)

    @property
    def is_there(self) -> bool:
        """Whether the pass of forward mode has begun."""
        return self._push is not None and self._done > 0

    def port(self, port: PortRef) -> Reading:
        """The tangent of an output, or of a parameter that its node owns."""
        if not self.is_there:
            return BLANK
        plan = self._push.plan
        if port in plan.edges:
            return self.edge(port)
        return self._reading(port, plan.flat.inner(port), self._t)

    def edge(self, target: PortRef) -> Reading:
        """The tangent that arrives at an input port; over a delay that of an earlier step."""
        if not self.is_there:
            return BLANK
        plan = self._push.plan
        feeder = plan.feeder(self._moment(target))
        source, t = (None, None) if feeder is None else apart(feeder)
        source = None if source in plan.edges else source
        inner = None if source is None else plan.flat.inner(source)
        return self._reading(target, inner, self._t if t is None else t)

    def _reading(self, port: PortRef, source: PortRef | None, t: int | None) -> Reading:
        """What a port has once the step is done that brings it; a node's own tensor has none."""
        places, node = self._push.place_of, "" if source is None else source.node
        if places.get((node, t), places.get((node, None), -1)) >= self._done:
            return BLANK
        ref = self._moment(port)
        try:
            array = self._push.tangent(ref)
            if array is not None:
                return Reading("value", array=array)
            return Reading(self._push.why_none(ref) or "no path")
        except GradwireError:  # the port is newer than the run
            return BLANK

    def _moment(self, port: PortRef) -> PortRef:
        """A port at the time step, if it has a value of its own there."""
        plan = self._push.plan
        is_one = self._t is None or port in plan.slot_of or plan.times(port) is None
        return port if is_one else moment(port, self._t)
