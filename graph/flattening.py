"""A graph with its instances drawn out: every inner node stands there under its address."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from graph.composite import Composite
from graph.module import Module
from graph.port import PortRef
from graph.records import Edge, Node

if TYPE_CHECKING:
    from graph.model import Graph


@dataclass(frozen=True, eq=False)
class Flat:
    """A graph without instances, and how the ports of the instances are found in it.

    `instances` gives the definition of each instance by its address, outer ones first. `outputs`
    gives for an instance's output the inner output it is, `inputs` for an instance's input the
    inner inputs that read it. `feeds` gives for an instance's wired input the inner output that
    feeds it, `drawn` for every wired input the port from which its edge is drawn. `ties` gives
    for a parameter port of a tied instance the one that owns the tensor, `strays` the instances
    tied to what is no instance of their definition, `links` for an instance's output the port
    inside that it hands on, which can be another instance's. `origin` is what was flattened.
    """

    graph: Graph
    origin: Graph
    instances: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[PortRef, PortRef] = field(default_factory=dict)
    inputs: Mapping[PortRef, tuple[PortRef, ...]] = field(default_factory=dict)
    feeds: Mapping[PortRef, PortRef] = field(default_factory=dict)
    drawn: Mapping[PortRef, PortRef] = field(default_factory=dict)
    ties: Mapping[PortRef, PortRef] = field(default_factory=dict)
    strays: tuple[str, ...] = ()
    links: Mapping[PortRef, PortRef] = field(default_factory=dict)

    def inner(self, port: PortRef) -> PortRef:
        """The port of the flat graph that an output port is."""
        return self.outputs.get(port, port)

    def outer(self, port: PortRef) -> PortRef:
        """The outermost port that stands for a port of the flat graph, in or out."""
        return self._outer.get(port, port)

    def renewed(self, graph: Graph) -> Flat:
        """The same of a graph that differs from `origin` in the numbers of its tensors alone."""
        if not self.instances:
            return Flat(graph, graph)
        drawn = self.graph.copy()
        drawn.revision = graph.revision
        _put_tensors(drawn, graph, self.inputs)
        return replace(self, graph=drawn, origin=graph)

    @functools.cached_property
    def _outer(self) -> dict[PortRef, PortRef]:
        found: dict[PortRef, PortRef] = {}
        for whole, inner in self.outputs.items():  # outer instances come first
            found.setdefault(inner, whole)
        for whole, inners in self.inputs.items():
            for inner in inners:
                found.setdefault(inner, whole)
        return found


def flatten(graph: Graph) -> Flat:
    """Draw all instances out; a graph without any is handed on as it is.

    Inner nodes come where their instance stood, in the definition's order. Linear in the size of
    the result, which `check_size` bounds.
    """
    definitions = graph.definitions
    if not any(node.module in definitions for node in graph.nodes.values()):
        return Flat(graph, graph)
    drawing = _Drawing(graph)
    drawing.draw(graph, "")
    return drawing.result()


@dataclass
class _Drawing:
    """The flat graph on its way: nodes, and for every input what feeds it, at every level."""

    origin: Graph
    nodes: dict[str, tuple[Node, Module | None]] = field(default_factory=dict)
    feeds: dict[PortRef, Edge] = field(default_factory=dict)
    instances: dict[str, str] = field(default_factory=dict)
    outputs: dict[PortRef, PortRef] = field(default_factory=dict)
    inputs: dict[PortRef, tuple[PortRef, ...]] = field(default_factory=dict)
    tied: list[tuple[str, str]] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def draw(self, graph: Graph, prefix: str) -> None:
        """Draw one level: `graph` is the root, or the inside of the instance before the prefix."""
        for node in graph.nodes.values():
            address = prefix + node.id
            module = graph.module(node.id)
            if isinstance(module, Composite):
                self.instance(module, node, address)
            else:
                self.nodes[address] = (replace(node, id=address) if prefix else node, module)
        for edge in graph.edges:
            source, target = _under(prefix, edge.source), _under(prefix, edge.target)
            self.feeds[target] = Edge(source, target, _extra(prefix, edge))

    def instance(self, module: Composite, node: Node, address: str) -> None:
        """Draw the inside of an instance and link its ports to it."""
        self.instances[address] = node.module
        interface, prefix = module.definition.interface, f"{address}/"
        for inlet in interface.inputs:
            whole = PortRef(address, inlet.name)
            self.inputs[whole] = tuple(_under(prefix, ref) for ref in inlet.to)
        for outlet in interface.outputs:
            self.outputs[PortRef(address, outlet.name)] = _under(prefix, outlet.source)
        if node.bypassed and interface.inputs:
            through = PortRef(address, interface.inputs[0].name)
            self.outputs.update({PortRef(address, x.name): through for x in interface.outputs})
        owner = node.extra.get("shares")
        if owner is not None:
            self.tied.append((address, address.rpartition("/")[0] + "/" * ("/" in address) + owner))
        start = len(self.nodes)
        self.draw(module.body, prefix)
        self.spans[address] = start, len(self.nodes)
        for whole in (PortRef(address, inlet.name) for inlet in interface.inputs):
            for ref in self.inputs[whole]:
                self.feeds[ref] = Edge(whole, ref)

    def result(self) -> Flat:
        """The flat graph, once all levels are drawn."""
        ties = self.tie()
        found = self.origin.drawn_out(
            self.nodes.values(), [edge for edge in map(self.resolved, self.feeds) if edge]
        )
        inputs = {whole: tuple(self.ends(whole)) for whole in self.inputs}
        _put_tensors(found, self.origin, inputs)
        feeds = {ref: self.source(ref) for ref in self.inputs}
        drawn = {ref: edge.source for ref, edge in self.feeds.items()}
        outputs = {whole: self.source(whole) for whole in self.outputs}
        return Flat(
            found,
            self.origin,
            self.instances,
            {whole: inner for whole, inner in outputs.items() if inner is not None},
            inputs,
            {ref: source for ref, source in feeds.items() if source is not None},
            drawn | ties,
            ties,
            tuple(self.strays),
            dict(self.outputs),
        )

    def tie(self) -> dict[PortRef, PortRef]:
        """Parameter ports of tied instances; their Parameter nodes give way to the owner's."""
        ties: dict[PortRef, PortRef] = {}
        listed = tuple(self.nodes)
        for tied, owner in self.owners().items():
            for address in listed[slice(*self.spans[tied])]:
                if address in self.nodes:  # else an instance inside is tied itself
                    self.tie_node(address, owner + address.removeprefix(tied), ties)
        return {ref: _end(ties, owner) for ref, owner in ties.items()}

    def tie_node(self, address: str, twin: str, ties: dict[PortRef, PortRef]) -> None:
        """Tie one node's parameters to those of its twin in the instance that owns them."""
        _, module = self.nodes[address]
        if module is None:
            return
        if module.outline() == "source":
            port = module.output_ports[0].name
            end = PortRef(twin, port)
            if module.owned() and (twin in self.nodes or end in self.outputs):
                del self.nodes[address]
                self.outputs[PortRef(address, port)] = end
            return
        for port in (p.name for p in module.parameter_ports):
            own, end = PortRef(address, port), PortRef(twin, port)
            if twin in self.nodes and not self.is_fed(own) and not self.is_fed(end):
                ties[own] = end

    def owners(self) -> dict[str, str]:
        """The instance whose parameters each tied one takes: the end of a chain of ties.

        Those tied to what is no instance of their definition, or in a circle, become strays.
        """
        owner_of = {
            tied: owner
            for tied, owner in self.tied
            if self.instances.get(owner) == self.instances[tied]
        }
        ends: dict[str, str | None] = {}
        for tied in owner_of:
            chain, at = [], tied
            while at in owner_of and at not in ends:
                ends[at] = None  # until the end is known: who comes back here goes in a circle
                chain.append(at)
                at = owner_of[at]
            ends.update(dict.fromkeys(chain, ends.get(at, at)))
        self.strays = [tied for tied, _ in self.tied if ends.get(tied) is None]
        return {tied: end for tied, end in ends.items() if end is not None}

    def is_fed(self, ref: PortRef) -> bool:
        """Whether an edge ends at an inner input, drawn inside or handed on from outside."""
        edge = self.feeds.get(ref)
        return edge is not None and self.trace(edge.source) is not None

    def source(self, ref: PortRef) -> PortRef | None:
        """The inner output behind an output port, or behind what feeds an instance's input."""
        found = self.trace(ref)
        return None if found is None else found[0]

    def trace(self, ref: PortRef) -> tuple[PortRef, Mapping[str, Any]] | None:
        """The same with delay and initial value met on the way; None where nothing feeds it."""
        extra: dict[str, Any] = {}
        met: set[PortRef] = set()
        while ref not in met:  # a bypassed instance can feed itself, with a delay
            met.add(ref)
            if ref in self.outputs:
                ref = self.outputs[ref]
            elif ref in self.inputs:
                edge = self.feeds.get(ref)
                if edge is None:
                    return None
                extra = _joined(edge.extra, extra)
                ref = edge.source
            else:
                return (ref, extra) if ref.node in self.nodes else None
        return None

    def resolved(self, target: PortRef) -> Edge | None:
        """The flat edge that ends at an inner input; None at an instance's own, or unfed."""
        if target in self.inputs or target.node not in self.nodes:
            return None
        edge = self.feeds[target]
        found = self.trace(edge.source)
        if found is None:
            return None
        extra = _joined(found[1], dict(edge.extra))
        if "initial" in extra:
            start = self.source(PortRef.parse(extra["initial"]))
            extra["initial"] = extra["initial"] if start is None else str(start)
        return Edge(found[0], target, extra)

    def ends(self, whole: PortRef) -> list[PortRef]:
        """The inner inputs of the flat graph that read an instance's input."""
        found = []
        for ref in self.inputs[whole]:
            found += self.ends(ref) if ref in self.inputs else [ref]
        return found


def _put_tensors(flat: Graph, origin: Graph, inputs: Mapping[PortRef, tuple[PortRef, ...]]) -> None:
    """Keep a graph's tensors in the one that is drawn out of it, by address.

    The initial values of a delay that ends at an instance belong to the inputs inside.
    """
    for port, tensor in origin.tensors.items():
        for ref in (port, *inputs.get(port, ())):
            if flat.tensors.get(ref) is not tensor:
                flat.store.put_tensor(ref, tensor)


def _under(prefix: str, ref: PortRef) -> PortRef:
    return PortRef(prefix + ref.node, ref.port) if prefix else ref


def _extra(prefix: str, edge: Edge) -> Mapping[str, Any]:
    if prefix and "initial" in edge.extra:
        return {**edge.extra, "initial": prefix + edge.extra["initial"]}
    return edge.extra


def _joined(before: Mapping[str, Any], behind: dict[str, Any]) -> dict[str, Any]:
    """What two edges in a row wait for: their delays add up, the first one's start counts."""
    if not before:
        return behind
    delay = before.get("delay", 0) + behind.get("delay", 0)
    return {**behind, **before} | ({"delay": delay} if delay else {})


def _end(ties: Mapping[PortRef, PortRef], ref: PortRef) -> PortRef:
    seen = {ref}
    while ref in ties and ties[ref] not in seen:
        ref = ties[ref]
        seen.add(ref)
    return ref
