"""The function between two ports of a trace: its steps run again at other numbers."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.initialise import sizes
from graph.nothing import NOTHING
from graph.port import PortRef
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.errors import NoValue
from runtime.feeds import Host
from runtime.linking import floating_slot
from runtime.modules.context import Context
from runtime.numbering import PlanStep
from runtime.paths import EDGE, first_value
from runtime.records import Record
from runtime.trace import Trace

STEP_COST = 500  # numbers that could be worked on in the time that calling a step takes
_log = logging.getLogger("gradwire")


@dataclass(frozen=True, eq=False)
class Moved:
    """The function at `x`: its value `y`, and what each step computed on the way.

    `x` is [columns] and `y` [rows], flattened in C order, float64. Where a step refuses the
    numbers, `y` is NaN and `values`, the arrays by slot, end before it.
    """

    function: PortFunction
    x: Host
    y: Host
    values: Mapping[int, Array]
    records: tuple[Record, ...]

    def push(self, tangent: Host) -> Host:
        """The derivative along a tangent [columns], by the jvp of every step: [rows]."""
        (found,) = self._pushed([tangent])
        return found

    def columns(self, which: Sequence[int]) -> Host:
        """Columns of the Jacobian at `x`, [rows, len(which)]: each a unit tangent pushed."""
        units = []
        for column in which:
            unit = np.zeros(self.function.columns)
            unit[column] = 1.0
            units.append(unit)
        return np.stack(self._pushed(units), axis=1)

    def kinks(self) -> tuple[str, ...]:
        """The conventions of the steps that have an entry exactly at a kink, in their order."""
        with np.errstate(all="ignore"):
            found = [
                record.step.module.at_kink
                for record in self.records
                if not record.step.module.kink_distance(record.context, record.ins)
            ]
        return tuple(dict.fromkeys(filter(None, found)))

    def _pushed(self, tangents: Sequence[Host]) -> list[Host]:
        """Several tangents pushed side by side, so that each step is looked up once."""
        function = self.function
        if len(self.records) < len(function.steps):
            return [np.full(function.rows, math.nan) for _ in tangents]
        arriving = [function.given(tangent) for tangent in tangents]
        moved: list[dict[int, Array]] = [{function.first: given} for given in arriving]
        with np.errstate(all="ignore"):
            for record in self.records:
                self._push_through(record, moved, arriving)
        found = (each.get(function.end) for each in moved)
        return [np.zeros(function.rows) if end is None else _flat(end) for end in found]

    def _push_through(
        self, record: Record, moved: Sequence[dict[int, Array]], arriving: Sequence[Array]
    ) -> None:
        """One step of all tangents; `moved` gains what comes out."""
        step, kept = record.step, record.kept()
        for known, given in zip(moved, arriving, strict=True):
            tangents = self.function.reads(step, known, given)
            if all(part is None for part in tangents):
                continue
            pushed = step.module.jvp(record.context, tangents, kept)
            pairs = zip(step.outputs, pushed, strict=True)
            known.update((slot, part) for slot, part in pairs if part is not None)


class PortFunction:
    """What the value at `target` is for other values at `source`, all else as in the trace.

    From an output or parameter port all its edges count, from a wired input port that edge alone,
    as in `Trace.total`. Both are addresses in the run (`Trace.located`). Random masks are those of
    the trace, state is read and never written. `steps` are those between, `own` the inputs that
    the edge feeds, `work` what one evaluation takes, in numbers. Raises `NoValue` where a port or
    a step between them did not run, or is not floating.
    """

    def __init__(self, trace: Trace, source: PortRef, target: PortRef) -> None:
        plan = trace.plan
        slot = floating_slot(trace, source)
        self.trace, self.source, self.target = trace, source, target
        self.first, self.end = first_value(plan, source), floating_slot(trace, target)
        self.in_shape, self.out_shape = sizes(plan.slots[slot]), sizes(plan.slots[self.end])
        self.columns, self.rows = math.prod(self.in_shape), math.prod(self.out_shape)
        self.own = frozenset(plan.inner_inputs(source) if self.first == EDGE else ())
        self._values = trace.values
        self._dtype = plan.slots[slot].dtype
        self._slot = slot
        self.steps = self._between(plan.forward)
        self._before = [_ran(trace, step) for step in self.steps]
        numbers = sum(out.size for record in self._before for out in record.outs)
        self.work = int(numbers) + STEP_COST * len(self.steps)

    @property
    def eps(self) -> float:
        """The precision of the numbers that it computes with."""
        return float(np.finfo(self._dtype).eps)

    @property
    def x(self) -> Host:
        """Where the trace stands: the value at the source, [columns] of float64."""
        return _flat(self._values[self._slot])

    def at(self, x: Host) -> Moved:
        """The function at `x`, [columns]."""
        return self._at(x, self._contexts())

    def sweep(self, points: Iterable[Host], outputs: Sequence[int]) -> Iterator[Host]:
        """Some outputs, flat indices, at one point after another: as `at`, but nothing is kept."""
        wanted = list(outputs)
        contexts = self._contexts()
        for x in points:
            for ctx in contexts:
                ctx.kept = ctx.updates = NOTHING
            yield self._at(x, contexts).y[wanted]

    def _contexts(self) -> list[Context]:
        """A context of their own for all steps: a trace's is never written into."""
        return [replace(record.context, kept=NOTHING, updates=NOTHING) for record in self._before]

    def _at(self, x: Host, contexts: Sequence[Context]) -> Moved:
        given = self.given(x)
        values: dict[int, Array] = {self.first: given}
        records: list[Record] = []
        with np.errstate(all="ignore"):
            for before, ctx in zip(self._before, contexts, strict=True):
                record = self._play(before, ctx, values, given)
                if record is None:
                    nothing = np.full(self.rows, math.nan)
                    return Moved(self, x, nothing, values, tuple(records))
                records.append(record)
                values.update(zip(record.step.outputs, record.outs, strict=True))
        end = values[self.end] if self.end in values else self._values[self.end]
        return Moved(self, x, _flat(end), values, tuple(records))

    def given(self, x: Host) -> Array:
        """A flat vector as an array of the source's shape and dtype, where the trace's are."""
        array = np.asarray(x, self._dtype).reshape(self.in_shape)
        return self._before[0].context.xp.asarray(array) if self._before else array

    def reads(
        self, step: PlanStep, moved: Mapping[int, Array], given: Array
    ) -> tuple[Array | None, ...]:
        """What arrives at a step of what has moved; None where nothing did."""
        return tuple(
            given if ref in self.own else moved.get(slot)
            for ref, slot in zip(step.reads, step.inputs, strict=True)
        )

    def _play(
        self, before: Record, ctx: Context, values: Mapping[int, Array], given: Array
    ) -> Record | None:
        """One step again; None where it refuses its numbers."""
        step = before.step
        moved = self.reads(step, values, given)
        ins = tuple(old if new is None else new for new, old in zip(moved, before.ins, strict=True))
        try:
            outs = step.module.forward(ctx, ins)
        except Exception as error:  # a module may refuse numbers: the function ends there
            _log.debug("%s: not defined there", step.node, exc_info=error)
            return None
        return Record(step, ctx, ins, tuple(outs))

    def _between(self, forward: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
        """The steps on all ways from the source to the target, in their order.

        Also those over integer ports: no gradient comes over them, but numbers do.
        """
        reached, fed = {self.first}, []
        if self.first == self.end:
            return ()
        for step in forward:
            if not reached.isdisjoint(step.inputs) or not self.own.isdisjoint(step.reads):
                reached.update(step.outputs)
                fed.append(step)
        read, found = {self.end}, []
        for step in reversed(fed):
            if not read.isdisjoint(step.outputs):
                read.update(step.inputs)
                found.append(step)
        return tuple(reversed(found))


def _ran(trace: Trace, step: PlanStep) -> Record:
    """What a step computed in the trace."""
    if step.key not in trace.records:
        raise NoValue(f"{step.key}: found no value, for the run ended before it.")
    return trace.records[step.key]


def _flat(array: Array) -> Host:
    """A copy as float64, [size]."""
    return np.array(to_numpy(array), np.float64).reshape(-1)
