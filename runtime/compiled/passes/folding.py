"""Constants folded: what depends on nothing that a training changes is computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runtime import passes
from runtime.array import Array
from runtime.backend import Backend
from runtime.compiled.passes.whole import reached
from runtime.numbering import PlanStep

if TYPE_CHECKING:
    from runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class _Values:
    """Constants by slot, for the steps that read them."""

    plan: Plan
    backend: Backend
    known: Mapping[int, Array]

    def read(self, slot: int) -> Array:
        return self.known[slot]


def fold(
    plan: Plan, backend: Backend, steps: Sequence[PlanStep], constants: Mapping[int, Array]
) -> tuple[list[PlanStep], dict[int, Array]]:
    """The steps that remain, and all slots that hold the same numbers in every training step.

    `constants` are those among the sources. A step that fails is left to fail when it runs.
    """
    if not constants:
        return list(steps), {}
    known = dict(constants)
    written = {slot for step in steps for slot in step.outputs}
    changing = {slot for step in steps for slot in step.inputs} - written - known.keys()
    fixed = [step.node for step in steps if step.module.is_random or step.states]
    varying = reached(steps, changing, fixed)
    values = _Values(plan, backend, known)
    left: list[PlanStep] = []
    for step in steps:
        is_constant = step.node not in varying and all(slot in known for slot in step.inputs)
        outs = _computed(values, step) if is_constant else None
        if outs is None:
            left.append(step)
        else:
            known.update(zip(step.outputs, outs, strict=True))
    return left, known


def _computed(values: _Values, step: PlanStep) -> tuple[Array, ...] | None:
    """What a step gives: copies in C order, read-only; None where it fails."""
    ins = tuple(values.known[slot] for slot in step.inputs)
    try:
        with np.errstate(all="ignore"):
            outs = step.module.forward(passes.context(values, step), ins)
    except Exception:  # the module refuses numbers: the first run says so, naming the node
        return None
    types = (values.plan.slots[slot].dtype for slot in step.outputs)
    found = tuple(np.array(out, dtype, order="C") for out, dtype in zip(outs, types, strict=True))
    for array in found:
        array.flags.writeable = False
    return found
