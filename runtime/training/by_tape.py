"""Both passes of a training step as a run does them, node by node, with everything written down.

What is compiled computes no step that leads nowhere, and so none is computed here: a branch beside
the loss neither stops a training nor is the reason why one stops.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime import passes
from runtime.array import Array
from runtime.backend import Backend
from runtime.compiled.step import Trained
from runtime.compiled.units import needed, read_by
from runtime.errors import RunError
from runtime.feeds import Host, Loaded, fed_at, load
from runtime.moments import apart
from runtime.tape import StepFailed, Tape

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan


class ByTape:
    """A plan's passes on any device. What they write down is `tape`, after a run."""

    def __init__(
        self, plan: Plan, backend: Backend, trained: Trained, fed: Mapping[str, Host]
    ) -> None:
        self.plan, self.backend, self.trained = plan, backend, trained
        self.tape = Tape(plan, backend)
        self._own = {**trained.values, **trained.states}
        self._fed = fed
        self._loaded: Mapping[PortRef, Loaded] = {}

    def takes(self, fed: Mapping[str, Host]) -> bool:
        """Whether arrays like these can be fed as they are: here each is asked about."""
        return False

    def feed(self, fed: Mapping[str, Host]) -> None:
        """Take the arrays of the next step."""
        self._fed = fed

    def run(self, training_step: int) -> Array:
        """Both passes: the sum of what is differentiated, 0-d; gradients are where they belong.

        Raises `RunError` naming the node whose step failed.
        """
        self.play(training_step, is_training=True)
        tape, end = self.tape, self.plan.end
        assert end is not None
        for source in self.plan.sources:
            home = self.trained.gradients.get(source.ref)
            if home is not None:
                total = tape.total(source.slot)
                home[...] = 0 if total is None else total
        loss = tape.values[end]
        return self.backend.xp.array(loss.sum() if loss.ndim else loss)

    def play(self, training_step: int, *, is_training: bool) -> None:
        """Both passes of a training, or the forward pass of all there is; raises as `run`."""
        self.tape = tape = Tape(self.plan, self.backend, training_step=training_step)
        steps, read = self._needed if is_training else (self.plan.forward, None)
        with self.backend.active(), np.errstate(all="ignore"):
            self._fill(tape, read)
            try:
                for _ in passes.forward(tape, steps=steps):
                    pass
                if is_training:
                    for _ in passes.reverse(tape):
                        pass
            except StepFailed as failed:
                raise RunError(failed.failure.message, node=failed.failure.node) from failed

    @functools.cached_property
    def _needed(self) -> tuple[Sequence[PlanStep], Collection[int]]:
        """The steps of a training, and the slots that they read."""
        steps = needed(self.plan)
        return steps, read_by(self.plan, steps)

    def commit(self) -> None:
        """Change the states as the step says."""
        states = {source.slot: source.ref for source in self.plan.sources}
        for record in self.tape.records.values():
            for port, array in record.context.updates.items():
                self.trained.states[states[record.step.states[port]]][...] = array

    def _fill(self, tape: Tape, slots: Collection[int] | None) -> None:
        """Give the tape what sources hold, or those of some slots."""
        for source in self.plan.sources:
            if slots is not None and source.slot not in slots:
                continue
            array = self._own.get(source.ref)
            if array is not None:
                loaded = Loaded(source, array[...])  # a view, for a run makes read-only what it has
            else:
                given = fed_at(self._fed, apart(source.ref)[0])
                known = self._loaded.get(source.ref) if given is None else None
                loaded = load(source, given, known, self.backend)
            tape.loaded[source.ref] = loaded
            tape.values[source.slot] = loaded.array
        self._loaded = {ref: x for ref, x in tape.loaded.items() if ref not in self._own}
