"""One walk over units: lowered in order, then pulled back; gradients add up by slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graph.initialise import sizes
from runtime.array import Array
from runtime.compiled.buffers import Place
from runtime.compiled.site import Pull, Site
from runtime.modules.door import repeated

if TYPE_CHECKING:
    from runtime.compiled.drawing import Drawing
    from runtime.compiled.units import Unit


class Walk:
    """Lowers units, whose calls go into a drawing.

    `values` are the arrays of the slots that are known before, and then of all. `homes` are where
    the gradients of some slots go in the end. `totals` are the gradients, as far as they have come.
    `counts` are the numbers of calls forward and reverse, by unit.
    """

    def __init__(
        self,
        drawing: Drawing,
        units: Sequence[Unit],
        values: Mapping[int, Array],
        homes: Mapping[int, Array],
    ) -> None:
        self.drawing, self.units, self.homes = drawing, units, homes
        self.values: dict[int, Array] = dict(values)
        self.totals: dict[int, Array] = {}
        self.counts: list[tuple[int, int]] = []
        self._homed: set[int] = set()
        self._pulls: list[Pull] = []

    def forward(self) -> None:
        """Lower all units."""
        for unit in self.units:
            start = self.drawing.count
            ins = tuple(self.values[slot] for slot in unit.inputs)
            self.drawing.at = type(unit.steps[0].module)
            outs, pull = unit.lower(Site(self, unit), ins)
            self.values.update(zip(unit.outputs, outs, strict=True))
            self._pulls.append(pull)
            self.counts.append((self.drawing.count - start, 0))

    def reverse(self) -> None:
        """Pull back through the units that a gradient reaches, and that lead to one wanted."""
        for place in reversed(range(len(self.units))):
            start = self.drawing.count
            self._pull(self.units[place], self._pulls[place])
            self.counts[place] = (self.counts[place][0], self.drawing.count - start)

    def _pull(self, unit: Unit, pull: Pull) -> None:
        gouts = tuple(self.totals.get(slot) for slot in unit.outputs)
        if any(unit.need) and any(gout is not None for gout in gouts):
            self.drawing.at = type(unit.steps[0].module)
            for slot, part in zip(unit.inputs, pull(gouts), strict=True):
                if part is not None:
                    self.arrive(slot, part)

    def in_place(self, place: Place) -> list[bool]:
        """Of each unit, whether one of its results lies where one of its inputs did."""
        number = self.drawing.buffers.number
        found = []
        for unit in self.units:
            ins = {number(self.values[slot]) for slot in unit.inputs}
            outs = (number(self.values[slot]) for slot in unit.outputs)
            found.append(any(place.lies_on(out, ins) for out in outs))
        return found

    def gradient(self, slot: int) -> Array:
        """A buffer for a part of a slot's gradient; the first part of one with a home is there."""
        home = self.homes.get(slot)
        if home is not None and slot not in self.totals and slot not in self._homed:
            self._homed.add(slot)
            return home
        type_ = self.drawing.types[slot]
        return self.drawing.buffers.make(sizes(type_), type_.dtype)

    def arrive(self, slot: int, part: Array) -> None:
        """Add a part to a slot's gradient; here broadcasting is undone."""
        shape = sizes(self.drawing.types[slot])
        if part.shape != shape:
            part = self._summed(part, shape, slot)
        before = self.totals.get(slot)
        if before is None:
            self.totals[slot] = part
            return
        total = before
        if before is not self.homes.get(slot):
            total = self.drawing.buffers.make(shape, part.dtype)
            self.drawing.buffers.may_lie(total, before)
        self.drawing.add(np.add, before, part, total)
        self.totals[slot] = total

    def settle(self) -> None:
        """Bring every gradient that has a home there."""
        for slot, home in self.homes.items():
            total = self.totals.get(slot)
            if total is None:
                self.drawing.add(np.copyto, home, np.zeros((), home.dtype))
            elif total is not home:
                self.drawing.add(np.copyto, home, total)

    def _summed(self, part: Array, shape: tuple[int, ...], slot: int) -> Array:
        axes = repeated(part.shape, shape)
        found = self.gradient(slot)
        kept = tuple(1 if axis in axes else size for axis, size in enumerate(part.shape))
        self.drawing.add(np.add.reduce, part, axes, None, found.reshape(kept), True)
        return found
