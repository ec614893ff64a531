"""What an earlier run computed, taken over by the next one where an edit cannot have changed it.

Numbers are not compared, but arrays: one that is the same holds the same numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runtime.array import Array
from runtime.feeds import same_bits, same_module
from runtime.records import Record

if TYPE_CHECKING:
    from runtime.modules.context import Context
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.tape import Tape
    from runtime.trace import Trace


class Earlier:
    """An earlier trace, as the tape of a run of the same graph or of a like one reads it."""

    def __init__(self, trace: Trace, tape: Tape) -> None:
        self._trace, self._tape = trace, tape
        self._records = trace.records
        self._recalled: dict[str, Record] = {}  # of what was taken over forward, by its step's key
        self._is_same_plan = trace.plan.slot_of is tape.plan.slot_of

    @classmethod
    def of(cls, trace: Trace | None, tape: Tape) -> Earlier | None:
        """None where it was made on another device, or in another dtype or mode."""
        plan = tape.plan
        if trace is None or trace.device != tape.backend.name:
            return None
        return cls(trace, tape) if (trace.dtype, trace.mode) == (plan.dtype, plan.mode) else None

    def forward(self, step: PlanStep) -> Record | None:
        """What a step computed, if the same module read the arrays that it would read now."""
        found, values = self._records.get(step.key), self._tape.values
        if found is None or (found.step is not step and not _is_like(found.step, step)):
            return None
        for slot, array in zip(step.inputs, found.ins, strict=True):
            if values[slot] is not array:
                return None
        if step.module.is_random and not self._draws_alike(found.context):
            return None
        if step.states and not self._has_states(step, found.context):
            return None
        self._recalled[step.key] = found
        return Record(step, found.context, found.ins, found.outs)

    def reverse(
        self, record: Record, gouts: tuple[Array | None, ...]
    ) -> tuple[Array | None, ...] | None:
        """What a step gave back, if it was recalled and the same arrived."""
        found = self._recalled.get(record.step.key)
        if found is None or found.gouts is None or not _same(gouts, found.gouts):
            return None
        return found.parts if found.step.need == record.step.need else None

    def total(self, slot: int, parts: list[Array]) -> Array | None:
        """The sum of several parts of a slot's gradient, if it was made of the same ones."""
        place = self._slot(slot)
        found = None if place is None else self._trace.terms.get(place)
        if place is None or found is None or parts[0] is not found[0] or not _same(parts, found):
            return None
        return self._trace.gradients.get(place)

    def seed(self, plan: Plan) -> Array | None:
        """dL/d(target) as it was taken to the device, if it holds the same numbers."""
        end, before = self._trace.plan.end, self._trace.plan.seed_gradient
        if end is None or before is None or self._trace.target != plan.target:
            return None
        is_same = plan.seed_gradient is not None and same_bits(before, plan.seed_gradient)
        first = self._trace.terms.get(end, (self._trace.gradients.get(end),))[0]
        return first if is_same else None

    def _slot(self, slot: int) -> int | None:
        """The number that a slot had in the earlier plan."""
        if self._is_same_plan:
            return slot
        return self._trace.plan.slot_of.get(self._tape.plan.owners[slot])

    def _draws_alike(self, ctx: Context) -> bool:
        """Whether masks drawn in an earlier run are those of this one."""
        return ctx.seed == self._tape.plan.seed and ctx.step == self._tape.training_step

    def _has_states(self, step: PlanStep, ctx: Context) -> bool:
        values = self._tape.values
        return all(values[slot] is ctx.state.get(name) for name, slot in step.states.items())


def _is_like(one: PlanStep, other: PlanStep) -> bool:
    return same_module(one.module, other.module) and len(one.inputs) == len(other.inputs)


def _same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(some) == len(others) and all(map(operator.is_, some, others))
