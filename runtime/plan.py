"""A graph made ready to run: numbered slots, and a list of steps over them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import numpy as np

from graph.checking import Check, check
from graph.flattening import Flat
from graph.initialise import sizes
from graph.instances import flat_target
from graph.model import Graph
from graph.module import Module
from graph.port import PortRef, PortType, show_shape
from graph.tensor import Tensor
from runtime.bypass import Bypass
from runtime.errors import CheckFailed, NoTarget, RunError
from runtime.feeds import Host, Initial, Source, tensor_array
from runtime.modules.door import Differentiable
from runtime.paths import Hop, find_hops

Mode = Literal["train", "eval"]
SeedGradient = Host | int | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One node: which slots it reads and writes, in the order of its wired and output ports.

    `need` says which inputs a gradient goes back to; `states` the slots of state ports.
    `shapes` has every port of the node.
    """

    node: str
    module: Differentiable
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    need: tuple[bool, ...]
    states: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the ports that `inputs` and `need` belong to."""
        return self.module.wired_names

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the ports that `outputs` belongs to."""
        return self.module.output_names


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A frozen plan; made by `compile_plan`.

    `slots` gives each slot's type, `slot_of` the slot of every port that runs (an input's is
    that of the output that feeds it), `sources` the slots that no step writes. `forward` are
    all steps in order, `reverse` those on a path to the target, in the opposite order;
    `reached` are the slots that get a gradient. `edges` maps input ports to what feeds them,
    None for a tensor of the node's own. `why_forward_only` says why there is no target.
    """

    revision: int
    dtype: str
    mode: Mode
    seed: int
    check: Check
    slots: tuple[PortType, ...]
    slot_of: Mapping[PortRef, int]
    sources: tuple[Source, ...]
    forward: tuple[PlanStep, ...]
    reverse: tuple[PlanStep, ...]
    reached: frozenset[int]
    edges: Mapping[PortRef, PortRef | None]
    target: PortRef | None
    seed_gradient: Host | None
    why_forward_only: str | None
    warnings: tuple[str, ...]
    _hops: dict[tuple[PortRef, int], tuple[Hop, ...]] = field(default_factory=dict)

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

    @functools.cached_property
    def step_of(self) -> Mapping[str, PlanStep]:
        """The forward step of each node that has one."""
        return {step.node: step for step in self.forward}


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
    numbering = _Numbering(checked.flat.graph, checked, dtype or graph.dtype)
    for id_ in checked.order:
        if id_ in checked.runnable:
            reason = numbering.visit(id_)
            if reason and not partial:
                raise RunError(reason, node=id_)
    numbering.instances(checked.flat)
    return _finish(numbering, cast(Mode, mode or graph.mode), seed_gradient)


def _retarget(graph: Graph, checked: Check) -> Check:
    flat = replace(checked.flat, origin=graph)
    target, problem, candidates = flat_target(flat, checked.types, checked.runnable)
    return replace(checked, target=target, target_problem=problem, candidates=candidates)


@dataclass
class _Numbering:
    """Gives slots to ports and steps to nodes, in the order of the check."""

    graph: Graph
    check: Check
    dtype: str
    slots: list[PortType] = field(default_factory=list)
    slot_of: dict[PortRef, int] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    steps: list[PlanStep] = field(default_factory=list)
    edges: dict[PortRef, PortRef | None] = field(default_factory=dict)

    def visit(self, id_: str) -> str | None:
        """Number one node's ports and, unless it is a source, plan its step.

        A node that cannot be planned is left out with all that it feeds; returns the reason.
        """
        module = self.graph.module(id_)
        if module is None:
            return f"{id_}: found an unknown module, expected one of the catalogue."
        reason = self._why_not(module, id_)
        if reason:
            return reason
        if module.outline() == "source":
            for port in module.output_ports:
                self._source(module, PortRef(id_, port.name))
            return None
        for name, edge in self.graph.arriving(id_).items():
            self.edges[PortRef(id_, name)] = edge.source
            self.slot_of[PortRef(id_, name)] = self.slot_of[edge.source]
        if self.graph.nodes[id_].bypassed:
            module = Bypass.of(module)
        assert isinstance(module, Differentiable)
        self._own(module, id_)
        self._step(module, id_)
        return None

    def _why_not(self, module: Module, id_: str) -> str | None:
        for edge in self.graph.arriving(id_).values():
            if edge.source not in self.slot_of:
                return f"{edge.target}: found no value from {edge.source}, expected one."
        if module.outline() != "source" and not isinstance(module, Differentiable):
            return f"{id_}: found {module.name}, which computes nothing, expected one that does."
        for name in module.ports:
            owner = self.check.flat.ties.get(PortRef(id_, name))
            if owner is not None and owner not in self.check.types:
                return f"{id_}.{name}: found no {owner}, expected the parameter it is tied to."
            type_ = self.check.types.get(PortRef(id_, name))
            if type_ is not None and not type_.is_known:
                return f"{id_}.{name}: found {type_}, expected sizes that are numbers."
        return None

    def instances(self, flat: Flat) -> None:
        """Slots of the ports of instances, which are those of inner ports; edges as drawn."""
        for whole, inner in (*flat.outputs.items(), *flat.feeds.items()):
            if inner in self.slot_of:
                self.slot_of[whole] = self.slot_of[inner]
        for target, source in flat.drawn.items():
            if self.edges.get(target) is not None or target in flat.inputs:
                self.edges[target] = source

    def _own(self, module: Module, id_: str) -> None:
        """Slots for the parameters and states that the node owns now."""
        for port in (*module.parameter_ports, *module.state_ports):
            ref = PortRef(id_, port.name)
            if ref in self.edges:
                continue
            owner = self.check.flat.ties.get(ref, ref)
            if owner not in self.slot_of:  # else an instance tied to this one came first
                owning = self.graph.module(owner.node)
                assert owning is not None
                self._source(owning, owner)
            self.slot_of[ref] = self.slot_of[owner]
            if port.role == "parameter":
                self.edges[ref] = None if owner == ref else owner

    def _source(self, module: Module, ref: PortRef) -> None:
        origin: Any = self.graph.tensors.get(ref)
        if origin is None and ref.port in module.owned():
            origin = Initial(module, self.graph.seed, self._shapes(ref.node, module.owned()))
        slot = self._slot(ref)
        self.sources.append(Source(slot, ref, self.slots[slot], origin))

    def _shapes(self, id_: str, ports: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Shapes of a node's ports, as far as the check knows them."""
        types = {name: self.check.types.get(PortRef(id_, name)) for name in ports}
        return {name: sizes(type_) for name, type_ in types.items() if type_ is not None}

    def _slot(self, ref: PortRef) -> int:
        self.slot_of[ref] = len(self.slots)
        self.slots.append(self.check.types[ref])
        return self.slot_of[ref]

    def _step(self, module: Differentiable, id_: str) -> None:
        inputs = tuple(self.slot_of[PortRef(id_, port.name)] for port in module.wired_ports)
        outputs = tuple(self._slot(PortRef(id_, port.name)) for port in module.output_ports)
        states = {p.name: self.slot_of[PortRef(id_, p.name)] for p in module.state_ports}
        need = tuple(self.slots[slot].is_floating for slot in inputs)
        shapes = self._shapes(id_, module.ports)
        self.steps.append(PlanStep(id_, module, inputs, outputs, need, states, shapes))


def _finish(numbering: _Numbering, mode: Mode, seed_gradient: SeedGradient) -> Plan:
    checked = numbering.check
    target, problem = checked.target, checked.target_problem
    if target not in numbering.slot_of:
        target = None
    warnings: tuple[str, ...] = ()
    seed: Host | None = None
    reverse: tuple[PlanStep, ...] = ()
    reached: frozenset[int] = frozenset()
    if target is not None:
        start = numbering.slot_of[target]
        seed = _seed(target, numbering.slots[start], seed_gradient)
        reverse, reached = _reverse(numbering.steps, start)
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
        target,
        seed,
        None if target is not None or problem is None else problem.message,
        warnings,
    )


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
