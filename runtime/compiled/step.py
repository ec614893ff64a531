"""A plan compiled for training: where feeds go in, and gradients come out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from graph.uncollected import uncollected
from runtime.array import Array
from runtime.backend import Backend
from runtime.compiled.drawing import Ends, draw
from runtime.compiled.over_time.grouping import group
from runtime.compiled.passes import simplify
from runtime.compiled.report import Report, report_on
from runtime.compiled.scalars import gathered
from runtime.compiled.units import Work, needed, read_by, wanted
from runtime.feeds import Host, Source, fed_at, load
from runtime.moments import apart

if TYPE_CHECKING:
    from runtime.plan import Plan


@dataclass(frozen=True, slots=True)
class Trained:
    """The arrays that a training changes, by port: they stay the same from step to step.

    `values` and `gradients` are of the tensors that are trained, `states` of the others.
    """

    values: Mapping[PortRef, Array]
    gradients: Mapping[PortRef, Array]
    states: Mapping[PortRef, Array]


class Compiled:
    """A plan's program, and the arrays that are fed. Made for feeds of the given shapes.

    Raises `FeedError` where something is missing. On the CPU.
    """

    @uncollected()
    def __init__(
        self, plan: Plan, backend: Backend, trained: Trained, fed: Mapping[str, Host]
    ) -> None:
        self.plan = plan
        self._entries: dict[str, Array] = {}
        steps = needed(plan)
        own = {**trained.values, **trained.states}
        read = read_by(plan, steps)
        constants, sources, gradients = {}, {}, {}
        for source in plan.sources:
            if source.ref in trained.gradients:
                gradients[source.slot] = trained.gradients[source.ref]
            if source.slot not in read:
                continue
            if source.ref in own:
                sources[source.slot] = own[source.ref]
            elif fed_at(fed, apart(source.ref)[0]) is None:
                constants[source.slot] = load(source, None, None, backend).array
            else:
                sources[source.slot] = self._entry(source, fed)
        self.simplified = simplify(plan, backend, steps, constants)
        sources.update(self.simplified.constants)
        wants = wanted(self.simplified.steps, gradients)
        work, sources = group(plan, self.simplified, wants, sources)
        self._units = gathered(plan, work, wants, self.simplified.constants)
        work = Work(self._units, work.types)
        self.program = draw(plan, backend, work, Ends(sources, gradients))

    @functools.cached_property
    def report(self) -> Report:
        """What was done with each step of the plan."""
        return report_on(self.plan, self.simplified, self._units, self.program)

    def takes(self, fed: Mapping[str, Host]) -> bool:
        """Whether arrays of these dtypes can be fed as they are, whatever numbers they hold."""
        return all(
            np.issubdtype(entry.dtype, np.floating) or np.can_cast(fed[key].dtype, entry.dtype)
            for key, entry in self._entries.items()
        )

    def feed(self, fed: Mapping[str, Host]) -> None:
        """Take the arrays of the next step; of what nobody reads there is nothing to take."""
        for key, entry in self._entries.items():
            entry[...] = fed[key]

    def run(self, training_step: int) -> Array:
        """Both passes: the sum of what is differentiated, 0-d; gradients are where they belong."""
        self.program.run(training_step)
        target = self.program.target
        return np.array(target.sum()) if target.ndim else target.copy()

    def commit(self) -> None:
        """Change the states as the step says."""
        for call in self.program.commits:
            call()

    def _entry(self, source: Source, fed: Mapping[str, Host]) -> Array:
        """What a slot starts with that is fed: a part of an array that stays the same."""
        ref, _ = apart(source.ref)
        key = ref.node if ref.node in fed else str(ref)
        if key not in self._entries:
            self._entries[key] = np.empty(fed[key].shape, source.type.dtype)
        entry = self._entries[key]
        return entry if source.part is None else entry[source.part, ...]
