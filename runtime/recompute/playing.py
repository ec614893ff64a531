"""A run by a schedule: it holds what the schedule keeps, and counts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime import passes
from runtime.array import Array
from runtime.backend import Backend, to_numpy
from runtime.errors import RunError
from runtime.feeds import Host, Loaded, frozen
from runtime.modules.context import Context
from runtime.recompute.held import Held, block
from runtime.recompute.schedule import Action, Item, Kind, Schedule
from runtime.records import Phase, Watch
from runtime.tape import explain

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Moment:
    """What an action held in memory while it was done: bytes of values, and of gradients.

    Inputs and parameters do not count: they are there before a run and after it.
    """

    kind: Kind
    node: str
    t: int | None
    values: int
    gradients: int

    @property
    def nbytes(self) -> int:
        """All that was held."""
        return self.values + self.gradients


@dataclass(frozen=True, eq=False, repr=False)
class KeptRun:
    """A finished run by a schedule: the target's value, gradients, and what was held when.

    `gradients` are those that no step takes further, by port: of sources, parameters first of all.
    """

    plan: Plan
    schedule: Schedule
    target: Host
    gradients: Mapping[PortRef, Host]
    moments: tuple[Moment, ...]

    @property
    def peak(self) -> int:
        """The most bytes held at any moment."""
        return max((moment.nbytes for moment in self.moments), default=0)


@dataclass
class Playing:
    """A run under way. `values` and `totals` are by slot; what is not there was let go.

    Without `counts` nothing is counted, for who wants to know how long a run takes.

    The same computations as in a run that keeps everything, in the same order of additions, so
    that every gradient is the same bit for bit: masks come from streams keyed by address, and
    state is read, never committed.
    """

    plan: Plan
    backend: Backend
    schedule: Schedule
    loaded: Mapping[PortRef, Loaded]
    counts: bool = True
    values: dict[int, Array] = field(default_factory=dict)
    totals: dict[int, Array] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        for known in self.loaded.values():
            self.values[known.source.slot] = known.array
        self._contexts: dict[str, Context] = {}
        given = [block(known.array)[0] for known in self.loaded.values()]
        self._values, self._all = Held(given), Held(given)

    def read(self, slot: int) -> Array:
        """The value in a slot."""
        return self.values[slot]

    def play(self, watch: Watch | None = None) -> Iterator[Moment]:
        """Do one action after the other; raises `RunError` naming the node whose step failed."""
        for action in self.schedule.actions:
            if watch is not None:
                watch(action)
            with self.backend.active(), np.errstate(all="ignore"):
                self._do(action)
            step = action.step
            values = self._values.nbytes
            now = Moment(action.kind, step.node, step.t, values, self._all.nbytes - values)
            self.moments.append(now)
            yield now
            self._let_go(action)

    def finish(self, watch: Watch | None = None) -> KeptRun:
        """Do all actions; the result."""
        for _ in self.play(watch):
            pass
        return self.result()

    def result(self) -> KeptRun:
        """What is left when all actions are done."""
        assert self.plan.end is not None
        names = {slot: ref for ref, slot in reversed(tuple(self.plan.slot_of.items()))}
        gradients = {names[slot]: _host(total) for slot, total in self.totals.items()}
        target = _host(self.values[self.plan.end])
        return KeptRun(self.plan, self.schedule, target, gradients, tuple(self.moments))

    def _do(self, action: Action) -> None:
        try:
            if action.kind == "reverse":
                self._reverse(action.step)
            else:
                self._forward(action.step, action.writes)
        except Exception as error:
            phase: Phase = "reverse" if action.kind == "reverse" else "forward"
            text = explain(action.step.node, phase, error)
            raise RunError(text, node=action.step.node) from error

    def _forward(self, step: PlanStep, writes: tuple[Item, ...]) -> None:
        record = passes.compute(self, step, tuple(self.values[slot] for slot in step.inputs))
        for slot, out in zip(step.outputs, record.outs, strict=True):
            if slot in writes:
                self.values[slot] = out
                self._hold(slot, [out])
        if step.key in writes:
            self._contexts[step.key] = record.context
            self._hold(step.key, record.context.kept.values())

    def _hold(self, item: Item, arrays: Iterable[Array]) -> None:
        if self.counts:
            blocks = list(map(block, arrays))
            self._values.put(item, blocks)
            self._all.put(item, blocks)

    def _reverse(self, step: PlanStep) -> None:
        if step is self.plan.reverse[0]:
            assert self.plan.end is not None
            self._add(self.plan.end, frozen(self.backend.asarray(self.plan.seed_gradient)))
        ctx = self._contexts.get(step.key) or passes.context(self, step)
        names = (*step.input_names, *step.output_names)
        slots = zip(names, (*step.inputs, *step.outputs), strict=True)
        kept = {name: self.values[slot] for name, slot in slots if name in step.module.keeps}
        gouts = tuple(self.totals.get(slot) for slot in step.outputs)
        parts = passes.pull_back(step, ctx, gouts, {**kept, **ctx.kept})
        for slot, part in zip(step.inputs, parts, strict=True):
            if part is not None:
                self._add(slot, part)

    def _add(self, slot: int, part: Array) -> None:
        """Add to a slot's gradient, in the order in which a trace adds its parts up."""
        before = self.totals.get(slot)
        total = part if before is None else frozen(self.backend.xp.asarray(before + part))
        self.totals[slot] = total
        if self.counts:
            self._all.put(("gradient", slot), [block(total)])

    def _let_go(self, action: Action) -> None:
        for item in action.drops:
            self._values.drop(item)
            self._all.drop(item)
            if isinstance(item, str):
                self._contexts.pop(item, None)
            else:
                self.values.pop(item, None)
        if action.kind == "reverse":
            for slot in action.step.outputs:
                self.totals.pop(slot, None)
                self._all.drop(("gradient", slot))


def _host(array: Array) -> Host:
    host: Host = frozen(to_numpy(array))
    return host
