"""What one run writes down: values and gradients by slot, and what each node left behind."""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from graph.errors import GradwireError
from graph.port import PortRef
from runtime.array import Array
from runtime.backend import Backend
from runtime.errors import RunError
from runtime.feeds import Loaded, frozen, same_bits, same_module
from runtime.modules.context import Context
from runtime.modules.door import sum_to

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.trace import Trace

Phase = Literal["forward", "tangent", "reverse", "update"]
Watch = Callable[[Any], None]
_log = logging.getLogger("gradwire")
_log.addHandler(logging.NullHandler())  # silent in other people's programs


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: a node's forward, tangent or reverse, or the update of a parameter.

    `t` is the time step, if any; `port` is the parameter that is updated.
    """

    index: int
    phase: Phase
    node: str
    t: int | None = None
    port: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a run ended early: node, index of the step, and a sentence."""

    node: str
    step: int
    message: str


@dataclass(slots=True)
class Record:
    """What one node computed, and from what; the reverse half is None before its step."""

    step: PlanStep
    context: Context
    ins: tuple[Array, ...]
    outs: tuple[Array, ...]
    gouts: tuple[Array | None, ...] | None = None
    parts: tuple[Array | None, ...] | None = None

    def kept(self) -> Mapping[str, Array]:
        """All ports by name, and what the module kept besides: a trace keeps everything."""
        names = self.step.input_names + self.step.output_names
        return {**dict(zip(names, self.ins + self.outs, strict=True)), **self.context.kept}


@dataclass(slots=True)
class Total:
    """The gradient of a slot, and the parts it is the sum of, in the order they came.

    A run makes one for every slot and changes none; frozen, each would take five times as long.
    """

    parts: tuple[Array, ...]
    array: Array


class StepFailed(Exception):
    """Ends a run; the tape holds the failure."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Tape:
    """The growing record of one run.

    A gradient written to a slot is added to what is there, so that fan-out is right by
    construction. With an earlier trace, `recall_forward` and `recall_reverse` give what a node
    computed from the very same arrays.
    """

    def __init__(
        self,
        plan: Plan,
        backend: Backend,
        previous: Trace | None = None,
        *,
        training_step: int | None = None,
    ) -> None:
        self.plan, self.backend, self.training_step = plan, backend, training_step
        self.steps: list[Step] = []
        self.values: dict[int, Array] = {}
        self.totals: dict[int, Total] = {}
        self.records: dict[str, Record] = {}
        self.loaded: dict[PortRef, Loaded] = {}
        self.failure: Failure | None = None
        self._parts: dict[int, list[Array]] = {}
        self._previous = previous if previous is not None and self._fits(previous) else None

    def begin(self, phase: Phase, played: PlanStep, watch: Watch | None) -> Step:
        """Announce a step that is about to be played."""
        index, script = len(self.steps), self.plan.script
        step = script[index] if index < len(script) else None
        if step is None or (step.phase, step.node, step.t) != (phase, played.node, played.t):
            step = Step(index, phase, played.node, played.t)
        if watch is not None:
            watch(step)
        self.steps.append(step)
        return step

    def fail(self, step: Step, error: Exception) -> StepFailed:
        """What to raise where a step goes wrong, which becomes the run's failure."""
        when = "" if step.t is None else f" This is at time step {step.t}."
        sentence = explain(step.node, step.phase, error) + when
        self.failure = Failure(step.node, step.index, sentence)
        return StepFailed(self.failure)

    # --- forward ---------------------------------------------------------------------------

    def read(self, slot: int) -> Array:
        """The value in a slot."""
        return self.values[slot]

    def write(self, step: PlanStep, record: Record) -> None:
        """Put a node's outputs into its slots."""
        self.records[step.key] = record
        for slot, out in zip(step.outputs, record.outs, strict=True):
            self.values[slot] = out

    def recall_forward(self, step: PlanStep, ins: tuple[Array, ...]) -> Record | None:
        """What the earlier run computed, if the same module read the same arrays."""
        found = None if self._previous is None else self._previous.records.get(step.key)
        if found is None or not _same(ins, found.ins):
            return None
        ctx = found.context
        same = (
            ctx.mode == self.plan.mode
            and same_module(step.module, found.step.module)
            and (self._draws_alike(ctx) or not step.module.is_random)
            and all(self.values[slot] is ctx.state.get(x) for x, slot in step.states.items())
        )
        return Record(step, ctx, found.ins, found.outs) if same else None

    def _draws_alike(self, ctx: Context) -> bool:
        """Whether masks drawn in an earlier run are those of this one."""
        return ctx.seed == self.plan.seed and ctx.step == self.training_step

    # --- reverse ---------------------------------------------------------------------------

    def add(self, slot: int, part: Array) -> None:
        """Add to a slot's gradient."""
        self._parts.setdefault(slot, []).append(part)

    def total(self, slot: int) -> Array | None:
        """A slot's gradient: the sum of what was added, None where nothing was."""
        added = self._parts.get(slot)
        if added is None:
            return None
        known = self.totals.get(slot)
        if known is None or len(known.parts) != len(added):  # parts come, and never go
            parts = tuple(added)
            known = self._recall_total(slot, parts) or Total(parts, _sum(parts))
            self.totals[slot] = known
        return known.array

    def recall_reverse(
        self, step: PlanStep, gouts: tuple[Array | None, ...]
    ) -> tuple[Array | None, ...] | None:
        """What the earlier run gave back, if this node was recalled and the same arrived."""
        record = self.records[step.key]
        found = None if self._previous is None else self._previous.records.get(step.key)
        if found is None or found.parts is None or found.gouts is None:
            return None
        same = (
            record.context is found.context
            and found.step.need == step.need
            and _same(gouts, found.gouts)
        )
        return found.parts if same else None

    def start_reverse(self) -> None:
        """Write dL/d(target); the earlier run's array where it holds the same numbers."""
        end, seed = self.plan.end, self.plan.seed_gradient
        if end is None or seed is None:
            return
        target = self.plan.owners[end]
        part = frozen(self.backend.asarray(seed))
        if self._previous is not None and self._previous.target == self.plan.target:
            known = self._previous.sums.get(target)
            before = self._previous.plan.seed_gradient
            if known is not None and before is not None and same_bits(before, seed):
                part = known.parts[0]
        self.add(end, part)

    def give_back(
        self,
        step: PlanStep,
        gouts: tuple[Array | None, ...],
        parts: tuple[Array | None, ...],
    ) -> None:
        """Add a node's parts to the gradients of what it read."""
        record = self.records[step.key]
        record.gouts, record.parts = gouts, parts
        for slot, part in zip(step.inputs, parts, strict=True):
            if part is not None:
                self.add(slot, part)

    def _recall_total(self, slot: int, parts: tuple[Array, ...]) -> Total | None:
        if self._previous is None:
            return None
        found = self._previous.sums.get(self.plan.owners[slot])
        return found if found is not None and _same(found.parts, parts) else None

    def sums(self) -> dict[PortRef, Total]:
        """Gradients by the port that owns each slot, where every part of the sum has come."""
        waiting = self._waited_for()
        with np.errstate(all="ignore"):  # finite parts can add up to infinity
            for slot in self._parts:
                if slot not in waiting:
                    self.total(slot)
        owners = self.plan.owners
        return {owners[slot]: total for slot, total in self.totals.items()}

    def _waited_for(self) -> set[int]:
        """The slots that reverse steps which were not played have not added to."""
        played = len(self.steps) - (self.failure is not None)
        if played == len(self.plan.forward) + len(self.plan.reverse):
            return set()
        waiting: set[int] = set()
        for step in self.plan.reverse:
            record = self.records.get(step.key)
            if record is None or record.parts is None:
                waiting.update(step.inputs)
        return waiting

    def _fits(self, previous: Trace) -> bool:
        return previous.device == self.backend.name and previous.dtype == self.plan.dtype


def take_shape(step: PlanStep, port: str, part: Array, dtype: Any) -> Array:
    """A gradient in the port's shape and the run's dtype: here broadcasting is undone."""
    shape = step.shapes[port]
    if isinstance(part, np.ndarray) and part.shape == shape and part.dtype == dtype:
        return frozen(part)
    if isinstance(part, np.generic):
        part = np.asarray(part)
    try:
        taken = sum_to(part, shape)
    except (ValueError, IndexError):
        taken = part
    if taken.shape != shape:
        raise RunError(
            f"{port}: found a gradient of shape {list(part.shape)}, expected {list(shape)}."
            f" This is a fault of {step.module.name}."
        )
    return frozen(taken.astype(dtype, copy=False))


def explain(node: str, phase: Phase, error: Exception) -> str:
    """A sentence that names the node; what no person can act on is logged with its traceback."""
    if isinstance(error, GradwireError):
        text = str(error)
        if getattr(error, "node", ""):
            return text
        port = getattr(error, "port", "")
        return f"{node}.{text}" if port and text.startswith(f"{port}:") else f"{node}: {text}"
    if isinstance(error, MemoryError):
        return f"{node}: found too little memory for its {phase} step. Use smaller sizes."
    _log.error("%s: its %s step failed", node, phase, exc_info=error)
    detail = " ".join(str(error).split()) or "no message"
    return f"{node}: found {type(error).__name__} in its {phase} step ({detail})."


def _same(some: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    if len(some) == 1 == len(others):
        return some[0] is others[0]
    return len(some) == len(others) and all(map(operator.is_, some, others))


def _sum(parts: tuple[Array, ...]) -> Array:
    if len(parts) == 1:
        return parts[0]  # which is frozen already
    total = parts[0] + parts[1]  # a new array (a number where there are no axes)
    for part in parts[2:]:
        total = total + part
    return frozen(np.asarray(total) if isinstance(total, np.generic) else total)
