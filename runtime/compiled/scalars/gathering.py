"""Which steps compute with single numbers alone, and which of them are one unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from graph.port import PortType
from runtime.array import Array
from runtime.compiled.scalars.region import Region
from runtime.compiled.units import Unit, Work
from runtime.modules.scalar import Scalar

if TYPE_CHECKING:
    from runtime.plan import Plan

NUMBER = PortType("float64", ())
LEAST = 3  # fewer steps are as fast by NumPy: reading and writing arrays costs as much


def gathered(
    plan: Plan, work: Work, wants: Collection[int], constants: Mapping[int, Array]
) -> list[Unit]:
    """The units, those that compute with single numbers gathered, in an order that can run.

    Every unit has a stage: an odd one where it computes with single numbers, else an even one.
    What it reads is of its own stage or of one before. So the stages can run in turn, and an odd
    one all at once. `wants` are the slots whose gradients are needed, `constants` those that hold
    the same numbers in every step.
    """
    units = work.units
    numbers = frozenset(slot for slot, type_ in enumerate(work.types) if type_ == NUMBER)
    forms = {unit: form for unit in units if (form := _form(unit, numbers)) is not None}
    stages, leaving = _stages(units, forms)
    if plan.end is not None:
        leaving.add(plan.end)
    if not any(len(stage) >= LEAST for stage in stages[1::2]):
        return list(units)
    found: list[Unit] = []
    for number, stage in enumerate(stages):
        if number % 2 and len(stage) >= LEAST:
            steps, own = [unit.steps[0] for unit in stage], [forms[unit] for unit in stage]
            found.append(Region.of(plan, steps, own, leaving, wants, constants).unit())
        else:
            found += stage
    return found


def _form(unit: Unit, numbers: frozenset[int]) -> Scalar | None:
    """What a unit does with single numbers, if it is one step on their slots alone."""
    step = unit.steps[0]
    if len(unit.outputs) != 1 or (unit.inputs, unit.outputs) != (step.inputs, step.outputs):
        return None
    are_numbers = numbers.issuperset(unit.inputs) and numbers.issuperset(unit.outputs)
    return step.module.as_scalar() if are_numbers else None


def _stages(
    units: Sequence[Unit], forms: Mapping[Unit, Scalar]
) -> tuple[list[list[Unit]], set[int]]:
    """The units of each stage, and the slots that another stage reads than the one that writes."""
    stages: list[list[Unit]] = []
    leaving: set[int] = set()
    stage_of: dict[int, int] = {}
    for unit in units:
        came = max([stage_of.get(slot, 0) for slot in unit.inputs], default=0)
        own = came + (came + (unit in forms)) % 2
        while len(stages) <= own:
            stages.append([])
        stages[own].append(unit)
        for slot in unit.outputs:
            stage_of[slot] = own
        for slot in unit.inputs:
            if stage_of.get(slot, own) != own:
                leaving.add(slot)
    return stages, leaving
