"""A graph made ready to run: numbered slots, and a list of steps over them."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import numpy as np

from graph.checking import Check, check
from graph.flattening import Flat
from graph.initialise import sizes
from graph.instances import flat_target
from graph.model import Graph
from graph.port import PortRef, PortType, show_shape
from graph.tensor import Tensor
from graph.uncollected import uncollected
from runtime.errors import CheckFailed, NoTarget, RunError
from runtime.feeds import Host, Source, tensor_array
from runtime.memory import forecast
from runtime.moments import apart, moment
from runtime.numbering import Numbering, PlanStep
from runtime.paths import Hop, find_hops
from runtime.records import Phase, Step

Mode = Literal["train", "eval"]
FEW = 4096  # numbers in a slot
SeedGradient = Host | int | tuple[int, ...] | None


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A frozen plan; made by `compile_plan`.

    `slots` gives each slot's type, `slot_of` the slot of every port that runs (an input's is
    that of the output that feeds it), `sources` the slots that no step writes. `forward` are
    all steps in order, `reverse` those on a path to the target, in the opposite order;
    `reached` are the slots that get a gradient. `edges` maps input ports to what feeds them,
    None for a tensor of the node's own. `why_forward_only` says why there is no target.

    A port inside time stands in `slot_of` once per step, by its address there (`h@3.y`), and so in
    `feeders`, which are the edges of the unfolded graph; `edges` are those that are drawn.
    `target` is the drawn port and `end` the slot that is differentiated: the last step's.
    `made_for` says for which form of a graph and which feeds an engine had it made.
    """

    revision: int
    dtype: str
    mode: Mode
    seed: int
    check: Check
    slots: tuple[PortType, ...]
    slot_of: dict[PortRef, int]
    sources: tuple[Source, ...]
    forward: tuple[PlanStep, ...]
    reverse: tuple[PlanStep, ...]
    reached: frozenset[int]
    edges: Mapping[PortRef, PortRef | None]
    feeders: Mapping[PortRef, PortRef | None]
    target: PortRef | None
    end: int | None
    seed_gradient: Host | None
    why_forward_only: str | None
    warnings: tuple[str, ...]
    made_for: Any = None
    _hops: dict[tuple[PortRef, int], tuple[Hop, ...]] = field(default_factory=dict)

    _reading: dict[PortRef, dict[int, list[PortRef]]] = field(default_factory=dict)

    def __repr__(self) -> str:
        forward, reverse = len(self.forward), len(self.reverse)
        return f"<Plan of revision {self.revision}: {forward} forward, {reverse} reverse steps>"

    @property
    def flat(self) -> Flat:
        """How the ports of instances are found among those of the steps."""
        return self.check.flat

    def hops(self, source: PortRef, end: int) -> tuple[Hop, ...]:
        """The ways through steps on all paths from a port to a slot; kept, for values change
        nothing in it.
        """
        key = source, end
        if key not in self._hops:
            self._hops[key] = tuple(find_hops(self, source, end))
        return self._hops[key]

    def inner_inputs(self, ref: PortRef) -> tuple[PortRef, ...]:
        """The inputs of steps that an edge ends at: several at an instance, or over time."""
        drawn, t = apart(ref)
        times = self.times(ref) or (t,)  # a tied parameter is read at all steps
        inner = self.flat.inputs.get(drawn, (drawn,))
        return tuple(moment(port, time) for port in inner for time in times)

    @functools.cached_property
    def readers(self) -> Mapping[PortRef, list[PortRef]]:
        """The inputs that each port is wired to, as drawn, or gives an initial value to."""
        found: dict[PortRef, list[PortRef]] = {}
        for target, source in self.edges.items():
            if source is not None:
                found.setdefault(source, []).append(target)
        for edge in self.flat.origin.edges:
            if edge.delay and edge.initial is not None and edge.initial != edge.source:
                found.setdefault(edge.initial, []).append(edge.target)
        return found

    def reading(self, target: PortRef) -> Mapping[int, list[PortRef]]:
        """At which addresses in time a drawn port reads each slot."""
        if target not in self._reading:
            found: dict[int, list[PortRef]] = {}
            for ref in (moment(target, t) for t in self.times(target) or ()):
                found.setdefault(self.slot_of[ref], []).append(ref)
            self._reading[target] = found
        return self._reading[target]

    @functools.cached_property
    def memory(self) -> tuple[int, int]:
        """Bytes that a run takes forward alone, and with its reverse pass."""
        return forecast(self, reverse=False), forecast(self, reverse=True)

    @functools.cached_property
    def owners(self) -> Mapping[int, PortRef]:
        """The port that owns each slot: the first that stands for it."""
        return {slot: ref for ref, slot in reversed(self.slot_of.items())}

    @functools.cached_property
    def script(self) -> tuple[Step, ...]:
        """The steps of a run that is played to its end."""
        phases: tuple[tuple[Phase, tuple[PlanStep, ...]], ...]
        phases = ("forward", self.forward), ("reverse", self.reverse)
        played = ((phase, step) for phase, steps in phases for step in steps)
        return tuple(Step(i, phase, s.node, s.t) for i, (phase, s) in enumerate(played))

    @functools.cached_property
    def dtypes(self) -> tuple[np.dtype[Any], ...]:
        """NumPy's dtype of each slot."""
        made = {name: np.dtype(name) for name in {type_.dtype for type_ in self.slots}}
        return tuple([made[type_.dtype] for type_ in self.slots])

    @functools.cached_property
    def floating(self) -> tuple[frozenset[int], frozenset[int]]:
        """The floating slots: those of few numbers, which can be looked at together, and others."""
        every = {i: math.prod(sizes(x)) for i, x in enumerate(self.slots) if x.is_floating}
        few = frozenset(slot for slot, count in every.items() if count <= FEW)
        return few, frozenset(every) - few

    @functools.cached_property
    def read_at(self) -> Mapping[PortRef, tuple[str, int]]:
        """The key of the step that gives a gradient back to an input, and the place it has there.

        By the input's address.
        """
        places = ((step, place) for step in self.reverse for place in range(len(step.reads)))
        return {step.reads[place]: (step.key, place) for step, place in places}

    @functools.cached_property
    def step_of(self) -> Mapping[str, PlanStep]:
        """The forward step of each node that has one, by address; by id that of the last time."""
        found = {step.node: step for step in self.forward}
        return found | {step.key: step for step in self.forward if step.t is not None}

    def reader(self, ref: PortRef) -> tuple[PlanStep | None, str]:
        """The step that reads or writes a port, and the port's name there; a drawn one's last.

        The name is empty where the step does not read the port at that time.
        """
        node, t = apart(ref)[0].node, apart(ref)[1]
        step = self.step_of.get(ref.node) or self.step_of.get(node)
        if step is None or step.t is not None or not step.leads_out:
            return step, ref.port
        if t is None:
            return step, ref.port if ref in step.writes else step.input_names[-1]
        return step, step.input_names[step.reads.index(ref)] if ref in step.reads else ""

    def floating_outputs(self, node: str) -> tuple[str, ...]:
        """Names of the floating outputs of a node (or `node@t`) that has a step, or an instance."""
        drawn, t = apart(PortRef(node, ""))
        if drawn.node in self.flat.instances:
            wholes = (ref for ref in self.flat.outputs if ref.node == drawn.node)
            return tuple(ref.port for ref in wholes if self.is_floating(moment(ref, t)))
        step = self.step_of[node]
        return tuple(
            name
            for name, slot in zip(step.output_names, step.outputs, strict=True)
            if self.slots[slot].is_floating
        )

    def is_floating(self, ref: PortRef) -> bool:
        """Whether a port has a slot, of floating numbers."""
        slot = self.slot_of.get(ref)
        return slot is not None and self.slots[slot].is_floating

    @property
    def steps(self) -> int | None:
        """The number of time steps; None where nothing is inside time."""
        return self.check.time.steps if self.check.time.inside else None

    def times(self, ref: PortRef) -> range | None:
        """The time steps at which a drawn port has a value of its own; None outside time."""
        return range(self.steps) if self.steps and moment(ref, 0) in self.slot_of else None

    def drawn_times(self, ref: PortRef) -> range | None:
        """The same, but None too for an address in time, which has one value."""
        return None if ref in self.slot_of else self.times(ref)

    def feeder(self, ref: PortRef) -> PortRef | None:
        """What feeds a drawn port, or one at a time step; None where nothing does."""
        found = self.feeders.get(ref, ref)
        return self.edges.get(apart(ref)[0]) if found == ref else found


@uncollected()
def compile_plan(
    graph: Graph,
    checked: Check | None = None,
    *,
    dtype: str | None = None,
    mode: str | None = None,
    target: str | None = None,
    seed_gradient: SeedGradient = None,
    partial: bool = False,
) -> Plan:
    """Make a graph ready to run; `checked` is a `check` of it with the feeds' shapes.

    `dtype`, `mode` and `target` stand in for the graph's own. `seed_gradient` is dL/d(target):
    an array of the target's shape, or the index of one entry; the graph's own for its own
    target, else ones. With `partial`
    the nodes without errors are planned, else errors raise `CheckFailed`.
    """
    if seed_gradient is None and target is None:
        own = graph.seed_gradient
        seed_gradient = tensor_array(own) if isinstance(own, Tensor) else own
    if target is not None:
        revision = graph.revision
        graph = graph.copy()
        graph.configure(target=target, seed_gradient=None)
        graph.revision = revision
    if checked is None:
        checked = check(graph, dtype=dtype)
    elif target is not None:
        checked = _retarget(graph, checked)
    if checked.errors and not partial:
        raise CheckFailed(checked.errors)
    numbering = Numbering(checked.flat.graph, checked, dtype or graph.dtype)
    left_out = numbering.why_not()
    if left_out and not partial:
        node, reason = next(iter(left_out.items()))
        raise RunError(reason, node=node)
    numbering.number(left_out)
    numbering.instances(checked.flat)
    return _finish(numbering, cast(Mode, mode or graph.mode), seed_gradient)


def _retarget(graph: Graph, checked: Check) -> Check:
    flat = replace(checked.flat, origin=graph)
    target, problem, candidates = flat_target(flat, checked.types, checked.runnable)
    return replace(checked, target=target, target_problem=problem, candidates=candidates)


def _finish(numbering: Numbering, mode: Mode, seed_gradient: SeedGradient) -> Plan:
    checked = numbering.check
    target, problem = checked.target, checked.target_problem
    end = None if target is None else _end(numbering, target)
    target = None if end is None else target
    warnings: tuple[str, ...] = ()
    seed: Host | None = None
    reverse: tuple[PlanStep, ...] = ()
    reached: frozenset[int] = frozenset()
    if target is not None and end is not None:
        seed = _seed(target, numbering.slots[end], seed_gradient)
        reverse, reached = _reverse(numbering.steps, end)
        if problem is not None and seed_gradient is None:
            warnings = (problem.message,)
    return Plan(
        checked.revision,
        numbering.dtype,
        mode,
        numbering.graph.seed,
        checked,
        tuple(numbering.slots),
        numbering.slot_of,
        tuple(numbering.sources),
        tuple(numbering.steps),
        reverse,
        reached,
        numbering.edges,
        numbering.feeders,
        target,
        end,
        seed,
        None if target is not None or problem is None else problem.message,
        warnings,
    )


def _end(numbering: Numbering, target: PortRef) -> int | None:
    """The slot of the target; inside time it is taken at the last step."""
    steps = numbering.check.time.steps
    last = moment(target, steps - 1) if steps else target
    return numbering.slot_of.get(target, numbering.slot_of.get(last))


def _reverse(steps: list[PlanStep], target: int) -> tuple[tuple[PlanStep, ...], frozenset[int]]:
    """The steps on a path to the target, last first, and the slots that get a gradient."""
    reached = {target}
    found = []
    for step in reversed(steps):
        if any(step.need) and not reached.isdisjoint(step.outputs):
            found.append(step)
            reached.update(s for s, need in zip(step.inputs, step.need, strict=True) if need)
    return tuple(found), frozenset(reached)


def _seed(target: PortRef, type_: PortType, wanted: SeedGradient) -> Host:
    """dL/d(target), read-only, of the target's shape and dtype."""
    shape = tuple(int(size) for size in type_.shape)
    dtype = np.dtype(type_.dtype)
    if wanted is None:
        return np.broadcast_to(np.ones((), dtype), shape)
    index = wanted if isinstance(wanted, tuple) else (wanted,)
    if all(isinstance(entry, int | np.integer) for entry in index):
        seed = np.zeros(shape, dtype)
        if len(index) != len(shape) or not all(
            -size <= i < size for i, size in zip(index, shape, strict=True)
        ):
            raise NoTarget(
                f"{target}: found seed gradient index {list(index)}, expected one of an entry"
                f" of {show_shape(shape)}.",
                node=target.node,
            )
        seed[index] = 1
    else:
        seed = np.array(wanted, dtype)
        if seed.shape != shape:
            raise NoTarget(
                f"{target}: found a seed gradient {show_shape(seed.shape)}, expected"
                f" {show_shape(shape)}.",
                node=target.node,
            )
    seed.flags.writeable = False
    return seed
