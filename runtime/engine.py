"""The engine: a graph on a device, run as often as wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from graph.checking import Check, check
from graph.errors import BadAttribute
from graph.fields import check_field
from graph.model import Graph
from graph.port import PortRef
from graph.uncollected import uncollected
from runtime import passes
from runtime.backend import Backend, to_numpy
from runtime.data.first_batch import FirstBatch
from runtime.errors import NoTarget, RunError
from runtime.feeds import Host, Loaded, fed_at, feed_types, host_feeds, load
from runtime.memory import ask_memory
from runtime.moments import apart, at
from runtime.plan import Plan, SeedGradient, compile_plan
from runtime.records import Step, Watch
from runtime.renewing import renewed
from runtime.tape import StepFailed, Tape
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
        self._checked: tuple[Any, Check] | None = None
        self._loaded: Mapping[PortRef, Loaded] = {}
        self._data: FirstBatch | None = None
        seed = seed_gradient if isinstance(seed_gradient, int | tuple | None) else object()
        self._told = (dtype, mode, target, partial, seed)

    @property
    def device(self) -> str:
        """`cpu` or `cuda:N`."""
        return self.backend.name

    @property
    def run_dtype(self) -> str:
        """The floating dtype of a run: the engine's own, else the graph's."""
        return self.dtype or self.graph.dtype

    def check(
        self, feeds: Mapping[str, Any] | None = None, *, previous: Trace | None = None
    ) -> Check:
        """The check of the graph with feeds of these shapes; `previous` as in `run`."""
        fed = self.feeds(feeds)
        key = self._key(fed)
        plan = self._known_plan(key, previous)
        return self._check(key) if plan is None else plan.check

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
        with self._guard(), uncollected():
            deque(self._play(tape, phase, watch), maxlen=0)  # all of it, and nothing kept
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
        for _ in self._guarded(self._play(tape, phase, watch)):
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
        plan = self.plan_for(fed, previous)
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
            yield from passes.forward(tape, watch)
            if phase == "both":
                yield from passes.reverse(tape, watch)
        except StepFailed:
            return

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """On the device; numbers out of range become NaN or infinite without a warning."""
        with self.backend.active(), np.errstate(all="ignore"):
            yield

    def _guarded(self, steps: Iterator[None]) -> Iterator[None]:
        """Steps that are played under the guard, which does not reach beyond each."""
        while True:
            with self._guard():
                try:
                    next(steps)
                except StopIteration:
                    return
            yield

    def plan_for(self, fed: Mapping[str, Host], previous: Trace | None = None) -> Plan:
        """The plan for what `feeds` gave; that of `previous`, if it differs in numbers alone."""
        key = self._key(fed)
        plan = self._known_plan(key, previous)
        if plan is None:
            made = compile_plan(
                self.graph,
                self._check(key),
                dtype=self.dtype,
                mode=self.mode,
                target=self.target,
                seed_gradient=self.seed_gradient,
                partial=self.partial,
            )
            plan = self._keep(key, replace(made, made_for=key))
        return plan

    def _key(self, fed: Mapping[str, Host]) -> Any:
        """What a plan depends on: the graph's form, the feeds' types, what the engine was told."""
        types = feed_types(fed)
        known = self._data.problems(fed) if self._data is not None else ()
        return self.graph.form, tuple(sorted(types.items())), known, self._told

    def _known_plan(self, key: Any, previous: Trace | None) -> Plan | None:
        """A plan that was made for the same, brought up to the numbers of the graph as it is."""
        plan = self._plans.get(key)
        if plan is not None and plan.revision == self.graph.revision:
            return plan
        if plan is None and previous is not None and previous.plan.made_for == key:
            plan = previous.plan
        if plan is None or self.target is not None:
            return None
        return self._keep(key, renewed(plan, self.graph))

    def _keep(self, key: Any, plan: Plan) -> Plan:
        others = {k: v for k, v in self._plans.items() if k != key and k[0] is self.graph.form}
        self._plans = {**dict(list(others.items())[1 - MOST_PLANS :]), key: plan}
        return plan

    def _check(self, key: Any) -> Check:
        """The check of the graph as it is; kept for a plan that follows."""
        known = (self.graph.revision, key)
        if self._checked is None or self._checked[0] != known:
            _, types, problems, _ = key
            found = check(self.graph, dict(types), dtype=self.dtype, known=problems)
            self._checked = known, found
        return self._checked[1]


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
