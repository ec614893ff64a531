"""What a compiled step is made of: the steps of a plan that a training needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from graph.port import PortType
from runtime.array import Array
from runtime.compiled import plain, traced
from runtime.compiled.site import Lowered, Site

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan

Lower = Callable[[Site, tuple[Array, ...]], Lowered]


@dataclass(frozen=True, eq=False)
class Unit:
    """What is lowered as one: a step, or several that are computed together.

    `inputs` and `outputs` are the slots that it reads and those that others read of it, in the
    order of what `lower` is given and gives back. `need` says which inputs want a gradient.
    """

    steps: tuple[PlanStep, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    need: tuple[bool, ...]
    lower: Lower


@dataclass(frozen=True, eq=False)
class Work:
    """What is drawn: units in order, and the types of all slots that they read and write."""

    units: Sequence[Unit]
    types: Sequence[PortType]


def single(step: PlanStep, wants: Collection[int]) -> Unit:
    """The unit of one step."""
    need = tuple(n and slot in wants for n, slot in zip(step.need, step.inputs, strict=True))
    return Unit((step,), step.inputs, step.outputs, need, partial(lower, step))


def lower(step: PlanStep, site: Site, ins: tuple[Array, ...]) -> Lowered:
    """A step as its module says it, else as its forward and vjp do, traced or called."""
    found = step.module.lower(site, ins)
    if found is None:
        way = plain if site.is_opaque(type(step.module)) else traced
        found = way.lower(site, step, ins)
    return found


def needed(plan: Plan) -> list[PlanStep]:
    """The steps that the target depends on, in order, and those that change a state."""
    asked = {plan.end}
    found = []
    for step in reversed(plan.forward):
        changes = bool(step.states) and plan.mode == "train"
        if changes or not asked.isdisjoint(step.outputs):
            asked.update(step.inputs)
            found.append(step)
    return found[::-1]


def read_by(plan: Plan, steps: Iterable[PlanStep]) -> frozenset[int]:
    """The slots whose values are read: by these steps, or as what is differentiated."""
    found = {slot for step in steps for slot in (*step.inputs, *step.states.values())}
    return frozenset(found if plan.end is None else found | {plan.end})


def wanted(steps: Sequence[PlanStep], trained: Collection[int]) -> frozenset[int]:
    """The slots whose gradient leads to that of a trained one."""
    found = set(trained)
    for step in steps:
        if any(step.need) and not found.isdisjoint(step.inputs):
            found.update(step.outputs)
    return frozenset(found)
