"""From a graph to steps over numbered slots: the graph unfolded, each node once or once per step.

What is inside time has a port address and a slot per step; a parameter that its node owns has one
for all, so that the gradients of the steps add up in it by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.checking import Check
from graph.flattening import Flat
from graph.initialise import sizes
from graph.model import Graph
from graph.module import Module
from graph.port import PortRef, PortType
from graph.records import Edge
from graph.tensor import Tensor, itemsize
from graph.time import keeps_initial, varies
from runtime.bypass import Bypass
from runtime.feeds import Initial, Source
from runtime.leading_out import over_time
from runtime.modules.door import Differentiable, Elementwise
from runtime.moments import at, moment


@dataclass(slots=True, eq=False)
class PlanStep:
    """One node, at the time step `t` if it is inside time; never changed once it is made.

    (Declared frozen, making one would take four times as long, and a plan has thousands.)

    `key` is its address (`h@3`), `inputs` and `outputs` the slots that it reads and writes, in the
    order of its wired and output ports, `reads` and `writes` the addresses of these ports. `need`
    says which inputs a gradient goes back to; `states` the slots of state ports. `shapes` has
    every port of the node. `is_single` says that all are single numbers, and `vjp` takes such.
    """

    node: str
    t: int | None
    key: str
    module: Differentiable
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    reads: tuple[PortRef, ...]
    writes: tuple[PortRef, ...]
    need: tuple[bool, ...]
    states: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]
    is_single: bool = False

    @property
    def leads_out(self) -> bool:
        """Whether it runs once and reads what is inside time."""
        return self.t is None and bool(self.reads) and "@" in self.reads[0].node

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the ports that `inputs` and `need` belong to."""
        return self.module.wired_names

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the ports that `outputs` belongs to."""
        return self.module.output_names


@dataclass(slots=True)
class _Drawn:
    """What the steps of one node share. `owned` says which ports own its parameters.

    `unread` are wired ports that a bypassed node does not read. One is made for every node, so it
    is not frozen, which would take five times as long.
    """

    module: Differentiable
    arriving: Mapping[str, Edge]
    owned: Mapping[str, PortRef]
    states: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def is_single(self) -> bool:
        """See `PlanStep`."""
        module = self.module
        is_alone = isinstance(module, Elementwise) and not any(self.shapes.values())
        return is_alone and module.as_scalar() is not None


@dataclass
class Numbering:
    """Gives slots to ports and steps to nodes, in the order in which they run.

    `edges` are the drawn ones, by the port where they end; `feeders` the same of addresses in
    time. None stands for a tensor of the node's own.
    """

    graph: Graph
    check: Check
    dtype: str
    slots: list[PortType] = field(default_factory=list)
    slot_of: dict[PortRef, int] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    steps: list[PlanStep] = field(default_factory=list)
    edges: dict[PortRef, PortRef | None] = field(default_factory=dict)
    feeders: dict[PortRef, PortRef | None] = field(default_factory=dict)
    _drawn: dict[str, _Drawn] = field(default_factory=dict)
    _shapes: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    _zeros: dict[PortRef, Tensor] = field(default_factory=dict)
    _known: dict[PortRef, PortRef] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = {ref: ref for ref in self.check.types}

    def why_not(self) -> dict[str, str]:
        """Nodes that cannot be planned although they have no errors, and why.

        The shapes of the others' ports are learnt on the way.
        """
        found: dict[str, str] = {}
        while True:
            before = len(found)
            for id_ in self.check.order:
                if id_ in self.check.runnable and id_ not in found:
                    reason = self._why_not(id_, found)
                    if reason:
                        found[id_] = reason
            if len(found) == before:
                return found

    def number(self, left_out: Mapping[str, str]) -> None:
        """Number the ports of all nodes but those left out, and plan their steps."""
        self._still(left_out)
        for id_, t in self._moments():
            if id_ in left_out:
                continue
            module = self.graph.module(id_)
            assert module is not None
            if module.outline() == "source":
                for port in module.output_names:
                    ref = PortRef(id_, port)
                    if ref in self.check.types and ref not in self.slot_of:  # else nobody fed it
                        self._source(module, ref, t)
            elif module.leads_out:
                self._lead_out(module, id_)
            else:
                self._step(module, id_, t)

    def _still(self, left_out: Mapping[str, str]) -> None:
        """Number first what a set inside time has one of for all steps: anyone may read it."""
        inside = self.check.time.inside
        for id_ in (id_ for id_ in self.check.order if id_ in inside and id_ not in left_out):
            module = self.graph.module(id_)
            if module is None or id_ not in self.check.runnable or not module.over_time:
                continue
            for ref in (PortRef(id_, port) for port in module.output_names):
                if ref in self.check.types and not varies(self.graph, ref, inside):
                    self._source(module, ref)

    def instances(self, flat: Flat) -> None:
        """Slots of the ports of instances, which are those of inner ports; edges as drawn."""
        for whole, inner in (*flat.outputs.items(), *flat.feeds.items()):
            read = next(iter(flat.inputs.get(whole, ())), inner)  # behind a delay, if there is one
            self._alias(whole, read if self._runs(read) else inner)
        for target, source in flat.drawn.items():
            if self.edges.get(target) is not None or target in flat.inputs:
                self.edges[target] = source

    def _runs(self, ref: PortRef) -> bool:
        return ref in self.slot_of or moment(ref, 0) in self.slot_of

    def _alias(self, whole: PortRef, inner: PortRef) -> None:
        if inner in self.slot_of:
            self.slot_of[whole] = self.slot_of[inner]
            return
        for t in range(self.check.time.steps or 0):
            if moment(inner, t) in self.slot_of:
                self.slot_of[moment(whole, t)] = self.slot_of[moment(inner, t)]

    def _moments(self) -> Iterator[tuple[str, int | None]]:
        """The nodes that can run with their time steps, in an order in which they can."""
        time = self.check.time
        order = [id_ for id_ in self.check.order if id_ in self.check.runnable]
        if time.stages is None:
            yield from ((id_, None) for id_ in order)
            return
        stages: dict[int, list[str]] = {}
        for id_ in order:
            stages.setdefault(time.stages[id_], []).append(id_)
        for stage in sorted(stages):
            times = range(time.steps or 0) if stage % 2 else (None,)
            yield from ((id_, t) for t in times for id_ in stages[stage])

    def _why_not(self, id_: str, left_out: Mapping[str, str]) -> str | None:
        module = self.graph.module(id_)
        if module is None:
            return f"{id_}: found an unknown module, expected one of the catalogue."
        for edge in self.graph.arriving(id_).values() if left_out else ():
            for source in (edge.source, edge.initial if edge.delay else None):
                if source is not None and source.node in left_out:
                    return f"{edge.target}: found no value from {source}, expected one."
        if module.outline() != "source" and not isinstance(module, Differentiable):
            return f"{id_}: found {module.name}, which computes nothing, expected one that does."
        ties, types = self.check.flat.ties, self.check.types
        shapes: dict[str, tuple[int, ...]] = {}
        for name in module.ports:
            ref = PortRef(id_, name)
            owner = ties.get(ref) if ties else None
            if owner is not None and owner not in types:
                return f"{ref}: found no {owner}, expected the parameter it is tied to."
            type_ = types.get(ref)
            if type_ is None:
                continue
            if not type_.is_known:
                return f"{ref}: found {type_}, expected sizes that are numbers."
            shapes[name] = sizes(type_)
        self._shapes[id_] = shapes
        return None

    # --- sources ---------------------------------------------------------------------------

    def _source(self, module: Module, ref: PortRef, t: int | None = None) -> int:
        """A slot that no step writes: a source's, at each step, or a node's own tensor's."""
        origin: Any = self.graph.tensors.get(ref)
        if origin is None and ref.port in module.owned():
            shapes = self._shapes_of(ref.node, module.owned())
            origin = Initial(module, self.graph.seed, shapes)
        slot = self._slot(moment(ref, t), self.check.types[ref])
        part = t if t is not None and ref.port in module.over_time else None
        self.sources.append(Source(slot, moment(ref, t), self.slots[slot], origin, part))
        return slot

    def _start(self, edge: Edge, t: int) -> int:
        """The slot of the value before the first step that a delay carries to step `t`."""
        target = edge.target
        type_ = self.check.types[target]
        kept = self.graph.tensors.get(target) if keeps_initial(self.graph, target) else None
        slot = self._slot(moment(target, t), type_)
        origin = kept or self._zero(target, type_)
        part = None if kept is None else t
        self.sources.append(Source(slot, moment(target, t), type_, origin, part))
        return slot

    def _zero(self, target: PortRef, type_: PortType) -> Tensor:
        if target not in self._zeros:
            shape = sizes(type_)
            count = itemsize(type_.dtype)
            for size in shape:
                count *= size
            self._zeros[target] = Tensor(type_.dtype, shape, bytes(count))
        return self._zeros[target]

    def _slot(self, ref: PortRef, type_: PortType) -> int:
        self.slot_of[ref] = len(self.slots)
        self.slots.append(type_)
        return self.slot_of[ref]

    # --- steps -----------------------------------------------------------------------------

    def _step(self, module: Module, id_: str, t: int | None) -> None:
        drawn = self._drawn.get(id_) or self._draw(module, id_)
        key = at(id_, t)
        reads = self._refs(key, drawn.inputs)
        inputs = tuple([self._read(drawn, ref, t) for ref in reads])
        for name in drawn.unread:  # shown all the same
            self._read(drawn, PortRef(key, name), t)
        need = tuple([self.slots[slot].is_floating for slot in inputs])
        if t is not None:
            names = zip(need, drawn.inputs, strict=True)
            need = tuple([x and not self._is_cut(drawn.arriving.get(name), t) for x, name in names])
        writes = self._refs(key, drawn.outputs)
        types = [self.check.types[PortRef(id_, name)] for name in drawn.outputs]
        outputs = tuple([self._slot(ref, type_) for ref, type_ in zip(writes, types, strict=True)])
        self.steps.append(
            PlanStep(
                id_, t, key, drawn.module, inputs, outputs, reads, writes, need, drawn.states,
                drawn.shapes, drawn.is_single,
            )
        )  # fmt: skip

    def _refs(self, key: str, names: tuple[str, ...]) -> tuple[PortRef, ...]:
        """The addresses of a step's ports: where the check has one, that very tuple is kept."""
        refs = [PortRef(key, name) for name in names]
        return tuple([self._known.get(ref, ref) for ref in refs])

    def _read(self, drawn: _Drawn, ref: PortRef, t: int | None) -> int:
        """The slot that a port reads at a step; `ref` is its address there."""
        feeder: PortRef | None = drawn.owned.get(ref.port)
        if feeder is not None:
            slot = self.slot_of[feeder]
        else:
            slot, feeder = self._carried(drawn.arriving[ref.port], t)
        self.slot_of[ref] = slot
        if t is not None:
            self.feeders[ref] = feeder
        return slot

    def _draw(self, module: Module, id_: str) -> _Drawn:
        """What all steps of a node share: its own tensors get their slots here."""
        arriving = self.graph.arriving(id_)
        for edge in arriving.values():
            self.edges[edge.target] = edge.source
        if self.graph.store.node(id_).bypassed:
            module = Bypass.of(module)
        assert isinstance(module, Differentiable)
        owned: dict[str, PortRef] = {}
        states: dict[str, int] = {}
        for port in (*module.parameter_ports, *module.state_ports):
            if port.name in arriving:
                continue
            ref = PortRef(id_, port.name)
            owner = self._own(ref)
            if port.role == "parameter":
                self.edges[ref] = None if owner == ref else owner
                owned[port.name] = owner
            else:
                states[port.name] = self.slot_of[ref]
        inputs, outputs = module.wired_names, module.output_names
        unread = tuple([name for name in arriving if name not in inputs])
        shapes = self._shapes[id_]
        self._drawn[id_] = _Drawn(module, arriving, owned, states, shapes, inputs, outputs, unread)
        return self._drawn[id_]

    def _own(self, ref: PortRef) -> PortRef:
        """Give a node's own parameter or state its slot; returns the port that owns the tensor."""
        owner = self.check.flat.ties.get(ref, ref)
        if owner not in self.slot_of:  # else an instance tied to this one came first
            owning = self.graph.module(owner.node)
            assert owning is not None
            self._source(owning, owner)
        self.slot_of[ref] = self.slot_of[owner]
        return owner

    def _carried(self, edge: Edge, t: int | None) -> tuple[int, PortRef | None]:
        """The slot that an edge reads at a step, and the port that it is of."""
        if t is not None and edge.delay > t:
            if edge.initial is None:
                return self._start(edge, t), None
            return self.slot_of[edge.initial], edge.initial
        ref = self._at(edge.source, None if t is None else t - edge.delay)
        return self.slot_of[ref], ref

    def _at(self, ref: PortRef, t: int | None) -> PortRef:
        inside = self.check.time.inside
        return moment(ref, t) if inside and varies(self.graph, ref, inside) else ref

    def _is_cut(self, edge: Edge | None, t: int) -> bool:
        """Whether truncation stops the gradient that would go back over a delay.

        The steps are cut, from the last one back, into stretches of `truncate` steps; a delay
        that comes from an earlier stretch hands on its value alone. What stands before the first
        step belongs to the first stretch.
        """
        length, steps = self.check.time.truncate, self.check.time.steps
        if edge is None or not length or not steps or not 0 < edge.delay <= t:
            return False
        left = steps - 1 - t
        return left // length != (left + edge.delay) // length

    def _lead_out(self, module: Module, id_: str) -> None:
        """The one step of a node that reads all time steps, or some."""
        (name, edge), *_ = self.graph.arriving(id_).items()
        self.edges[PortRef(id_, name)] = edge.source
        stand_in, times = over_time(module, self.check.time.steps or 0)
        for t in range(self.check.time.steps or 0):
            ref, feeder = moment(PortRef(id_, name), t), moment(edge.source, t)
            self.slot_of[ref], self.feeders[ref] = self.slot_of[feeder], feeder
        reads = tuple(moment(PortRef(id_, name), t) for t in times)
        inputs = tuple(self.slot_of[ref] for ref in reads)
        need = tuple(self.slots[slot].is_floating for slot in inputs)
        writes = tuple(PortRef(id_, port.name) for port in stand_in.output_ports)
        outputs = tuple(self._slot(ref, self.check.types[ref]) for ref in writes)
        one = sizes(self.slots[inputs[0]])
        shapes = self._shapes_of(id_, stand_in.output_names)
        shapes |= {port.name: one for port in stand_in.input_ports}
        self.steps.append(
            PlanStep(id_, None, id_, stand_in, inputs, outputs, reads, writes, need, {}, shapes)
        )

    def _shapes_of(self, id_: str, ports: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Shapes of some of a node's ports, as far as the check knows them."""
        types = {name: self.check.types.get(PortRef(id_, name)) for name in ports}
        return {name: sizes(type_) for name, type_ in types.items() if type_ is not None}
