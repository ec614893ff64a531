"""How far a gradient check has come, from what it is about to look at."""

from __future__ import annotations

import time
from collections.abc import Callable

from graph import PortRef

PACE = 0.1  # seconds between two reports
EDGES = 0.8  # the share that checking edges takes; the rest is for sources and parameters
HALF = 24  # runs for the leaves after which half of their share is over: nobody knows how many


class CheckProgress:
    """Turns the calls of a check's `watch` into shares; used by one thread."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report
        self._edges = self._done = 0
        self._last = 0.0

    def note(self, about: object) -> None:
        """The next step, edge or run; something that knows its number of `edges` begins anew."""
        edges = getattr(about, "edges", None)
        if edges is not None:
            self._edges, self._done, self._last = edges, 0, 0.0
        elif isinstance(about, PortRef):
            self._done += 1
        else:
            return
        now = time.monotonic()
        if now - self._last >= PACE:
            self._last = now
            self._report(self.share)

    @property
    def share(self) -> float:
        """From 0 to 1; the leaves come nearer to 1 and never reach it."""
        if self._done <= self._edges:
            return EDGES * self._done / max(self._edges, 1)
        runs = self._done - self._edges
        return EDGES + (1 - EDGES) * runs / (runs + HALF)
