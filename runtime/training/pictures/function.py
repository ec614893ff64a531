"""Ports of a graph as a function of what is given at others, for many samples at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graph import edits as e
from graph.checking import check
from graph.flattening import flatten
from graph.initialise import sizes
from graph.port import PortRef
from graph.time import is_sequence
from runtime import passes
from runtime.backend import Backend
from runtime.errors import NoValue, RunError
from runtime.feeds import Host, Loaded, frozen, load
from runtime.moments import apart, moment
from runtime.over_time import at_last
from runtime.plan import Plan, compile_plan
from runtime.samples import count_samples
from runtime.tape import StepFailed, Tape
from runtime.training.pictures.subject import is_data, needed_by

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.numbering import PlanStep

Parameters = Mapping[str, Host]
SAMPLES = "samples"  # the size that stands for a number of samples that was fixed


class Function:
    """What stands at some ports of a graph when numbers are given at others.

    `data` are the samples of its data ports, which say their shapes. The batch is open: a graph
    that is drawn for four samples is evaluated at any number of them. It runs on the CPU, in mode
    eval; only what is asked for is computed. Parameters and state, by address, stand in for the
    graph's own. The graph is copied and never changed.
    """

    def __init__(self, graph: Graph, data: Mapping[PortRef, Host], ends: Iterable[PortRef]) -> None:
        self._data = dict(data)
        flat = flatten(graph).graph
        self._axes = {ref: int(_is_over_time(flat, ref)) for ref in data}
        self.count = min((a.shape[self._axes[r]] for r, a in data.items() if a.ndim), default=0)
        self._graph = _opened(graph, ends, self.count)
        self._backend = Backend.open("cpu")
        self._plans: dict[int, Plan] = {}
        self._needed: dict[tuple[int, frozenset[int], tuple[int, ...]], tuple[PlanStep, ...]] = {}
        self._loaded: dict[PortRef, Loaded] = {}

    def samples(self, first: int, last: int) -> dict[PortRef, Host]:
        """Some samples of the data, as they are fed."""
        return {
            ref: array[:, first:last] if self._axes[ref] else array[first:last]
            for ref, array in self._data.items()
        }

    def plan(self, count: int) -> Plan:
        """The plan for so many samples; what has errors, as a loss without a truth, is left out."""
        if count not in self._plans:
            types = {}
            for ref, array in self._data.items():
                if ref.node in self._graph:
                    shape, axis = list(array.shape), self._axes[ref]
                    shape[axis : axis + 1] = [count]
                    types[_key(self._graph, ref)] = (array.dtype.name, tuple(shape))
            checked = check(self._graph, types)
            self._plans[count] = compile_plan(self._graph, checked, mode="eval", partial=True)
        return self._plans[count]

    @property
    def work(self) -> float:
        """About how many numbers one sample takes on the way."""
        plan = self.plan(self.count)
        numbers = sum(math.prod(sizes(type_)) for type_ in plan.slots)
        return max(numbers / max(self.count, 1), 1.0)

    def is_sequence(self, ref: PortRef) -> bool:
        """Whether a data port has time as axis 0."""
        return bool(self._axes.get(ref))

    def is_inside_time(self, ref: PortRef) -> bool:
        """Whether a port has a value at each time step."""
        return self.plan(self.count).drawn_times(ref) is not None

    def is_enough(self, source: PortRef, target: PortRef) -> bool:
        """Whether a port decides another by itself: no data reaches that past it."""
        plan = self.plan(self.count)
        known, end = _slot(plan, source, None), _slot(plan, target, None)
        steps = self._steps(plan, frozenset([known]), (end,))
        read = {slot for step in steps for slot in _reads(step)}
        data = {slot for ref, slot in plan.slot_of.items() if apart(ref)[0] in self._data}
        return known in read and read.isdisjoint(data)

    def ask_apart(self, source: PortRef, target: PortRef, count: int) -> None:
        """Raise `SamplesMix`, naming a node, where a sample's value depends on other samples."""
        plan = self.plan(count)
        count_samples(plan, at_last(plan, source), at_last(plan, target))

    def at(
        self,
        given: Mapping[PortRef, Host],
        wanted: Sequence[PortRef],
        parameters: Parameters | None = None,
        t: int | None = None,
    ) -> tuple[Host, ...]:
        """The values at `wanted` where those at `given` are these arrays.

        Ports inside time are taken at the time step `t`, without it at the last one; data ports
        have time as axis 0 there. Raises `NoValue` naming a port that has no value, `RunError`
        naming a node that refuses its numbers.
        """
        plan = self.plan(self._count(given))
        fed = {ref: array for ref, array in given.items() if ref in self._data}
        known = {_slot(plan, ref, t): a for ref, a in given.items() if ref not in self._data}
        ends = tuple(_slot(plan, ref, t) for ref in wanted)
        steps = self._steps(plan, frozenset(known), ends)
        tape = Tape(plan, self._backend)
        for slot, array in known.items():
            type_ = plan.slots[slot]
            tape.values[slot] = frozen(np.array(array, type_.dtype).reshape(type_.shape))
        self._fill(tape, {*ends, *(s for step in steps for s in _reads(step))}, fed, parameters)
        with np.errstate(all="ignore"):
            try:
                for _ in passes.forward(tape, steps=steps):
                    pass
            except StepFailed as failed:
                raise RunError(failed.failure.message, node=failed.failure.node) from failed
        return tuple(tape.values[slot] for slot in ends)

    # --- inside ---------------------------------------------------------------------------

    def _count(self, given: Mapping[PortRef, Host]) -> int:
        for ref, array in given.items():
            return int(array.shape[self._axes.get(ref, 0)])
        return self.count

    def _steps(
        self, plan: Plan, known: frozenset[int], ends: tuple[int, ...]
    ) -> tuple[PlanStep, ...]:
        """The steps that the ends need, in their order; nothing before what is known."""
        key = id(plan), known, ends
        if key not in self._needed:
            read, found = set(ends) - known, []
            for step in reversed(plan.forward):
                if not read.isdisjoint(step.outputs):
                    read.update(slot for slot in _reads(step) if slot not in known)
                    found.append(step)
            self._needed[key] = tuple(reversed(found))
        return self._needed[key]

    def _fill(
        self,
        tape: Tape,
        slots: set[int],
        fed: Mapping[PortRef, Host],
        parameters: Parameters | None,
    ) -> None:
        """Load the sources among some slots: what is fed, the parameters, else what is kept."""
        own = parameters or {}
        for source in tape.plan.sources:
            if source.slot not in slots or source.slot in tape.values:
                continue
            ref = source.ref
            array = fed.get(apart(ref)[0])
            array = own.get(str(ref)) if array is None else array
            loaded = load(source, array, self._loaded.get(ref), self._backend)
            if array is None:
                self._loaded[ref] = loaded
            tape.values[source.slot] = loaded.array


def _opened(graph: Graph, ends: Iterable[PortRef], count: int) -> Graph:
    """A copy of what leads to some ports alone, whose inputs take any number of samples."""
    kept = needed_by(graph, {ref.node.partition("/")[0] for ref in ends})
    opened = graph.copy()
    opened.apply(e.Batch(tuple(e.RemoveNode(id_) for id_ in graph.nodes if id_ not in kept)))
    for id_ in kept:
        if is_data(opened, id_) and "shape" in opened.nodes[id_].attributes:
            shape = list(opened.nodes[id_].attributes["shape"])
            axis = int(is_sequence(opened, id_))  # an Input has one port
            if len(shape) > axis and shape[axis] == count:
                shape[axis] = SAMPLES
                opened.set(id_, shape=tuple(shape))
    return opened


def _is_over_time(graph: Graph, ref: PortRef) -> bool:
    """Whether a data port has time as axis 0."""
    module = graph.module(ref.node)
    return module is not None and ref.port in module.over_time


def _reads(step: PlanStep) -> tuple[int, ...]:
    return (*step.inputs, *step.states.values())


def _key(graph: Graph, ref: PortRef) -> str:
    """What a feed is keyed by: the node, or one of its ports where it has several."""
    module = graph.module(ref.node)
    return ref.node if module is None or len(module.output_ports) == 1 else str(ref)


def _slot(plan: Plan, ref: PortRef, t: int | None) -> int:
    """The slot of a port, inside time at the step `t` or at the last."""
    times = plan.drawn_times(ref)
    if times is not None:
        ref = moment(ref, times[-1] if t is None or t not in times else t)
    if ref not in plan.slot_of:
        problem = next((p for p in plan.check.errors if p.node), None)
        why = f" {problem.message}" if problem is not None else ""
        raise NoValue(f"{ref}: found no value, for it cannot run.{why}")
    return plan.slot_of[ref]
