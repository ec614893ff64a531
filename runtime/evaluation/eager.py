"""Eager evaluation: each node is computed as soon as it is wired, and everything is kept.

Nobody knows then what will be read later, so nothing goes. The shapes of a node are worked out
when its inputs are there, each time anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef, PortType
from runtime import passes
from runtime.array import Array
from runtime.backend import CPU, to_numpy
from runtime.bypass import Bypass
from runtime.evaluation.spans import Clock, Evaluation
from runtime.feeds import Loaded, frozen
from runtime.recompute.held import Held, block
from runtime.records import Watch
from runtime.tape import Tape

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


def run_eagerly(
    plan: Plan, loaded: Mapping[PortRef, Loaded], watch: Watch | None = None
) -> Evaluation:
    """Compute every node of a plan as if it had just been wired, then go back over all.

    Of the plan the order alone is taken, for a person wires in some order: a node's shapes are
    inferred from the arrays that arrive. `watch(step)` is called before each step. The plan has
    a target; on the CPU.
    """
    return _Eager(plan, loaded, watch).run()


class _Eager:
    """One eager evaluation."""

    def __init__(self, plan: Plan, loaded: Mapping[PortRef, Loaded], watch: Watch | None) -> None:
        self.plan, self.watch = plan, watch
        self.tape = Tape(plan, CPU)
        self.tape.values = {known.source.slot: known.array for known in loaded.values()}
        self.clock = Clock()
        self.held = Held(block(known.array)[0] for known in loaded.values())

    def run(self) -> Evaluation:
        with np.errstate(all="ignore"):
            for step in self.watched(self.plan.forward):
                self.forward(step)
            self.tape.start_reverse()
            for step in self.watched(self.plan.reverse):
                self.reverse(step)
        assert self.plan.end is not None
        sources = {source.ref: source.slot for source in self.plan.sources}
        totals = ((ref, self.tape.total(slot)) for ref, slot in sources.items())
        gradients = {ref: frozen(to_numpy(x)) for ref, x in totals if x is not None}
        target = to_numpy(self.tape.values[self.plan.end])
        return Evaluation(tuple(self.clock.spans), (), target, gradients)

    def watched(self, steps: tuple[PlanStep, ...]) -> Iterator[PlanStep]:
        for step in steps:
            if self.watch is not None:
                self.watch(step)
            yield step

    def forward(self, step: PlanStep) -> None:
        tape, clock = self.tape, self.clock
        with clock.span("shapes", step.node, step.t):
            ins = tuple(tape.read(slot) for slot in step.inputs)
            infer(step, ins, self.plan.dtype)
        with clock.span("forward", step.node, step.t):
            record = passes.compute(tape, step, ins)
            tape.write(record)
        kept = (*record.outs, *record.context.kept.values())
        self.hold(("forward", step.key), kept)

    def reverse(self, step: PlanStep) -> None:
        tape, clock = self.tape, self.clock
        with clock.span("reverse", step.node, step.t):
            gouts = tuple(tape.total(slot) for slot in step.outputs)
            record = tape.records[step.key]
            parts = passes.pull_back(step, record.context, gouts, record.needed())
            tape.give_back(record, gouts, parts)
        kept = tuple(array for array in (*gouts, *parts) if array is not None)
        self.hold(("reverse", step.key), kept)

    def hold(self, name: tuple[str, str], arrays: tuple[Array, ...]) -> None:
        self.held.put(name, [block(array) for array in arrays])
        self.clock.hold(self.held.nbytes)


def infer(step: PlanStep, ins: tuple[Array, ...], dtype: str) -> Mapping[str, PortType]:
    """The types of a node's outputs from the arrays that arrive, as its module infers them."""
    arriving = {
        name: PortType(array.dtype.name, array.shape)
        for name, array in zip(step.input_names, ins, strict=True)
    }
    if isinstance(step.module, Bypass):
        (given,) = arriving.values()
        return dict.fromkeys(step.output_names, given)
    return step.module.infer(arriving, dtype)
