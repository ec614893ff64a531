"""From units to a program: every unit says its calls, forward and then back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.initialise import sizes
from runtime import passes
from runtime.array import Array
from runtime.backend import Backend
from runtime.compiled.buffers import Buffers
from runtime.compiled.notes import Untraceable
from runtime.compiled.program import Call, Program
from runtime.compiled.site import Pull, Site
from runtime.compiled.units import Unit
from runtime.modules.context import Context
from runtime.modules.door import repeated

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


def draw(plan: Plan, backend: Backend, units: Sequence[Unit], ends: Ends) -> Program:
    """The program of a plan's units."""
    first = _draft(plan, backend, units, ends)
    place = first.buffers.plan(first.touches(), first.kept())
    second = Drawing(plan, backend, units, ends, Buffers(place), first.opaque)
    second.draw()
    return second.program(place.nbytes)


def _draft(plan: Plan, backend: Backend, units: Sequence[Unit], ends: Ends) -> Drawing:
    """A first drawing; what turns out to be untraceable on the way is called as it is."""
    opaque: set[type] = set()
    while True:
        drawing = Drawing(plan, backend, units, ends, Buffers(), frozenset(opaque))
        try:
            drawing.draw()
        except Untraceable:
            opaque.add(drawing.at)
        else:
            return drawing


class Drawing:
    """One drawing of a program. `opaque` are the classes of modules that cannot be traced."""

    def __init__(
        self,
        plan: Plan,
        backend: Backend,
        units: Sequence[Unit],
        ends: Ends,
        buffers: Buffers,
        opaque: frozenset[type],
    ) -> None:
        self.plan, self.backend, self.units = plan, backend, units
        self.ends, self.buffers, self.opaque = ends, buffers, opaque
        self.at: type = object
        self.xp: Any = backend.xp
        self.dtype = np.dtype(plan.dtype)
        self.values: dict[int, Array] = dict(ends.sources)
        self.totals: dict[int, Array] = {}
        self.seed = np.array(plan.seed_gradient, order="C")
        self._contexts: list[Context] = []
        self._homed: set[int] = set()
        self._calls: list[partial[Any]] = []
        self._commits: list[partial[Any]] = []
        self._turn = 0

    def draw(self) -> None:
        """Lower all units, then pull back through those on a path from what is trained."""
        pulls: list[Pull] = []
        for unit in self.units:
            ins = tuple(self.values[slot] for slot in unit.inputs)
            self.at = type(unit.steps[0].module)
            outs, pull = unit.lower(Site(self, unit), ins)
            self.values.update(zip(unit.outputs, outs, strict=True))
            pulls.append(pull)
        self._turn = len(self._calls)
        assert self.plan.end is not None
        self.totals[self.plan.end] = self.seed
        for unit, pull in zip(reversed(self.units), reversed(pulls), strict=True):
            gouts = tuple(self.totals.get(slot) for slot in unit.outputs)
            self.at = type(unit.steps[0].module)
            if any(unit.need) and any(gout is not None for gout in gouts):
                parts = pull(gouts)
                for slot, part in zip(unit.inputs, parts, strict=True):
                    if part is not None:
                        self._arrive(slot, part)
        self._settle()

    def gradient(self, slot: int) -> Array:
        """A buffer for a part of a slot's gradient; the first part of a trained one has a home."""
        home = self.ends.gradients.get(slot)
        if home is not None and slot not in self.totals and slot not in self._homed:
            self._homed.add(slot)
            return home
        return self._made(slot)

    def context(self, step: PlanStep) -> Context:
        """The surroundings of a step's node, which last as long as the program."""
        found = passes.context(self, step)
        if step.module.is_random:
            self._contexts.append(found)
        return found

    def read(self, slot: int) -> Array:
        """The value in a slot; a state's changes with every step."""
        return self.values[slot]

    def add(self, call: partial[Any]) -> None:
        """Add a call to the pass that is drawn."""
        self._calls.append(call)

    def commit(self, call: partial[Any]) -> None:
        """Add a call for when the step is known to be good."""
        self._commits.append(call)

    def touches(self) -> list[set[int]]:
        """Which buffers each call reads or writes."""
        return [self.buffers.touched((c.args, c.keywords.values())) for c in self._calls]

    def kept(self) -> set[int]:
        """The buffers that are read after the last call."""
        read = [(call.args, call.keywords.values()) for call in self._commits]
        return self.buffers.touched((self.values[self.plan.end or 0], read))

    def program(self, nbytes: int) -> Program:
        """What was drawn."""
        assert self.plan.end is not None
        calls: tuple[Call, ...] = tuple(self._calls)
        target = self.values[self.plan.end]
        contexts = tuple(self._contexts)
        return Program(calls, self._turn, tuple(self._commits), contexts, target, nbytes)

    # --- inside ---------------------------------------------------------------------------

    def _made(self, slot: int) -> Array:
        type_ = self.plan.slots[slot]
        return self.buffers.make(sizes(type_), type_.dtype)

    def _arrive(self, slot: int, part: Array) -> None:
        """Add a part to a slot's gradient; here broadcasting is undone."""
        shape = sizes(self.plan.slots[slot])
        if part.shape != shape:
            part = self._summed(part, shape, slot)
        before = self.totals.get(slot)
        if before is None:
            self.totals[slot] = part
            return
        total = before
        if before is not self.ends.gradients.get(slot):
            total = self.buffers.make(shape, part.dtype)
            self.buffers.may_lie(total, before)
        self.add(partial(np.add, before, part, total))
        self.totals[slot] = total

    def _summed(self, part: Array, shape: tuple[int, ...], slot: int) -> Array:
        axes = repeated(part.shape, shape)
        found = self.gradient(slot)
        kept = tuple(1 if axis in axes else size for axis, size in enumerate(part.shape))
        self.add(partial(np.add.reduce, part, axes, None, found.reshape(kept), True))
        return found

    def _settle(self) -> None:
        """Bring every trained tensor's gradient to its home."""
        for slot, home in self.ends.gradients.items():
            total = self.totals.get(slot)
            if total is None:
                self.add(partial(np.copyto, home, 0))
            elif total is not home:
                self.add(partial(np.copyto, home, total))
