"""What a run does in which order, what it keeps of it, and when it lets go.

The forward pass is cut into segments behind each checkpoint. Kept of it are the checkpoints and
the last segment; before a segment's reverse steps what these read is computed again, from the
checkpoints before it (Griewank and Walther, Evaluating Derivatives, ch. 12; Chen et al.,
arXiv:1604.06174). Everything goes after the last action that reads it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from runtime.moments import apart

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan

Item = int | str
"""What can be kept: the value of a slot, or, by a step's key, what its module kept besides."""

Kind = Literal["forward", "recompute", "reverse"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a run does. `writes` are the items kept of it, `drops` what goes after it."""

    kind: Kind
    step: PlanStep
    reads: tuple[Item, ...]
    writes: tuple[Item, ...]
    drops: tuple[Item, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Schedule:
    """All actions of a run in order. `checkpoints` are the slots that stay from the forward pass.

    `skipped` are the steps that the target does not depend on: a run for its gradient alone
    leaves them out.
    """

    actions: tuple[Action, ...]
    checkpoints: frozenset[int]
    skipped: tuple[PlanStep, ...]

    @property
    def recomputed(self) -> tuple[PlanStep, ...]:
        """The steps that are computed again, each as often as it is."""
        return tuple(action.step for action in self.actions if action.kind == "recompute")


def make_schedule(plan: Plan, checkpoints: Collection[str] = ()) -> Schedule:
    """What a run does that keeps these nodes' outputs; without any it stores all it will read.

    A checkpoint is a node's address; at an instance the outputs of its inside are kept, inside
    time those of all steps. Addresses that do not run count for nothing. The plan has a target.
    """
    return _Scheduling(plan, checkpoint_slots(plan, checkpoints)).schedule()


def checkpoint_slots(plan: Plan, checkpoints: Collection[str]) -> frozenset[int]:
    """The slots that checkpoints write."""
    wanted = set(checkpoints)
    writers = wanted | {
        inner.node for whole, inner in plan.flat.outputs.items() if whole.node in wanted
    }
    whole = {inner for whole, inner in plan.flat.outputs.items() if whole.node in wanted}
    return frozenset(
        slot
        for step in plan.forward
        if step.node in writers
        for ref, slot in zip(step.writes, step.outputs, strict=True)
        if step.node in wanted or apart(ref)[0] in whole
    )


def reads_back(step: PlanStep) -> Iterator[Item]:
    """What a reverse step reads: what its module says that it keeps."""
    names, slots = (*step.input_names, *step.output_names), (*step.inputs, *step.outputs)
    named = dict(zip(names, slots, strict=True))
    for name in step.module.keeps:
        if name in named or name not in step.module.ports:
            yield named.get(name, step.key)


def numbers_of(step: PlanStep) -> int:
    """How many numbers a step gives: what computing it again costs."""
    return sum(math.prod(step.shapes[name]) for name in step.output_names)


def wanted_steps(plan: Plan) -> list[PlanStep]:
    """The forward steps that the target depends on, in order."""
    read = {plan.end}
    found = []
    for step in reversed(plan.forward):
        if not read.isdisjoint(step.outputs):
            read.update(step.inputs)
            found.append(step)
    return found[::-1]


class _Scheduling:
    """The making of one schedule."""

    def __init__(self, plan: Plan, checkpoints: frozenset[int]) -> None:
        self.plan, self.checkpoints = plan, checkpoints
        self.steps = wanted_steps(plan)
        self.place = {step.key: place for place, step in enumerate(self.steps)}
        self.writer = {slot: step for step in self.steps for slot in step.outputs}
        self.segment: list[int] = []
        count = 0
        for step in self.steps:
            self.segment.append(count)
            count += not checkpoints.isdisjoint(step.outputs)
        self.kept = {step.key: tuple(dict.fromkeys(reads_back(step))) for step in plan.reverse}

    def schedule(self) -> Schedule:
        actions = [
            Action("forward", step, self.inputs(step), (*step.outputs, *self.besides(step)))
            for step in self.steps
        ]
        last = self.segment[-1] if self.segment else 0
        pending: dict[int, list[PlanStep]] = {}
        for step in self.plan.reverse:
            pending.setdefault(self.segment[self.place[step.key]], []).append(step)
        for number, steps in pending.items():  # the last first, as the reverse pass goes
            actions += self.recompute(steps, self.stored(last) if number == last else set())
            actions += (Action("reverse", step, self.items(step), ()) for step in steps)
        skipped = tuple(step for step in self.plan.forward if step.key not in self.place)
        assert self.plan.end is not None
        return Schedule(tuple(_dropping(actions, self.plan.end)), self.checkpoints, skipped)

    def items(self, step: PlanStep) -> tuple[Item, ...]:
        """What a reverse step reads and a step wrote; sources are there anyway."""
        return tuple(x for x in self.kept[step.key] if isinstance(x, str) or x in self.writer)

    def inputs(self, step: PlanStep) -> tuple[Item, ...]:
        return tuple(slot for slot in step.inputs if slot in self.writer)

    def besides(self, step: PlanStep) -> tuple[Item, ...]:
        """The step's key, where its module keeps something besides its ports."""
        return tuple(item for item in self.kept.get(step.key, ()) if isinstance(item, str))

    def stored(self, last: int) -> set[Item]:
        """What the last segment wrote: it is kept, for its reverse steps come next."""
        return {
            item
            for step, segment in zip(self.steps, self.segment, strict=True)
            if segment == last
            for item in (*step.outputs, *self.besides(step))
        }

    def recompute(self, steps: Iterable[PlanStep], stored: set[Item]) -> Iterator[Action]:
        """What is computed again before these reverse steps, in the order of the forward pass."""
        missing: dict[str, list[Item]] = {}
        waiting = [item for step in steps for item in self.items(step)]
        seen: set[Item] = set()
        while waiting:
            item = waiting.pop()
            if item in seen or item in stored or item in self.checkpoints:
                continue
            seen.add(item)
            key = item if isinstance(item, str) else self.writer[item].key
            missing.setdefault(key, []).append(item)
            waiting.extend(self.inputs(self.steps[self.place[key]]))
        for key in sorted(missing, key=self.place.__getitem__):
            step = self.steps[self.place[key]]
            yield Action("recompute", step, self.inputs(step), tuple(missing[key]))


def _dropping(actions: list[Action], end: int) -> list[Action]:
    """The same with what goes after each: what is read no more before it is written again."""
    live: set[Item] = {end}
    found = []
    for action in reversed(actions):
        used = dict.fromkeys((*action.reads, *action.writes))
        drops = tuple(item for item in used if item not in live)
        live.difference_update(action.writes)
        live.update(action.reads)
        found.append(Action(action.kind, action.step, action.reads, action.writes, drops))
    return found[::-1]
