"""What one run writes down: values and gradients by slot, and what each node left behind."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.errors import GradwireError
from graph.port import PortRef
from runtime.array import Array
from runtime.backend import Backend
from runtime.errors import RunError
from runtime.feeds import Loaded, frozen
from runtime.modules.door import sum_to
from runtime.recalling import Earlier
from runtime.records import Failure, Phase, Record, Step

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan
    from runtime.trace import Trace

_log = logging.getLogger("gradwire")
_log.addHandler(logging.NullHandler())  # silent in other people's programs


class StepFailed(Exception):
    """Ends a run; the tape holds the failure."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Tape:
    """The growing record of one run.

    What comes back to a slot is added to what is there, so that fan-out is right by construction.
    `earlier` is a trace of which this run may take over what it would compute again.
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
        self.records: dict[str, Record] = {}
        self.loaded: dict[PortRef, Loaded] = {}
        self.failure: Failure | None = None
        self.earlier = Earlier.of(previous, self)
        self._came: dict[int, Array] = {}  # what first came back to each slot
        self._parts: dict[int, list[Array]] = {}  # all that came, where it is more
        self._sums: dict[int, tuple[int, Array]] = {}  # of these: how many, and their sum

    def named(self, phase: Phase, steps: Iterable[PlanStep]) -> Iterable[tuple[PlanStep, Step]]:
        """Steps that are about to be played, and what the run calls them.

        Where it is played as planned, they have their names from the plan.
        """
        plan, begun = self.plan, len(self.steps)
        start = 0 if phase == "forward" else len(plan.forward)
        if begun == start and steps is (plan.forward if phase == "forward" else plan.reverse):
            return zip(steps, plan.script[start:], strict=False)
        return ((s, Step(i, phase, s.node, s.t)) for i, s in enumerate(steps, begun))

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

    def write(self, record: Record) -> None:
        """Put a node's outputs into its slots."""
        step = record.step
        self.records[step.key] = record
        self.values.update(zip(step.outputs, record.outs, strict=True))

    # --- reverse ---------------------------------------------------------------------------

    def start_reverse(self) -> None:
        """Write dL/d(target); the earlier run's array where it holds the same numbers."""
        end, seed = self.plan.end, self.plan.seed_gradient
        if end is None or seed is None:
            return
        known = None if self.earlier is None else self.earlier.seed(self.plan)
        self.add(end, frozen(self.backend.asarray(seed)) if known is None else known)

    def add(self, slot: int, part: Array) -> None:
        """Add to a slot's gradient."""
        if slot not in self._came:
            self._came[slot] = part
        else:
            self._parts.setdefault(slot, [self._came[slot]]).append(part)

    def give_back(
        self,
        record: Record,
        gouts: tuple[Array | None, ...],
        parts: tuple[Array | None, ...],
    ) -> None:
        """Add a node's parts to the gradients of what it read."""
        record.gouts, record.parts = gouts, parts
        came = self._came
        for slot, part in zip(record.step.inputs, parts, strict=True):
            if part is None:
                continue
            if slot in came:
                self.add(slot, part)
            else:
                came[slot] = part

    def total(self, slot: int) -> Array | None:
        """A slot's gradient: the sum of what was added, None where nothing was."""
        return self._sum(slot) if slot in self._parts else self._came.get(slot)

    def _sum(self, slot: int) -> Array:
        parts, known = self._parts[slot], self._sums.get(slot)
        if known is not None and known[0] == len(parts):  # parts come, and never go
            return known[1]
        total = None if self.earlier is None else self.earlier.total(slot, parts)
        if total is None:
            total = _sum(parts)
        self._sums[slot] = len(parts), total
        return total

    def gradients(self) -> dict[int, Array]:
        """The gradient of each slot whose parts have all come."""
        with np.errstate(all="ignore"):  # finite parts can add up to infinity
            found = self._came | {slot: self._sum(slot) for slot in self._parts}
        for slot in self._waited_for():
            found.pop(slot, None)
        return found

    def terms(self) -> dict[int, Sequence[Array]]:
        """The parts of the gradients that are sums of several, in the order they came."""
        return dict(self._parts)

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


def take_shape(step: PlanStep, port: str, part: Array, dtype: Any) -> Array:
    """A gradient in the port's shape and the run's dtype: here broadcasting is undone."""
    shape = step.shapes[port]
    if isinstance(part, np.generic):
        part = np.asarray(part)
    try:
        taken = sum_to(part, shape)
    except (ValueError, IndexError):
        taken = part
    if taken.shape != shape:
        raise RunError(
            f"{port}: found a gradient of shape {list(part.shape)}, expected {list(shape)}."
            f" This is a fault of {step.module.name}.",
            port=port,
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


def _sum(parts: list[Array]) -> Array:
    total = parts[0] + parts[1]  # a new array (a number where there are no axes)
    for part in parts[2:]:
        total = total + part
    return frozen(np.asarray(total) if isinstance(total, np.generic) else total)
