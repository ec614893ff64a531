"""What a program is made of: nodes in order, loops over time, who needs a gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from graph.checking import Check, check
from graph.flattening import Flat
from graph.initialise import trained
from graph.model import Graph
from graph.module import Module
from graph.port import PortRef, PortType
from graph.records import Edge
from graph.time import varies
from runtime.as_numpy.rules import reverse_ports
from runtime.errors import CheckFailed


@dataclass(frozen=True, eq=False)
class Stage:
    """Nodes that run one after the other; `loops` says whether they do so once per time step."""

    ids: tuple[str, ...]
    loops: bool


class Anatomy:
    """A graph with its instances drawn out, read for writing.

    `leaves` are the tensors whose gradients are asked for: the trainable ones that are not frozen,
    or in a graph without any its floating inputs. `checked` is a check of it with the feeds'
    shapes. Raises `CheckFailed`.
    """

    def __init__(
        self, graph: Graph, frozen: Iterable[PortRef] = (), checked: Check | None = None
    ) -> None:
        self.check: Check = check(graph) if checked is None else checked
        if self.check.errors:
            raise CheckFailed(self.check.errors)
        self.flat: Flat = self.check.flat
        self.graph = self.flat.graph
        self.graph.types.unify()
        self._frozen = frozenset(frozen)
        self.order = [id_ for id_ in self.check.order if id_ in self.check.runnable]
        target = self.check.target
        self.target = None if target is None else self.flat.inner(target)

    # --- nodes -----------------------------------------------------------------------------

    def module(self, id_: str) -> Module:
        """The module of a node that can run."""
        module = self.graph.module(id_)
        assert module is not None
        return module

    def is_source(self, id_: str) -> bool:
        """Whether a node computes nothing."""
        return self.module(id_).outline() == "source"

    def is_bypassed(self, id_: str) -> bool:
        """Whether its first input goes through."""
        return self.graph.nodes[id_].bypassed

    def is_inside(self, id_: str) -> bool:
        """Whether a node runs once per time step."""
        return id_ in self.check.time.inside

    def in_time(self, ref: PortRef) -> bool:
        """Whether a value differs from step to step; a parameter does not."""
        return varies(self.graph, ref, self.check.time.inside) and ref not in self.owned

    def leads_out(self, id_: str) -> bool:
        """Whether a node reads all time steps."""
        return self.module(id_).leads_out

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """All nodes that compute, in order."""
        stages = self.check.time.stages
        found: dict[int, list[str]] = {}
        for id_ in self.order:
            if not self.is_source(id_):
                found.setdefault(0 if stages is None else stages[id_], []).append(id_)
        return tuple(Stage(tuple(found[key]), key % 2 == 1) for key in sorted(found))

    # --- ports -----------------------------------------------------------------------------

    def edge(self, id_: str, port: str) -> Edge | None:
        """The edge that ends at a port."""
        return self.graph.incoming(PortRef(id_, port))

    def owner(self, id_: str, port: str) -> PortRef:
        """The port that owns a node's own tensor: another's, where instances are tied."""
        ref = PortRef(id_, port)
        return self.flat.ties.get(ref, ref)

    def reads(self, id_: str) -> Iterator[str]:
        """The wired ports that a node reads."""
        ports = self.module(id_).wired_names
        yield from ports[:1] if self.is_bypassed(id_) else ports

    def sources(self, id_: str, port: str) -> tuple[PortRef, ...]:
        """What a port reads: an output, over a delay its initial value too, or an own tensor."""
        edge = self.edge(id_, port)
        if edge is None:
            return (self.owner(id_, port),)
        if edge.delay and edge.initial is not None:
            return edge.source, edge.initial
        return (edge.source,)

    def type(self, ref: PortRef) -> tuple[PortType, bool]:
        """The type of a port, and whether its sizes hold for batches of any size."""
        found = self.graph.types.arriving(ref.node).get(ref.port) or self.graph.types.of(ref)
        return (found, True) if found is not None else (self.check.types[ref], False)

    @cached_property
    def owned(self) -> tuple[PortRef, ...]:
        """The trainable tensors and states that the graph's nodes own and read."""
        found: dict[PortRef, None] = {}
        for id_ in self.order:
            module = self.module(id_)
            names = trained(module) if self.is_source(id_) else module.owned()
            for name in names:
                if self.edge(id_, name) is None and not self.is_bypassed(id_):
                    found[self.owner(id_, name)] = None
        return tuple(found)

    @cached_property
    def states(self) -> tuple[PortRef, ...]:
        """The owned tensors that training updates without a gradient."""
        return tuple(
            ref
            for ref in self.owned
            if ref.port in {port.name for port in self.module(ref.node).state_ports}
        )

    @cached_property
    def parameters(self) -> tuple[PortRef, ...]:
        """The owned tensors that have gradients."""
        return tuple(ref for ref in self.owned if ref not in self.states)

    @cached_property
    def fed(self) -> tuple[PortRef, ...]:
        """The outputs of sources that are neither constant nor trained: what a step is fed with."""
        return tuple(
            PortRef(id_, port.name)
            for id_ in self.order
            if self.is_source(id_) and self.module(id_).name not in ("Constant", "Parameter")
            for port in self.module(id_).output_ports
        )

    @cached_property
    def leaves(self) -> frozenset[PortRef]:
        """Whose gradients are asked for."""
        if self.parameters:
            return frozenset(self.parameters) - self._frozen
        return frozenset(ref for ref in self.fed if self.type(ref)[0].is_floating)

    # --- gradients -------------------------------------------------------------------------

    def passes_back(self, id_: str) -> frozenset[str]:
        """The ports to which a node hands gradients back."""
        if self.is_bypassed(id_):
            return frozenset(self.reads(id_))
        return reverse_ports(self.module(id_))

    @cached_property
    def _ways(self) -> Mapping[PortRef, frozenset[PortRef]]:
        """For each output what its gradient goes back to."""
        found = {}
        for id_ in self.order:
            if self.is_source(id_):
                continue
            back = (port for port in self.reads(id_) if port in self.passes_back(id_))
            sources = frozenset(ref for port in back for ref in self.sources(id_, port))
            outs = self.module(id_).output_names
            found.update({PortRef(id_, name): sources for name in outs})
        return found

    @cached_property
    def needed(self) -> frozenset[PortRef]:
        """The values whose gradient is asked for or leads to one that is."""
        readers: dict[PortRef, list[PortRef]] = {}
        for output, sources in self._ways.items():
            for source in sources:
                readers.setdefault(source, []).append(output)
        return _reach(self.leaves, readers)

    @cached_property
    def reached(self) -> frozenset[PortRef]:
        """The values that get a gradient which is needed."""
        if self.target is None:
            return frozenset()
        return _reach([self.target], self._ways) & self.needed

    def need(self, id_: str) -> tuple[str, ...]:
        """The ports of a node whose gradients are written."""
        if not any(PortRef(id_, name) in self.reached for name in self.module(id_).output_names):
            return ()
        back = self.passes_back(id_)
        return tuple(
            port
            for port in self.reads(id_)
            if port in back and not self.needed.isdisjoint(self.sources(id_, port))
        )


def _reach(
    start: Iterable[PortRef], ways: Mapping[PortRef, Iterable[PortRef]]
) -> frozenset[PortRef]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for after in ways.get(waiting.pop(), ()):
            if after not in found:
                found.add(after)
                waiting.append(after)
    return frozenset(found)
