"""From units to a program: every unit says its calls, forward and then back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from runtime import passes
from runtime.array import Array
from runtime.backend import Backend
from runtime.compiled.buffers import Buffers, Place
from runtime.compiled.notes import Untraceable
from runtime.compiled.program import Call, Counted, Program
from runtime.compiled.units import Work
from runtime.compiled.walk import Walk
from runtime.modules.context import Context

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


@dataclass(frozen=True, eq=False)
class Ends:
    """The arrays that a program starts from and ends in, by slot; they outlive every step.

    `sources` are what no step writes, states too; `gradients` where those of trained tensors go.
    """

    sources: Mapping[int, Array]
    gradients: Mapping[int, Array]


def draw(plan: Plan, backend: Backend, work: Work, ends: Ends) -> Program:
    """The program of a plan's units."""
    first = _draft(plan, backend, work, ends)
    place = first.buffers.plan(first.touches(), first.kept())
    second = Drawing(plan, backend, work, ends, Buffers(place), first.opaque)
    second.draw()
    return second.program(place, first.in_place(place))


def _draft(plan: Plan, backend: Backend, work: Work, ends: Ends) -> Drawing:
    """A first drawing; what turns out to be untraceable on the way is called as it is."""
    opaque: set[type] = set()
    while True:
        drawing = Drawing(plan, backend, work, ends, Buffers(), frozenset(opaque))
        try:
            drawing.draw()
        except Untraceable:
            opaque.add(drawing.at)
        else:
            return drawing


class Drawing:
    """One drawing of a program. `types` are those of the slots.

    `opaque` are the classes of modules that cannot be traced, `at` is that which is lowered now.
    """

    def __init__(
        self,
        plan: Plan,
        backend: Backend,
        work: Work,
        ends: Ends,
        buffers: Buffers,
        opaque: frozenset[type],
    ) -> None:
        self.plan, self.backend, self.types = plan, backend, work.types
        self.buffers, self.opaque = buffers, opaque
        self.at: type = object
        self.xp: Any = backend.xp
        self.dtype = np.dtype(plan.dtype)
        self.seed = np.array(plan.seed_gradient, order="C")
        self._walk = Walk(self, work.units, ends.sources, ends.gradients)
        self._contexts: list[Context] = []
        self._calls: list[partial[Any]] = []
        self._commits: list[partial[Any]] = []
        self._turn = 0

    def draw(self) -> None:
        """Lower all units, then pull back through those on a path from what is trained."""
        self._walk.forward()
        self._turn = len(self._calls)
        assert self.plan.end is not None
        self._walk.totals[self.plan.end] = self.seed
        self._walk.reverse()
        self._walk.settle()

    @property
    def count(self) -> int:
        """How many calls there are so far."""
        return len(self._calls)

    def context(self, step: PlanStep) -> Context:
        """The surroundings of a step's node, which last as long as the program."""
        found = passes.context(self, step)
        if step.module.is_random:
            self._contexts.append(found)
        return found

    def read(self, slot: int) -> Array:
        """The value in a slot; a state's changes with every step."""
        return self._walk.values[slot]

    def add(self, function: Callable[..., object], /, *args: Any, **options: Any) -> None:
        """Add a call to the pass that is drawn."""
        self._calls.append(partial(function, *args, **options))

    def commit(self, function: Callable[..., object], /, *args: Any) -> None:
        """Add a call for when the step is known to be good."""
        self._commits.append(partial(function, *args))

    def touches(self) -> list[set[int]]:
        """Which buffers each call reads or writes."""
        return [self.buffers.touched((c.args, c.keywords.values())) for c in self._calls]

    def kept(self) -> set[int]:
        """The buffers that are read after the last call."""
        read = [(call.args, call.keywords.values()) for call in self._commits]
        return self.buffers.touched((self.read(self.plan.end or 0), read))

    def in_place(self, place: Place) -> list[bool]:
        """Of each unit, whether one of its results lies where one of its inputs did."""
        return self._walk.in_place(place)

    def program(self, place: Place, in_place: Sequence[bool]) -> Program:
        """What was drawn."""
        assert self.plan.end is not None
        calls: tuple[Call, ...] = tuple(self._calls)
        target = self.read(self.plan.end)
        counted = zip(self._walk.counts, in_place, strict=True)
        return Program(
            calls,
            self._turn,
            tuple(self._commits),
            tuple(self._contexts),
            target,
            place.nbytes,
            place.nbytes_alone,
            tuple(Counted(*counts, is_over) for counts, is_over in counted),
        )
