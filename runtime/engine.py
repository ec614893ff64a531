"""The engine: a graph on a device, run as often as wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph.checking import Check, Feeds, check
from graph.errors import BadAttribute
from graph.fields import check_field
from graph.model import Graph
from graph.port import PortRef
from runtime import passes
from runtime.backend import Backend, to_numpy
from runtime.data.first_batch import FirstBatch
from runtime.errors import NoTarget, RunError
from runtime.feeds import Host, Loaded, fed_at, feed_types, host_feeds, load
from runtime.memory import ask_memory
from runtime.moments import apart, at
from runtime.plan import Plan, SeedGradient, compile_plan
from runtime.tape import Step, StepFailed, Tape, Watch
from runtime.trace import Trace

Passes = Literal["both", "forward"]
MOST_PLANS = 3  # kept at a time: an epoch's last batch is often smaller than the others


@dataclass(frozen=True)
class StepResult:
    """One step just done, and what it wrote: outputs if forward, gradients of inputs if reverse.

    Ports inside time have their address there: `h@3.y`.
    """

    step: Step
    arrays: Mapping[PortRef, Host]


class Engine:
    """Runs a graph on a device.

    `device` is `cpu` (also if left out) or `cuda:N`; `dtype`, `mode` and `target` stand in for
    the graph's own; `seed_gradient` is dL/d(target), an array or the index of one entry. With
    `partial` the nodes without errors run, no target means no reverse pass, and a failed step
    ends the trace instead of raising. The graph may be edited between runs.

    Raises `BackendError` where the device cannot compute, `BadAttribute` where dtype, mode or
    target are none.
    """

    def __init__(
        self,
        graph: Graph,
        device: str | None = None,
        dtype: str | None = None,
        mode: str | None = None,
        target: str | None = None,
        *,
        seed_gradient: SeedGradient = None,
        partial: bool = False,
    ) -> None:
        for name, value in (("dtype", dtype), ("mode", mode), ("target", target)):
            if value is not None:
                check_field(name, value)
        self.graph = graph
        self.backend = Backend.open(device)
        self.dtype, self.mode, self.target = dtype, mode, target
        self.seed_gradient = seed_gradient
        self.partial = partial
        self._plans: dict[Any, Plan] = {}
        self._loaded: Mapping[PortRef, Loaded] = {}
        self._data: FirstBatch | None = None

    @property
    def device(self) -> str:
        """`cpu` or `cuda:N`."""
        return self.backend.name

    @property
    def run_dtype(self) -> str:
        """The floating dtype of a run: the engine's own, else the graph's."""
        return self.dtype or self.graph.dtype

    def check(self, feeds: Mapping[str, Any] | None = None) -> Check:
        """The check of the graph with feeds of these shapes."""
        return self._check(feed_types(self.feeds(feeds)))

    def plan(self, feeds: Mapping[str, Any] | None = None) -> Plan:
        """The plan for feeds of these shapes; kept until the graph is edited."""
        return self.plan_for(self.feeds(feeds))

    def feeds(self, feeds: Mapping[str, Any] | None = None) -> dict[str, Host]:
        """Feeds as `host_feeds` gives them, and the first batch of Data nodes that are not fed."""
        fed = host_feeds(self.graph, feeds)
        if self._data is None or self._data.revision != self.graph.revision:
            self._data = FirstBatch(self.graph)
        return self._data.beside(fed)

    def run(
        self,
        feeds: Mapping[str, Any] | None = None,
        *,
        phase: Passes = "both",
        previous: Trace | None = None,
        watch: Watch | None = None,
        training_step: int | None = None,
    ) -> Trace:
        """Run forward and, unless `phase` is "forward", reverse; arrays by node id in `feeds`.

        `previous` is an earlier trace of this graph or a like one: what an edit cannot have
        changed is taken from it, and the result is the same bit for bit. `watch(step)` is called
        before each step; `Cancelled` raised in it passes through. `training_step` keys the masks of
        Dropout as a training does that has made so many updates.

        Raises `BackendError` for float16 on the CPU, `CheckFailed`, `NoTarget`, `FeedError`,
        `MemoryRefused`, `BadAttribute` for another phase, or `RunError` naming the node whose step
        failed.
        """
        tape = self._start(feeds, phase, previous, training_step)
        for _ in self._play(tape, phase, watch):
            pass
        if tape.failure is not None and not self.partial:
            raise RunError(tape.failure.message, node=tape.failure.node)
        return Trace.of(tape)

    def steps(
        self,
        feeds: Mapping[str, Any] | None = None,
        *,
        phase: Passes = "both",
        watch: Watch | None = None,
    ) -> Iterator[StepResult]:
        """The same run, one step at a time; errors as in `run`."""
        tape = self._start(feeds, phase, None)
        for _ in self._play(tape, phase, watch):
            yield _result(tape)
        if tape.failure is not None:
            raise RunError(tape.failure.message, node=tape.failure.node)

    def _start(
        self,
        feeds: Mapping[str, Any] | None,
        phase: Passes,
        previous: Trace | None,
        training_step: int | None = None,
    ) -> Tape:
        if phase not in ("both", "forward"):
            raise BadAttribute(port="phase", found=repr(phase), expected='"both" or "forward"')
        self.backend.ask_dtype(self.run_dtype)
        fed = self.feeds(feeds)
        plan = self.plan_for(fed)
        if phase == "both" and plan.target is None and not self.partial:
            raise NoTarget(plan.why_forward_only or "found no target, expected one.")
        ask_memory(plan, self.backend, reverse=phase == "both")
        tape = Tape(plan, self.backend, previous, training_step=training_step)
        tape.loaded = self._load(plan, fed, previous)
        tape.values = {known.source.slot: known.array for known in tape.loaded.values()}
        return tape

    def load(self, feeds: Mapping[str, Any] | None = None) -> Mapping[PortRef, Loaded]:
        """What a run with these feeds starts from, on the device; raises as `run` does."""
        fed = self.feeds(feeds)
        return self._load(self.plan_for(fed), fed, None)

    def _load(
        self, plan: Plan, fed: Mapping[str, Host], previous: Trace | None
    ) -> dict[PortRef, Loaded]:
        known = dict(self._loaded)
        if previous is not None and previous.device == self.device:
            known.update(previous.loaded)
        found: dict[PortRef, Loaded] = {}
        for source in plan.sources:
            ref = source.ref
            try:
                with self.backend.active():
                    own = fed_at(fed, apart(ref)[0])
                    found[ref] = load(source, own, known.get(ref), self.backend)
            except MemoryError:
                raise RunError(f"{ref}: found too little memory.", node=ref.node) from None
        self._loaded = found
        return found

    def _play(self, tape: Tape, phase: Passes, watch: Watch | None) -> Iterator[None]:
        """Both passes; a failed step ends them, and the tape says where."""
        try:
            yield from self._guarded(passes.forward(tape, watch))
            if phase == "both":
                yield from self._guarded(passes.reverse(tape, watch))
        except StepFailed:
            return

    def _guarded(self, steps: Iterator[None]) -> Iterator[None]:
        """Play on the device; numbers out of range become NaN or infinite without a warning."""
        while True:
            with self.backend.active(), np.errstate(all="ignore"):
                try:
                    next(steps)
                except StopIteration:
                    return
            yield

    def plan_for(self, fed: Mapping[str, Host]) -> Plan:
        """The plan for what `feeds` gave."""
        types = feed_types(fed)
        known = self._data.problems(fed) if self._data is not None else ()
        key = (self.graph.revision, tuple(sorted(types.items())), known)
        if key not in self._plans:
            plan = compile_plan(
                self.graph,
                self._check(types),
                dtype=self.dtype,
                mode=self.mode,
                target=self.target,
                seed_gradient=self.seed_gradient,
                partial=self.partial,
            )
            kept = [other for other in self._plans.items() if other[0][0] == self.graph.revision]
            self._plans = {**dict(kept[1 - MOST_PLANS :]), key: plan}
        return self._plans[key]

    def _check(self, types: Feeds) -> Check:
        known = self._data.problems(types) if self._data is not None else ()
        return check(self.graph, types, dtype=self.dtype, known=known)


def _result(tape: Tape) -> StepResult:
    step = tape.steps[-1]
    record = tape.records[at(step.node, step.t)]
    refs, arrays = record.step.writes, record.outs
    if step.phase == "reverse":
        refs, arrays = record.step.reads, record.parts or ()
    found = {
        ref: to_numpy(array) for ref, array in zip(refs, arrays, strict=True) if array is not None
    }
    return StepResult(step, found)
