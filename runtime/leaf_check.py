"""dL/d(leaf) against finite differences through the whole graph."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from graph.port import PortRef
from runtime import passes
from runtime.backend import CPU
from runtime.differences import DIRECTIONS, Comparison, directions
from runtime.feeds import Host, frozen
from runtime.flow import Flow
from runtime.tape import StepFailed, Tape, Watch
from runtime.verdict import Verdict, judge

ONE_SIDED = 1e-3
"""A jump between the slopes on both sides, relative to them, that rounding cannot make."""


def check_leaf(flow: Flow, leaf: PortRef, watch: Watch | None = None) -> Verdict:
    """The verdict on dL/d(leaf) of a float64 trace on the CPU, along directions."""
    trace = flow.trace
    if not trace.types[leaf].is_floating:
        return Verdict("not differentiable")
    gradient = trace.gradient(leaf)
    if gradient is None:
        why = trace.why_no_gradient(leaf)
        return Verdict(why or "no path")
    loss = _Loss(flow, leaf, watch)
    x = trace.value(leaf)
    comparison = Comparison(loss, x)
    for direction in directions(x, str(leaf), all_up_to=DIRECTIONS):
        slope = float((gradient * direction.tangent).sum())
        comparison.along(direction, lambda slopes, slope=slope: [(slope, slopes[0])])  # type: ignore[misc]
    jumps = loss.is_near_kink and comparison.jump > ONE_SIDED
    verdict = judge(comparison, surely=jumps, perhaps=loss.is_near_kink)
    read = (x, gradient, trace.value(loss.target))
    is_finite = all(np.isfinite(array).all() for array in read)
    return verdict if verdict.word == "agrees" or is_finite else Verdict("not finite")


class _Loss:
    """The weighted target as a function of one leaf.

    Only what the leaf feeds is computed again. Each call looks whether a node moved by as much
    as its inputs are away from a kink.
    """

    def __init__(self, flow: Flow, leaf: PortRef, watch: Watch | None) -> None:
        self.trace, self.watch = flow.trace, watch
        plan = flow.trace.plan
        assert plan.target is not None
        self.target, self.seed = plan.target, plan.seed_gradient
        self.slot = plan.slot_of[leaf]
        self.is_near_kink = False
        self._steps = flow.steps_from(self.slot)
        self._given = flow.read_by(self._steps)
        self._kinks = {
            step.node: near
            for step in self._steps
            if (near := flow.kink_distance(step.node)) < math.inf
        }

    def __call__(self, x: Host) -> Sequence[Host]:
        tape = Tape(self.trace.plan, CPU, self.trace)
        tape.values.update(self._given)
        tape.values[self.slot] = frozen(x)
        try:
            for _ in passes.forward(tape, self.watch, self._steps):
                if tape.steps[-1].node == self.target.node:
                    break
        except StepFailed:
            return [np.asarray(math.nan)]
        self._look_for_kinks(tape)
        return [self._weigh(tape.values[self.trace.plan.slot_of[self.target]])]

    def _weigh(self, value: Host) -> Host:
        return np.asarray((value * self.seed).sum())

    def _look_for_kinks(self, tape: Tape) -> None:
        for node, near in self._kinks.items():
            before, now = self.trace.records[node], tape.records.get(node)
            if now is None or now.context is before.context:
                continue
            moved = (
                np.abs(a - b).max(initial=0.0) for a, b in zip(now.ins, before.ins, strict=True)
            )
            if near <= 2 * max(moved):
                self.is_near_kink = True
