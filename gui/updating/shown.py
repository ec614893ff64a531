"""What the playhead lets one see of the update of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.readings import BLANK, Reading

if TYPE_CHECKING:
    from graph import PortRef
    from runtime.trace import Trace
    from runtime.updates import Moved, Update


class ShownUpdates:
    """What parameters become, in a run of which `position` steps are done; by their addresses."""

    def __init__(self, trace: Trace | None, position: int) -> None:
        self._trace = trace
        self._update: Update | None = None if trace is None else trace.update
        steps = 0 if self._update is None else len(self._update.steps)
        self._done = 0 if trace is None else position - (len(trace.steps) - steps)

    @property
    def is_there(self) -> bool:
        """Whether the update has begun."""
        return self._update is not None and self._done > 0

    def moved(self, port: PortRef) -> Moved | None:
        """What was done to a parameter, once its step is done."""
        if not self.is_there:
            return None
        ref = self._trace.plan.flat.inner(port)
        at = self._update.place_of.get(ref)
        return self._update.moved[ref] if at is not None and at < self._done else None

    def port(self, port: PortRef) -> Reading:
        """What is added to a parameter; blank for what is none, is frozen or lies ahead."""
        found = self.moved(port)
        return BLANK if found is None else Reading("value", array=found.delta)
