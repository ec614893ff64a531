"""The loss of a graph as a function of its parameters: samples, masks and all else are held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.port import PortRef
from runtime import passes
from runtime.engine import Engine
from runtime.errors import BadSetting, NoTarget, RunError
from runtime.feeds import Host
from runtime.memory import ask_memory
from runtime.numbering import PlanStep
from runtime.tape import StepFailed, Tape
from runtime.training.parameters import Parameters, named, shapes_of, states, trainable

if TYPE_CHECKING:
    from graph.model import Graph


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a parameter: `h.weight[0, 2]`; of a scalar it is the parameter itself."""

    port: PortRef
    index: tuple[int, ...] = ()

    def __str__(self) -> str:
        at = ", ".join(map(str, self.index))
        return f"{self.port}[{at}]" if at else str(self.port)


class Objective:
    """L(θ): the target of a graph for fixed feeds, θ [n] all its trainable tensors side by side.

    `kept` are parameters and states that stand in for the graph's own, by address, such as those
    of a run; `frozen` ports or nodes are no part of θ. The run is one of training, in float64
    unless `dtype` says otherwise: batch statistics are the batch's, and masks are those of the
    first update at every θ, so that L is one function. State is never changed.

    Raises as `Engine.run`, `NoTarget` without a target and `BadSetting` without a parameter.
    """

    def __init__(
        self,
        graph: Graph,
        feeds: Mapping[str, Any] | None = None,
        kept: Mapping[str, Host] | None = None,
        *,
        dtype: str = "float64",
        frozen: Iterable[str] = (),
    ) -> None:
        engine = Engine(graph, None, dtype, "train")
        self.plan = plan = engine.plan(feeds)
        if plan.end is None:
            raise NoTarget(plan.why_forward_only or "found no target, expected one.")
        ask_memory(plan, engine.backend, reverse=True)
        self._backend, self._end = engine.backend, plan.end
        slots = trainable(plan, named(plan, frozen, "frozen"))
        if not slots:
            raise BadSetting("landscape: found no parameter that is trained, expected one.")
        self._slots = slots
        self.parameters = Parameters(np, dtype, shapes_of(plan, slots))
        self._values = self._begin(engine, feeds, kept or {})
        self._base = Tape(plan, self._backend, training_step=0)
        self._base.values = dict(self._values)
        self._forward(self._base, plan.forward)

    @property
    def start(self) -> Host:
        """θ as it is now: a copy, [n]."""
        return np.array(self.parameters.values)

    @property
    def size(self) -> int:
        """How many numbers are trained."""
        return len(self.parameters.values)

    def position(self, entry: Entry) -> int:
        """Where an entry stands in θ; raises `BadSetting` where it is none."""
        shape = self.parameters.shapes.get(entry.port)
        if shape is None:
            known = ", ".join(map(str, list(self.parameters.shapes)[:8]))
            raise BadSetting(
                f"{entry.port}: found no parameter that is trained, expected one of {known}."
            )
        fits = len(entry.index) == len(shape) and all(
            0 <= at < size for at, size in zip(entry.index, shape, strict=True)
        )
        if not fits:
            raise BadSetting(f"{entry}: found no such entry, expected one of {list(shape)}.")
        offset = int(np.ravel_multi_index(entry.index, shape)) if shape else 0
        return int(self.parameters.stretches[entry.port].start) + offset

    def entry(self, position: int) -> Entry:
        """The entry at a place of θ."""
        for ref, stretch in self.parameters.stretches.items():
            if stretch.start <= position < stretch.stop:
                shape = self.parameters.shapes[ref]
                at = np.unravel_index(position - stretch.start, shape) if shape else ()
                return Entry(ref, tuple(map(int, at)))
        raise BadSetting(f"landscape: found number {position}, expected one below {self.size}.")

    def flat(self, kept: Mapping[str, Host]) -> Host:
        """θ of parameters by address, [n]; what is not among them stays as at the start."""
        theta = self.start
        for name, array in kept.items():
            stretch = self.parameters.stretches.get(PortRef.parse(name))
            if stretch is not None and array.size == stretch.stop - stretch.start:
                theta[stretch] = array.reshape(-1)
        return theta

    def depending(self, moving: Host) -> tuple[PlanStep, ...]:
        """The steps that must run again where the numbers of θ that `moving` [n] marks change."""
        changed = {
            slot
            for ref, slot in self._slots.items()
            if moving[self.parameters.stretches[ref]].any()
        }
        return tuple(_reached(self.plan.forward, changed))

    def loss(self, theta: Host, steps: Iterable[PlanStep] | None = None) -> float:
        """L(θ); NaN or infinite where the numbers leave their range.

        `steps` are those that depend on what is not as at the start, by default all of them.
        Raises `RunError` where a step fails.
        """
        return self._loss(self._run(theta, steps))

    def slope(self, theta: Host, steps: Iterable[PlanStep] | None = None) -> tuple[float, Host]:
        """L(θ) and its gradient [n], by the reverse pass; raises as `loss`."""
        tape = self._run(theta, steps)
        with self._backend.active(), np.errstate(all="ignore"):
            self._play(passes.reverse(tape))
            gradient = np.zeros(self.size)
            for ref, slot in self._slots.items():
                total = tape.total(slot)
                if total is not None:
                    gradient[self.parameters.stretches[ref]] = total.reshape(-1)
        return self._loss(tape), gradient

    def value(self, theta: Host, ref: PortRef) -> Host:
        """What a port has at θ."""
        return np.array(self._run(theta, None).values[self.plan.slot_of[ref]])

    # --- inside ----------------------------------------------------------------------------

    def _begin(
        self, engine: Engine, feeds: Mapping[str, Any] | None, kept: Mapping[str, Host]
    ) -> dict[int, Any]:
        """What stands in the slots before the first step; θ takes its numbers too."""
        values = {known.source.slot: known.array for known in engine.load(feeds).values()}
        own = states(self.plan)
        for name, array in kept.items():
            slot = own.get(PortRef.parse(name))
            if slot is not None and array.shape == values[slot].shape:
                values[slot] = array.astype(values[slot].dtype)
        for ref, slot in self._slots.items():
            self.parameters.put(ref, values[slot])
        self.parameters.values[:] = self.flat(kept)
        for ref, slot in self._slots.items():
            values[slot] = self.parameters.view(ref).copy()
        return values

    def _run(self, theta: Host, steps: Iterable[PlanStep] | None) -> Tape:
        """A forward pass at θ; steps that do not depend on what moved are those of the start."""
        tape = Tape(self.plan, self._backend, training_step=0)
        if steps is None:
            tape.values = dict(self._values)
        else:
            tape.values, tape.records = dict(self._base.values), dict(self._base.records)
        moved = theta.astype(self.parameters.values.dtype)  # a copy: the caller may write on
        for ref, slot in self._slots.items():
            stretch = self.parameters.stretches[ref]
            tape.values[slot] = moved[stretch].reshape(self.parameters.shapes[ref])
        self._forward(tape, self.plan.forward if steps is None else steps)
        return tape

    def _forward(self, tape: Tape, steps: Iterable[PlanStep]) -> None:
        with self._backend.active(), np.errstate(all="ignore"):
            self._play(passes.forward(tape, steps=steps))

    def _play(self, steps: Iterable[None]) -> None:
        try:
            for _ in steps:
                pass
        except StepFailed as failed:
            raise RunError(failed.failure.message, node=failed.failure.node) from failed

    def _loss(self, tape: Tape) -> float:
        with np.errstate(all="ignore"):
            return float(tape.values[self._end].sum())


def _reached(steps: Iterable[PlanStep], slots: set[int]) -> Iterable[PlanStep]:
    """The steps that read what changed, in their order."""
    changed = set(slots)
    for step in steps:
        if not changed.isdisjoint(step.inputs):
            changed.update(step.outputs)
            yield step
