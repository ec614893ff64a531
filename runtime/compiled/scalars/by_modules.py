"""A region's steps by their modules' own forward and vjp: slow, for numbers that are not finite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from runtime import passes
from runtime.array import Array
from runtime.backend import CPU

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.records import Record


class ByModules:
    """Both passes through some steps, from the numbers of the slots that they read."""

    backend = CPU

    def __init__(self, plan: Plan, steps: Sequence[PlanStep], numbers: Mapping[int, float]) -> None:
        self.plan = plan
        self._slots: dict[int, Array] = {slot: np.array(x) for slot, x in numbers.items()}
        self._records: list[Record] = []
        for step in steps:
            record = passes.compute(self, step, tuple(self.read(slot) for slot in step.inputs))
            self._records.append(record)
            self._slots.update(zip(step.outputs, record.outs, strict=True))

    def read(self, slot: int) -> Array:
        """The value in a slot."""
        return self._slots[slot]

    def values(self, slots: Iterable[int]) -> list[float]:
        """The numbers in some slots."""
        return [float(self._slots[slot]) for slot in slots]

    def gradients(self, arrived: Mapping[int, float], slots: Iterable[int]) -> list[float]:
        """The gradients of some slots, from those that arrive; 0 where none gets to."""
        totals = {slot: np.array(gradient) for slot, gradient in arrived.items()}
        for record in reversed(self._records):
            gouts = tuple(totals.get(slot) for slot in record.step.outputs)
            parts = passes.pull_back(record.step, record.context, gouts, record.needed())
            for slot, part in zip(record.step.inputs, parts, strict=True):
                if part is not None:
                    totals[slot] = np.asarray(totals[slot] + part if slot in totals else part)
        return [float(totals.get(slot, 0.0)) for slot in slots]
