"""Common subexpressions shared: what several nodes compute from the same is computed once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.array import Array
from runtime.compiled.passes.whole import steps_of
from runtime.numbering import PlanStep

LARGEST = 4096  # bytes of constants that are compared number by number
MOST_ROUNDS = 4


def share(
    steps: Sequence[PlanStep], constants: Mapping[int, Array], end: int | None
) -> tuple[list[PlanStep], dict[str, str]]:
    """The steps that remain, reading from those that are shared; which step each other is now.

    Two steps give the same if their modules and settings are alike and they read the same slots,
    or constants of the same numbers. What draws random numbers, changes states or is
    differentiated (`end`) stays.
    """
    own = {step.node for step in steps if step.module.is_random or step.states}
    own.update(step.node for step in steps if end in step.outputs)
    for _ in range(MOST_ROUNDS):
        found = _Sharing(constants, own).of(steps)
        in_part = found.in_part(steps)
        if not in_part:
            return found.left, found.shared
        own |= in_part
    own.update(step.node for step in steps if step.t is not None)
    found = _Sharing(constants, own).of(steps)
    return found.left, found.shared


@dataclass
class _Sharing:
    """One walk over the steps; the nodes `own` keep theirs."""

    constants: Mapping[int, Array]
    own: Collection[str]
    left: list[PlanStep] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)  # a step's key -> that of the one it is
    _first: dict[Any, PlanStep] = field(default_factory=dict)
    _slots: dict[int, int] = field(default_factory=dict)
    _meaning: dict[int, Any] = field(default_factory=dict)
    _partners: dict[str, set[tuple[str, bool]]] = field(default_factory=dict)

    def of(self, steps: Sequence[PlanStep]) -> _Sharing:
        for step in steps:
            inputs = tuple(self._slots.get(slot, slot) for slot in step.inputs)
            first = self._first.setdefault(self._key(step, inputs), step)
            if first is step or step.node in self.own or first.node in self.own:
                same = inputs == step.inputs
                self.left.append(step if same else replace(step, inputs=inputs))
            else:
                self.shared[step.key] = first.key
                self._slots.update(zip(step.outputs, first.outputs, strict=True))
                partner = (first.node, first.t == step.t)
                self._partners.setdefault(step.node, set()).add(partner)
        return self

    def in_part(self, steps: Sequence[PlanStep]) -> set[str]:
        """Nodes inside time that are not at every step the same other node."""
        found = set()
        for node, own in steps_of(step for step in steps if step.t is not None).items():
            partners = self._partners.get(node, set())
            count = sum(step.key in self.shared for step in own)
            if count and (count < len(own) or len(partners) > 1 or not next(iter(partners))[1]):
                found.add(node)
        return found

    def _key(self, step: PlanStep, inputs: tuple[int, ...]) -> Any:
        module = step.module
        shapes = tuple(step.shapes[name] for name in step.output_names)
        read = [(self._read(slot), need) for slot, need in zip(inputs, step.need, strict=True)]
        if module.commutes:
            read.sort(key=repr)
        return type(module), repr(module.settings), shapes, tuple(read)

    def _read(self, slot: int) -> Any:
        """What stands for a slot: its number, or the numbers in it where it is constant."""
        if slot not in self._meaning:
            array = self.constants.get(slot)
            if array is None or array.nbytes > LARGEST:
                self._meaning[slot] = slot
            else:
                self._meaning[slot] = (array.dtype.str, array.shape, array.tobytes())
        return self._meaning[slot]
