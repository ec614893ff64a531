"""Recurrent cells in a compiled step: one step, or all steps of a cell that feeds itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.compiled.over_time.kinds import GRUSweep, LSTMSweep, RNNSweep
from runtime.compiled.over_time.stacks import Comes, PullAll
from runtime.compiled.over_time.sweep import Sweep
from runtime.compiled.site import Lowered, Site
from runtime.modules.cell import Cell
from runtime.modules.recurrent import GRUCell, LSTMCell, RNNCell

if TYPE_CHECKING:
    from runtime.numbering import PlanStep

KINDS: dict[type, type[Sweep]] = {RNNCell: RNNSweep, GRUCell: GRUSweep, LSTMCell: LSTMSweep}


def lower_cell(cell: Cell, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
    """One step of a cell, which is a sweep of one; None for a kind that has none."""
    kind = KINDS.get(type(cell))
    if kind is None:
        return None
    sweep = kind(site, cell, (ins[0][None], *ins[1:]), (True,))
    outs = tuple(stack[0] for stack in sweep.forward())

    def pull(gouts: tuple[Array | None, ...]) -> list[Array | None]:
        return sweep.reverse([[[] if gout is None else [gout]] for gout in gouts])

    return outs, pull


@dataclass(frozen=True)
class Itself:
    """All steps of a cell whose state comes back to it one step later, and goes nowhere else.

    `inputs` are slots as the cell's wired ports say, that of `x` being a stack's; `through` says
    at which steps the state's gradient goes back to the step before.
    """

    cell: Cell
    kind: type[Sweep]
    through: tuple[bool, ...]

    def lower(self, site: Site, ins: tuple[Array, ...]) -> tuple[Sequence[Array], PullAll]:
        """Outputs are stacks."""
        sweep = self.kind(site, self.cell, ins, self.through)
        outs = sweep.forward()

        def pull(comes: Sequence[Comes]) -> list[Array | None]:
            return sweep.reverse([[one.at(t) for t in range(sweep.steps)] for one in comes])

        return outs, pull


def itself(steps: Sequence[PlanStep]) -> Itself | None:
    """A cell's steps as one, if its state of each step but the first is its own of the one before.

    The input must be nothing that the cell itself gives.
    """
    first = steps[0]
    cell, names = first.module, first.input_names
    kind = KINDS.get(type(cell))
    if kind is None or not isinstance(cell, Cell):
        return None
    own = {slot for step in steps for slot in step.outputs}
    count = len(kind.states)
    for before, step in itertools.pairwise(steps):
        is_regular = (
            step.node == first.node
            and step.module is cell
            and step.inputs[1 : 1 + count] == before.outputs
            and step.inputs[1 + count :] == first.inputs[1 + count :]
            and len(set(step.need[1 : 1 + count])) == 1
        )
        if not is_regular:
            return None
    is_fed = own.isdisjoint(first.inputs) and own.isdisjoint(step.inputs[0] for step in steps)
    if not is_fed or names[1 : 1 + count] != kind.states:
        return None
    return Itself(cell, kind, tuple(step.need[1] for step in steps))
