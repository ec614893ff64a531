"""Steps on single numbers as one unit of a compiled step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.compiled.scalars.playing import Playing
from runtime.compiled.scalars.stretches import side_by_side
from runtime.compiled.scalars.writing import Body, Function, write
from runtime.compiled.site import Lowered, Site
from runtime.compiled.units import Unit
from runtime.modules.scalar import Scalar

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


@dataclass(frozen=True, eq=False)
class Region:
    """A part of a plan, and its functions by the left slots whose gradients come back."""

    plan: Plan
    body: Body
    _known: dict[tuple[int, ...], Function] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        plan: Plan,
        steps: Sequence[PlanStep],
        forms: Sequence[Scalar],
        leaving: Collection[int],
        wants: Collection[int],
        constants: Mapping[int, Array],
    ) -> Region:
        """The region of some steps. Of what is read elsewhere and of constants there may be more.

        Slots stand in order: those of parameters and of feeds lie side by side then.
        """
        made = {slot for step in steps for slot in step.outputs}
        reads = {slot for step in steps for slot in step.inputs} - made
        known = {slot: float(constants[slot]) for slot in reads & constants.keys()}
        places = tuple(sorted(reads - known.keys()))
        leaves = tuple(sorted(made.intersection(leaving)))
        return cls(plan, Body(steps, forms, places, leaves, wants, known))

    def unit(self) -> Unit:
        """What is lowered."""
        body = self.body
        asked = {
            slot
            for step in body.steps
            for slot, need in zip(step.inputs, step.need, strict=True)
            if need
        }
        need = tuple(slot in asked and slot in body.wants for slot in body.reads)
        return Unit(tuple(body.steps), body.reads, body.leaves, need, self.lower)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """One call for each pass."""
        playing = Playing(self)
        block = site.make((len(self.body.leaves),))
        site.call(playing.forward, side_by_side(ins), (block,))

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
            arrived = {s: g for s, g in zip(self.body.leaves, gouts, strict=True) if g is not None}
            playing.arriving = tuple(arrived)
            reached = self.function(playing.arriving).reached
            parts = tuple(
                site.gradient(place) if slot in reached else None
                for place, slot in enumerate(self.body.reads)
            )
            written = [part for part in parts if part is not None]
            site.call(playing.reverse, side_by_side(arrived.values()), side_by_side(written))
            return parts

        return tuple(block[place, ...] for place in range(len(self.body.leaves))), pull

    def function(self, arriving: tuple[int, ...]) -> Function:
        """Both passes as Python, where gradients come back to these left slots."""
        if arriving not in self._known:
            self._known[arriving] = write(self.body, arriving)
        return self._known[arriving]
