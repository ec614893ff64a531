"""The units of a plan inside time: what is done for all steps at once, and what step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortType
from graph.topology import components
from runtime.array import Array
from runtime.compiled.over_time.cells import itself
from runtime.compiled.over_time.loops import Loop
from runtime.compiled.over_time.series import series
from runtime.compiled.over_time.stacks import LowerAll, base_of, gather, handed_on, with_parts
from runtime.compiled.site import Lowered, Site
from runtime.compiled.units import Unit, Work, single

if TYPE_CHECKING:
    from runtime.compiled.passes import Simplified
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


def group(
    plan: Plan, simplified: Simplified, wants: Collection[int], sources: Mapping[int, Array]
) -> tuple[Work, dict[int, Array]]:
    """The units of a plan's steps, and the sources with what was laid side by side of them.

    `wants` are the slots whose gradient leads to a trained one.
    """
    steps = simplified.steps
    if all(step.t is None for step in steps):
        return Work([single(step, wants) for step in steps], plan.slots), dict(sources)
    constants = simplified.constants.keys()
    grouping = _Grouping(list(plan.slots), set(wants), dict(sources), constants)
    groups = _groups(steps)
    # A loop on single numbers is left to be one function, and with it all that it would join.
    numbers = [_on_numbers(plan, own) for own in groups]
    joined = any(on and _is_loop(own) for on, own in zip(numbers, groups, strict=True))
    for own, on in zip(groups, numbers, strict=True):
        if joined and on:
            grouping.units += [single(step, wants) for step in own]
        else:
            grouping.add(own)
    return Work(grouping.finished(plan.end), grouping.types), grouping.sources


def _groups(steps: Sequence[PlanStep]) -> list[list[PlanStep]]:
    """The steps of nodes that lead to each other, each group after all that lead to it."""
    makers = {slot: step.node for step in steps for slot in step.outputs}
    before: dict[str, dict[str, None]] = {}
    for step in steps:
        own = before.setdefault(step.node, {})
        own.update((makers[slot], None) for slot in step.inputs if slot in makers)
    place = {}
    groups: list[list[PlanStep]] = []
    for nodes in components(before):
        place.update(dict.fromkeys(nodes, len(groups)))
        groups.append([])
    for step in steps:
        groups[place[step.node]].append(step)
    return groups


@dataclass
class _Grouping:
    """Units as they are found, and the slots of stacks, which come after those of the plan."""

    types: list[PortType]
    wants: set[int]
    sources: dict[int, Array]
    constants: Collection[int]
    units: list[Unit] = field(default_factory=list)
    _stacks: dict[tuple[int, ...], int] = field(default_factory=dict)
    _made: dict[int, LowerAll] = field(default_factory=dict)  # a unit's place -> how it is lowered
    _gathered: dict[tuple[tuple[int, ...], tuple[bool, ...]], int] = field(default_factory=dict)

    def add(self, steps: list[PlanStep]) -> None:
        """The units of one group."""
        first = steps[0]
        if first.t is None:
            self._outside(first)
        elif not _is_loop(steps):
            self._series(steps)
        elif (found := itself(steps)) is None:
            self._loop(steps)
        else:
            x = self._together(steps, 0)
            self._stacked(steps, (x, *first.inputs[1:]), found.lower)

    def finished(self, end: int | None) -> list[Unit]:
        """All units; those that make stacks also give the single steps that somebody reads."""
        read = {slot for unit in self.units for slot in unit.inputs} | {end}
        found = []
        for place, unit in enumerate(self.units):
            if place in self._made:
                own = [step.outputs for step in unit.steps]
                picks = [
                    (port, t)
                    for t, slots in enumerate(own)
                    for port, slot in enumerate(slots)
                    if slot in read
                ]
                outputs = (*unit.outputs, *(own[t][port] for port, t in picks))
                lower = partial(with_parts, self._made[place], picks)
                unit = replace(unit, outputs=outputs, lower=lower)
            elif unit.lower is _unfinished:
                slots = (slot for step in unit.steps for slot in step.outputs)
                outputs = tuple(slot for slot in slots if slot in read)
                loop = Loop(unit.steps, unit.inputs, outputs, self.wants)
                unit = replace(unit, outputs=outputs, lower=loop.lower)
            found.append(unit)
        return found

    # --- one kind of group each --------------------------------------------------------------

    def _outside(self, step: PlanStep) -> None:
        if not step.leads_out or len(step.inputs) == 1:
            self.units.append(single(step, self.wants))
            return
        stack = self._stack_of((step,), step.inputs, step.need)
        need = (any(step.need) and stack in self.wants,)
        self.units.append(Unit((step,), (stack,), step.outputs, need, handed_on))

    def _series(self, steps: list[PlanStep]) -> None:
        """All steps at once, if the module can; else each by itself."""
        columns = list(zip(*(step.inputs for step in steps), strict=True))
        varies = tuple(len(set(column)) > 1 for column in columns)
        found = series(steps, varies) if len(steps) > 1 else None
        if found is None:
            self.units += [single(step, self.wants) for step in steps]
            return
        inputs = tuple(
            self._together(steps, place) if does else steps[0].inputs[place]
            for place, does in enumerate(varies)
        )
        outputs = self._stacked(steps, inputs, found.lower)
        found = replace(found, step=replace(found.step, inputs=inputs, outputs=outputs))
        self._made[len(self.units) - 1] = found.lower

    def _loop(self, steps: list[PlanStep]) -> None:
        own = {slot for step in steps for slot in step.outputs}
        need: dict[int, bool] = {}
        for step in steps:
            for slot, does in zip(step.inputs, step.need, strict=True):
                if slot not in own:
                    need[slot] = need.get(slot, False) or (does and slot in self.wants)
        unit = Unit(tuple(steps), tuple(need), (), tuple(need.values()), _unfinished)
        self.units.append(unit)

    # --- stacks ------------------------------------------------------------------------------

    def _stacked(
        self, steps: Sequence[PlanStep], inputs: tuple[int, ...], lower: LowerAll
    ) -> tuple[int, ...]:
        """A unit whose outputs are stacks; their slots."""
        columns = list(zip(*(step.outputs for step in steps), strict=True))
        outputs = tuple(self._new(column) for column in columns)
        self._stacks.update(zip(columns, outputs, strict=True))
        needs = zip(*(step.need for step in steps), strict=True)
        need = tuple(
            any(column) and slot in self.wants for column, slot in zip(needs, inputs, strict=True)
        )
        self._made[len(self.units)] = lower
        self.units.append(Unit(tuple(steps), inputs, outputs, need, _unfinished))
        return outputs

    def _together(self, steps: Sequence[PlanStep], place: int) -> int:
        """The slot of a stack of what an input reads at all steps."""
        slots, need = zip(*((step.inputs[place], step.need[place]) for step in steps), strict=True)
        return self._stack_of(steps, slots, need)

    def _stack_of(
        self, readers: Sequence[PlanStep], slots: tuple[int, ...], need: tuple[bool, ...]
    ) -> int:
        """The slot of a stack of steps: one that is there, sources side by side, or copies."""
        known = self._stacks.get(slots)
        if known is not None and (all(need) or known not in self.wants):
            return known
        need = tuple(n and slot in self.wants for n, slot in zip(need, slots, strict=True))
        if not any(need) and all(slot in self.sources for slot in slots):
            base = self._base(slots)
            if base is not None:
                found = self._new(slots)
                self._stacks[slots], self.sources[found] = found, base
                return found
        if (slots, need) not in self._gathered:
            found = self._new(slots)
            self._gathered[slots, need] = found
            self.units.append(Unit(tuple(readers), slots, (found,), need, gather))
        return self._gathered[slots, need]

    def _base(self, slots: tuple[int, ...]) -> Array | None:
        arrays = [self.sources[slot] for slot in slots]
        if all(slot in self.constants for slot in slots):
            return np.stack(arrays)
        return base_of(arrays)

    def _new(self, slots: Sequence[int]) -> int:
        """A slot for a stack."""
        one = self.types[slots[0]]
        self.types.append(PortType(one.dtype, (len(slots), *one.shape)))
        found = len(self.types) - 1
        if not self.wants.isdisjoint(slots):
            self.wants.add(found)
        return found


def _on_numbers(plan: Plan, steps: Sequence[PlanStep]) -> bool:
    """Whether steps compute with single numbers alone, which Python does best."""
    slots = {slot for step in steps for slot in (*step.inputs, *step.outputs)}
    types = [plan.slots[slot] for slot in slots]
    are_numbers = all(not type_.shape and type_.dtype == "float64" for type_ in types)
    return are_numbers and all(step.module.as_scalar() is not None for step in steps)


def _is_loop(steps: Sequence[PlanStep]) -> bool:
    """Whether a group's steps lead to each other over time."""
    own = {slot for step in steps for slot in step.outputs}
    return any(slot in own for step in steps for slot in step.inputs)


def _unfinished(site: Site, ins: tuple[Array, ...]) -> Lowered:
    """Stands in a unit until it is known which of its steps others read."""
    raise AssertionError
