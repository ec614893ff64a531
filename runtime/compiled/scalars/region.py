"""Steps on single numbers as one unit of a compiled step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.compiled.scalars.playing import Playing
from runtime.compiled.scalars.stretches import stretches
from runtime.compiled.scalars.writing import Function, write
from runtime.compiled.site import Lowered, Site
from runtime.compiled.units import Unit
from runtime.modules.scalar import Scalar

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


@dataclass(eq=False)
class Region:
    """Steps in their order, with what each does; all their ports are single numbers in float64.

    `reads` are the slots that others write, `leaves` those that others read; `wants` all whose
    gradients are needed.
    """

    plan: Plan
    steps: Sequence[PlanStep]
    forms: Sequence[Scalar]
    reads: tuple[int, ...]
    leaves: tuple[int, ...]
    wants: Collection[int]
    _known: dict[tuple[int, ...], Function] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        plan: Plan,
        steps: Sequence[PlanStep],
        forms: Sequence[Scalar],
        leaving: Collection[int],
        wants: Collection[int],
    ) -> Region:
        """The region of some steps. `leaving` has, maybe among others, what is read elsewhere.

        Slots stand in order: those of parameters and of feeds lie side by side then.
        """
        made = {slot for step in steps for slot in step.outputs}
        reads = {slot for step in steps for slot in step.inputs} - made
        leaves = made.intersection(leaving)
        return cls(plan, steps, forms, tuple(sorted(reads)), tuple(sorted(leaves)), wants)

    def unit(self) -> Unit:
        """What is lowered."""
        asked = {
            slot
            for step in self.steps
            for slot, need in zip(step.inputs, step.need, strict=True)
            if need
        }
        need = tuple(slot in asked and slot in self.wants for slot in self.reads)
        return Unit(tuple(self.steps), self.reads, self.leaves, need, self.lower)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """One call for each pass."""
        playing = Playing(self)
        block = site.make((len(self.leaves),))
        site.call(playing.forward, stretches(ins), (block,))

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
            arrived = {s: g for s, g in zip(self.leaves, gouts, strict=True) if g is not None}
            playing.arriving = tuple(arrived)
            reached = self.function(playing.arriving).reached
            parts = tuple(
                site.gradient(place) if slot in reached else None
                for place, slot in enumerate(self.reads)
            )
            written = [part for part in parts if part is not None]
            site.call(playing.reverse, stretches(arrived.values()), stretches(written))
            return parts

        return tuple(block[place, ...] for place in range(len(self.leaves))), pull

    def function(self, arriving: tuple[int, ...]) -> Function:
        """Both passes as Python, where gradients come back to these left slots."""
        if arriving not in self._known:
            self._known[arriving] = write(
                self.steps, self.forms, self.reads, self.leaves, arriving, self.wants
            )
        return self._known[arriving]
