"""The steps of a run as one place of the document sees them: a composite there is one step."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.trace import Step, Trace


class Level:
    """The steps at a place, each made of one or more steps of the whole run.

    `place` is the address of an instance, or "" for the document itself. Steps of the run in a
    row that lie in one composite of the place are one step here; steps elsewhere are none.
    """

    def __init__(self, trace: Trace | None, place: str = "") -> None:
        self.place = place
        self._trace = trace
        self._all: tuple[Step, ...] = () if trace is None else trace.steps
        self._starts: Sequence[int] = ()
        self._ends: Sequence[int] = ()
        self.steps = self._group(f"{place}/" if place else "")

    def position(self, whole: int, part: int = 0) -> tuple[int, int]:
        """(steps done here, parts of the next one) where so many of the whole run are done."""
        done = bisect.bisect_right(self._ends, whole)
        if done == len(self.steps) or whole < self._starts[done]:
            return done, 0
        return done, part if self.is_single(done) else whole - self._starts[done]

    def whole(self, position: int, part: int = 0) -> tuple[int, int]:
        """(steps of the whole run, parts of the next one) of a position here."""
        if part and self.is_single(position):
            return self._starts[position], part
        if part:
            return self._starts[position] + part, 0
        if position:
            return self._ends[position - 1], 0
        return (self._starts[0] if self.place and self.steps else 0), 0

    def parts(self, position: int) -> tuple[str, ...]:
        """Names of the parts of a step: the run's own, or a composite's inner steps."""
        if position >= len(self.steps) or self._trace is None:
            return ()
        if self.is_single(position):
            step = self._all[self._starts[position]]
            return tuple(self._trace.parts(step)) if step.phase == "reverse" else ()
        inner = self._all[self._starts[position] : self._ends[position]]
        return tuple(self._here(step.node) for step in inner)

    @functools.cached_property
    def ends(self) -> dict[str, int]:
        """The position at which each pass is done."""
        return {step.phase: at for at, step in enumerate(self.steps, 1)}

    def stop_after(self, whole: int, part: int = 0) -> tuple[int, int]:
        """Where the whole run stands one part on, or one step on where a step has no parts of its
        own. A composite here has none.
        """
        position, done = self.position(whole, part)
        if self.is_single(position) and done + 1 < len(self.parts(position)):
            return self.whole(position, done + 1)
        return self.whole(position + 1)

    def is_single(self, position: int) -> bool:
        """Whether a step is one of the run's own, and no composite's."""
        return self._all[self._starts[position]].node == self._address(self.steps[position].node)

    def start(self, position: int) -> int:
        """Where in the whole run a step here begins."""
        return self._starts[position]

    def within(self, id_: str, whole: int) -> int | None:
        """The step of a composite here in which, or before which, the whole run stands."""
        for index, step in enumerate(self.steps):
            if step.node == id_ and self._starts[index] <= whole < self._ends[index]:
                return index
        return None

    def _address(self, id_: str) -> str:
        return f"{self.place}/{id_}" if self.place else id_

    def _here(self, address: str) -> str:
        return address[len(self.place) + 1 :] if self.place else address

    def _group(self, prefix: str) -> tuple[Step, ...]:
        if not prefix and not any("/" in step.node for step in self._all):
            self._starts, self._ends = range(len(self._all)), range(1, len(self._all) + 1)
            return self._all
        found: list[Step] = []
        starts: list[int] = []
        ends: list[int] = []
        last: tuple[str, str, object] | None = None
        for at, step in enumerate(self._all):
            if not step.node.startswith(prefix):
                last = None
                continue
            id_, slash, _ = step.node[len(prefix) :].partition("/")
            key = (step.phase, id_, step.t)
            if slash and key == last:
                ends[-1] = at + 1
            else:
                port = "" if slash else step.port
                found.append(replace(step, index=len(found), node=id_, port=port))
                starts.append(at)
                ends.append(at + 1)
            last = key if slash else None
        self._starts, self._ends = starts, ends
        return tuple(found)


def progress(steps: Iterable[Step], address: str, done: int) -> tuple[str, int, int]:
    """(phase, steps done, steps in all) of a composite's inside, in the pass it has come to."""
    inner = [(at, step) for at, step in enumerate(steps) if step.node.startswith(f"{address}/")]
    for phase in ("update", "reverse", "tangent", "forward"):
        own = [at for at, step in inner if step.phase == phase]
        count = bisect.bisect_left(own, done)
        if count or phase == "forward":
            return phase, count, len(own)
    return "forward", 0, 0
