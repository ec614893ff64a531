"""All passes in their order, from the steps of a plan to those that are lowered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.backend import Backend
from runtime.compiled.passes.folding import fold
from runtime.compiled.passes.joining import join
from runtime.compiled.passes.sharing import share
from runtime.numbering import PlanStep

if TYPE_CHECKING:
    from runtime.plan import Plan


@dataclass(frozen=True, eq=False)
class Simplified:
    """The steps that are lowered, and what became of the others, by their keys.

    `constants` are the slots that hold the same numbers in every step and are still read. A step
    that is `shared` is the other one now, one that is `joined` a part of it.
    """

    steps: tuple[PlanStep, ...]
    constants: Mapping[int, Array]
    folded: frozenset[str]
    shared: Mapping[str, str]
    joined: Mapping[str, str]


def simplify(
    plan: Plan, backend: Backend, steps: Sequence[PlanStep], constants: Mapping[int, Array]
) -> Simplified:
    """Fold, share, join. `constants` are the sources that no training step changes, by slot."""
    left, known = fold(plan, backend, steps, constants)
    folded = frozenset(step.key for step in steps) - {step.key for step in left}
    left, shared = share(left, known, plan.end)
    left, joined = join(left, plan.end)
    read = {plan.end, *(slot for step in left for slot in (*step.inputs, *step.states.values()))}
    still = {slot: array for slot, array in known.items() if slot in read}
    return Simplified(tuple(left), still, folded, shared, joined)
