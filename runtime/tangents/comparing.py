"""What a whole derivative takes in each mode: passes, operations, bytes and time, for one graph.

A derivative of m numbers by n takes m passes in reverse mode, n in forward mode, and 2n runs by
central differences (Griewank and Walther, Evaluating Derivatives, 2nd ed., 2008, chapter 3).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

import numpy as np

from graph.port import PortRef
from runtime import passes
from runtime.array import Array
from runtime.backend import CPU
from runtime.maps.stacking import Progress
from runtime.memory import nbytes
from runtime.moments import moment
from runtime.numbering import PlanStep
from runtime.plan import Plan
from runtime.recompute.footprint import footprint, foretell
from runtime.recompute.schedule import make_schedule
from runtime.tangents.counting import count_forward, count_jvp, count_vjp
from runtime.tangents.pushing import push
from runtime.tangents.seeding import Seed, seed_shape
from runtime.tape import Tape
from runtime.trace import Trace

Mode = Literal["reverse", "forward", "differences"]
TIMED = 4  # leaves that a pass of forward mode is timed from
REPEATS = 3  # of each measured pass; the median counts


@dataclass(frozen=True, slots=True)
class Takes:
    """What one mode takes for the whole derivative.

    `passes` are those besides one run forward (for differences: all runs), `operations` are those
    of all together, `nbytes` the most that is held at a time. `seconds` was measured of one pass,
    `whole` is the time of all by that.
    """

    mode: Mode
    passes: int
    operations: int
    nbytes: int
    seconds: float
    whole: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All modes for the derivative of `target`, m numbers, by `leaves`, n numbers in all."""

    target: PortRef
    leaves: tuple[PortRef, ...]
    m: int
    n: int
    run_operations: int
    run_seconds: float
    reverse: Takes
    forward: Takes
    differences: Takes

    @property
    def best(self) -> Mode:
        """The exact mode that takes fewer operations; reverse mode where both take the same."""
        return min((self.reverse, self.forward), key=lambda takes: takes.operations).mode

    @property
    def cheaper_by_differences(self) -> bool:
        """Whether differences take fewer operations still, as they may in a tiny graph."""
        least = min(self.reverse.operations, self.forward.operations)
        return self.differences.operations < least


def leaves_of(trace: Trace) -> dict[PortRef, Literal["parameter", "input"]]:
    """The floating sources and parameters that lead to the target, as drawn."""
    found: dict[PortRef, Literal["parameter", "input"]] = {}
    for ref in trace.ports:
        step = trace.plan.step_of.get(ref.node)
        is_parameter = step is not None and ref.port in step.input_names
        if (step is None or is_parameter) and _is_leaf(trace, ref):
            module = trace.plan.flat.graph.module(ref.node)
            trains = is_parameter or (module is not None and module.name == "Parameter")
            found[ref] = "parameter" if trains else "input"
    return found


def compare(
    trace: Trace, leaves: Sequence[PortRef], progress: Progress | None = None
) -> Comparison:
    """Count and measure all modes on a whole run of the CPU with a target.

    `progress` is called with the share that is done, and may raise to end the work.
    """
    return _Comparing(trace, leaves, progress or (lambda share: None)).compare()


def _is_leaf(trace: Trace, ref: PortRef) -> bool:
    if ref.node in trace.plan.flat.instances or trace.gradient(ref) is None:
        return False
    return math.prod(trace.value(ref).shape) > 0


class _Comparing:
    """The work of one comparison."""

    def __init__(self, trace: Trace, leaves: Sequence[PortRef], progress: Progress) -> None:
        self.trace, self.plan, self.progress = trace, trace.plan, progress
        self.leaves = tuple(leaves)
        self.sizes = {ref: math.prod(seed_shape(self.plan, ref)) for ref in self.leaves}
        self.costs: dict[tuple[str, tuple[bool, ...]], int] = {}
        self.records = trace.records

    def compare(self) -> Comparison:
        assert self.plan.end is not None
        assert self.plan.target is not None
        m = math.prod(int(size) for size in self.plan.slots[self.plan.end].shape)
        n = sum(self.sizes.values())
        run = sum(count_forward(record) for record in self.records.values())
        self.progress(0.1)
        back = self.reverse_operations()
        self.progress(0.2)
        pushes, above = self.pushes()
        run_seconds, back_seconds = self.time_run()
        push_seconds = self.time_pushes()
        held = self.held(self.plan)
        alone = self.held(replace(self.plan, reverse=(), reached=frozenset()))
        peak = max((value + more for value, more in zip(alone, above, strict=True)), default=0)
        self.progress(1.0)
        return Comparison(
            self.plan.target, self.leaves, m, n, run, run_seconds,
            Takes("reverse", m, run + m * back, max(held, default=0), back_seconds,
                  run_seconds + m * back_seconds),
            Takes("forward", n, run + pushes, peak, push_seconds, run_seconds + n * push_seconds),
            Takes("differences", 2 * n, 2 * n * run, max(alone, default=0), run_seconds,
                  2 * n * run_seconds),
        )  # fmt: skip

    # --- operations ------------------------------------------------------------------------

    def reverse_operations(self) -> int:
        """Those of one reverse pass, sums over fan-out included."""
        total = 0
        arrived: dict[int, int] = {}
        for step in self.plan.reverse:
            record = self.records[step.key]
            for slot in step.outputs:
                size = math.prod(int(n) for n in self.plan.slots[slot].shape)
                total += max(0, arrived.get(slot, 0) - 1) * size
            if record.gouts is not None and any(gout is not None for gout in record.gouts):
                total += count_vjp(record, record.gouts)
            for slot, part in zip(step.inputs, record.parts or (), strict=False):
                arrived[slot] = arrived.get(slot, 0) + (part is not None)
        return total

    def pushes(self) -> tuple[int, list[int]]:
        """The operations of a pass from each entry of each leaf, and by step of the target's run
        the most bytes of tangents that one pass holds there.
        """
        actions = make_schedule(replace(self.plan, reverse=(), reached=frozenset())).actions
        place = {action.step.key: at for at, action in enumerate(actions)}
        last = {
            slot: at for at, a in enumerate(actions) for slot in (*a.step.outputs, *a.step.inputs)
        }
        above = np.zeros(len(actions) + 1, np.int64)
        total = 0
        for done, leaf in enumerate(self.leaves):
            self.progress(0.2 + 0.4 * done / len(self.leaves))
            held = np.zeros(len(actions) + 1, np.int64)
            moved = self.entering(leaf)
            for slot in moved:
                self.hold(held, slot, 0, last.get(slot, 0))
            cost = 0
            for step in self.plan.forward:
                pairs = zip(step.need, step.inputs, strict=True)
                mask = tuple(need and slot in moved for need, slot in pairs)
                if not any(mask):
                    continue
                found, outs = self.step_cost(step, mask)
                cost += found
                for slot in outs:
                    moved.add(slot)
                    self.hold(held, slot, place.get(step.key, 0), last.get(slot, 0))
            total += cost * self.sizes[leaf]
            above = np.maximum(above, np.cumsum(held))
        return total, above[:-1].tolist()

    def entering(self, leaf: PortRef) -> set[int]:
        """The slots that a leaf's tangent enters."""
        times = self.plan.drawn_times(leaf)
        refs = [leaf] if times is None else [moment(leaf, t) for t in times]
        return {self.plan.slot_of[ref] for ref in refs}

    def hold(self, held: Array, slot: int, first: int, last: int) -> None:
        """Note that a tangent is there from one step to another."""
        size = nbytes(self.plan.slots[slot])
        held[first] += size
        held[max(first, last) + 1] -= size

    def step_cost(self, step: PlanStep, mask: tuple[bool, ...]) -> tuple[int, tuple[int, ...]]:
        """The operations of a step's jvp where tangents arrive so, and where they go on."""
        key = step.key, mask
        floating = tuple(slot for slot in step.outputs if self.plan.slots[slot].is_floating)
        if key not in self.costs:
            record = self.records[step.key]
            tangents = tuple(
                np.ones(array.shape, self.plan.dtype) if there else None
                for array, there in zip(record.ins, mask, strict=True)
            )
            self.costs[key] = count_jvp(record, tangents)
        return self.costs[key], floating

    # --- bytes -----------------------------------------------------------------------------

    def held(self, plan: Plan) -> list[int]:
        """The bytes held at each action of a run that keeps what it will read, and no more."""
        footprints = {key: footprint(record) for key, record in self.records.items()}
        return [size for _, size in foretell(plan, make_schedule(plan), footprints)]

    # --- time ------------------------------------------------------------------------------

    def time_run(self) -> tuple[float, float]:
        """The median times of a forward and of a reverse pass."""
        runs, backs = [], []
        for _ in range(REPEATS):
            tape = Tape(self.plan, CPU)
            tape.values = {x.source.slot: x.array for x in self.trace.loaded.values()}
            with np.errstate(all="ignore"):
                runs.append(_timed(passes.forward(tape)))
                backs.append(_timed(passes.reverse(tape)))
            self.progress(0.7)
        return statistics.median(runs), statistics.median(backs)

    def time_pushes(self) -> float:
        """The mean time of a pass of forward mode over the entries of the leaves."""
        chosen = sorted(self.leaves, key=lambda ref: self.sizes[ref], reverse=True)[:TIMED]
        total = weight = 0.0
        for leaf in chosen:
            times = [_timed(self.one_push(leaf)) for _ in range(REPEATS)]
            total += self.sizes[leaf] * statistics.median(times)
            weight += self.sizes[leaf]
            self.progress(0.9)
        return total / weight if weight else 0.0

    def one_push(self, leaf: PortRef) -> Iterator[None]:
        """A pass of forward mode, as work to be timed."""
        push(self.trace, Seed(leaf))
        yield


def _timed(work: Iterator[None]) -> float:
    start = perf_counter()
    for _ in work:
        pass
    return perf_counter() - start
