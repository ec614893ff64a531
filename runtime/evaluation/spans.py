"""When something was done, how long it took, and what was kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import get_clock_info, perf_counter, thread_time
from typing import Literal

from graph.port import PortRef
from runtime.feeds import Host

Work = Literal["shapes", "plan", "forward", "recompute", "reverse"]
"""What is done: one node's shapes, the whole plan, or a node's step of a pass."""

FINE = 1e-5  # seconds
# What else the machine does, a window that paints for one, is no part of the work. Some systems
# count a thread's time too coarsely.
now = thread_time if get_clock_info("thread_time").resolution <= FINE else perf_counter


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in seconds since the start, and the bytes that were held at its end.

    `node` is empty where the whole graph was worked on.
    """

    work: Work
    node: str
    t: int | None
    start: float
    end: float
    nbytes: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """One way to compute a graph, done once. `skipped` are nodes that were never computed.

    `gradients` are those of sources, parameters first of all, and `target` is the value that was
    differentiated.
    """

    spans: tuple[Span, ...]
    skipped: tuple[str, ...]
    target: Host
    gradients: Mapping[PortRef, Host]

    def seconds(self, *works: Work) -> float:
        """The time that these took; all of it where none is named."""
        return sum(span.seconds for span in self.spans if not works or span.work in works)

    def count(self, work: Work) -> int:
        """How often it was done."""
        return sum(span.work == work for span in self.spans)

    @property
    def before_first_value(self) -> float:
        """The time until the first node's value was there."""
        return next((span.end for span in self.spans if span.work == "forward"), 0.0)

    @property
    def kept(self) -> int:
        """Bytes held when the forward pass had ended."""
        return next((x.nbytes for x in reversed(self.spans) if x.work == "forward"), 0)

    @property
    def peak(self) -> int:
        """The most bytes held at the end of any span."""
        return max((span.nbytes for span in self.spans), default=0)


@dataclass
class Clock:
    """Collects spans; time between them does not count, so that counting costs nothing."""

    spans: list[Span] = field(default_factory=list)
    nbytes: int = 0
    _now: float = 0.0

    @contextmanager
    def span(self, work: Work, node: str = "", t: int | None = None) -> Iterator[None]:
        """Time a piece of work."""
        begin = now()
        yield
        start, self._now = self._now, self._now + now() - begin
        self.spans.append(Span(work, node, t, start, self._now, self.nbytes))

    def hold(self, nbytes: int) -> None:
        """Say what is held now that the last span has ended."""
        self.nbytes = nbytes
        last = self.spans[-1]
        self.spans[-1] = Span(last.work, last.node, last.t, last.start, last.end, nbytes)
