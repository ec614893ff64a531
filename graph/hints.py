"""Hints: graphs that run and are probably not what was meant.

What is a mistake before which input, the modules' classes declare (`Module.advice`); here it is
looked for. A last pass follows the target back to parameters that it does not depend on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from graph.advice import Advice
from graph.initialise import trained
from graph.mending import Mending, found
from graph.module import Module
from graph.port import PortRef, PortType, show_shape
from graph.problem import Mend, Problem

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.records import Edge


class Hints:
    """Looks for classic bugs in a graph whose types are known."""

    def __init__(
        self,
        graph: Graph,
        order: tuple[str, ...],
        types: Mapping[PortRef, PortType],
        runnable: set[str],
        mending: Mending,
    ) -> None:
        self._graph, self._order, self._types = graph, order, types
        self._runnable, self._mending = runnable, mending

    def all(self, target: PortRef | None) -> Iterator[Problem]:
        """Everything found, node by node in topological order."""
        nodes = self._graph.nodes
        for id_ in self._order:
            module = self._graph.module(id_)
            if module is None or not (module.advice or module.pairs_entries):
                continue
            if nodes[id_].bypassed:
                continue
            for advice in module.advice:
                yield from self._before(id_, advice)
            if module.pairs_entries:
                yield from self._unpaired(id_, module)
        yield from self._zeros()
        if target is not None:
            yield from self._without_path(target)

    # --- what stands before an input --------------------------------------------------------

    def _before(self, id_: str, advice: Advice) -> Iterator[Problem]:
        port = PortRef(id_, advice.port)
        way = self._way_back(port)
        if way is None:
            return
        before, is_alone = way
        module = self._graph.nodes[before].module
        if module not in advice.after or (advice.alone and not is_alone):
            return
        yield Problem(
            "hint", advice.code, id_, advice.port, f"{module} before it", advice.expected,
            advice.mend, self._remedy(advice, before, port, is_alone),
        )  # fmt: skip

    def _way_back(self, port: PortRef) -> tuple[str, bool] | None:
        """The node that computes what arrives, behind those that change no number.

        And whether every node on the way feeds this port alone.
        """
        graph, is_alone = self._graph, True
        edge = graph.incoming(port)
        while edge is not None and not edge.delay:
            id_ = edge.source.node
            is_alone = is_alone and len(graph.store.leaving[id_]) == 1
            through = self._through(id_)
            if through is None:
                return id_, is_alone
            edge = graph.incoming(PortRef(id_, through))
        return None

    def _through(self, id_: str) -> str | None:
        """The input that a node hands on number by number, if it does."""
        module = self._graph.module(id_)
        if module is None or not module.input_ports:
            return None
        if module.only_reshapes or self._graph.nodes[id_].bypassed:
            return module.input_ports[0].name
        return None

    def _remedy(
        self, advice: Advice, before: str, port: PortRef, is_alone: bool
    ) -> tuple[Mend, ...]:
        if advice.remedy == "insert":
            return found(self._mending.insert(advice.other, port))
        edge = self._graph.incoming(port)
        if advice.remedy == "become":
            return found(self._mending.become(before, advice.other)) if is_alone else ()
        if edge is not None and edge.source.node == before:
            return found(self._mending.go_past(before, port))
        (last,) = self._graph.store.leaving[before] if is_alone else (None,)
        return found(self._mending.go_past(before, last)) if last is not None else ()

    # --- [B] against [B, 1] -----------------------------------------------------------------

    def _unpaired(self, id_: str, module: Module) -> Iterator[Problem]:
        ports = [PortRef(id_, port.name) for port in module.wired_ports]
        if len(ports) != 2 or not all(ref in self._types for ref in ports):
            return
        for port, other in (ports, ports[::-1]):
            column, row = self._types[port].shape, self._types[other].shape
            if len(row) != 1 or row == (1,) or column != (*row, 1) or self._share_a_source(ports):
                continue
            makes = f"{show_shape(column)} against {show_shape(row)}, which makes "
            mend = f"Reshape {port.port} to {show_shape(row)}."
            yield Problem(
                "hint", "broadcast", id_, port.port, makes + show_shape(row * 2),
                f"{show_shape(row)} on both sides", mend,
                found(self._mending.squeeze(port, column)),
            )  # fmt: skip

    def _share_a_source(self, ports: list[PortRef]) -> bool:
        """Whether both inputs hold the same numbers: differences of all pairs are meant then."""
        ways = [self._way_back(port) for port in ports]
        return None not in ways and len({way[0] for way in ways if way}) == 1

    # --- hidden layers that start at zero ---------------------------------------------------

    def _zeros(self) -> Iterator[Problem]:
        for port in self._zero_weights():
            if not self._is_hidden(port):
                continue
            mend = "The layer sees nothing of its input and passes no gradient back."
            is_sure = port in self._graph.tensors and not self._is_ruled(port)
            mends = (self._mending.clear(port),) if is_sure else ()
            yield Problem(
                "hint", "zero-weight", port.node, port.port, "only zeros", "numbers that differ",
                mend, mends,
            )  # fmt: skip

    def _zero_weights(self) -> Iterator[PortRef]:
        """Trainable tensors of two axes or more that hold nothing but zeros."""
        graph = self._graph
        kept = (ref for ref, tensor in graph.tensors.items() if tensor.is_zero)
        ruled = (ref for ref in self._owned if ref not in graph.tensors and self._is_ruled(ref))
        for ref in (*kept, *ruled):
            type_ = self._types.get(ref)
            if ref in self._owned and type_ is not None and len(type_.shape) > 1:
                yield ref

    def _is_ruled(self, ref: PortRef) -> bool:
        module = self._graph.module(ref.node)
        return module is not None and module.starts_at_zero(ref.port)

    def _is_hidden(self, weight: PortRef) -> bool:
        """Whether another weight follows; a branch that joins others may well start at zero."""
        node = weight.node
        if weight in self._outputs_of_sources:
            edges = tuple(self._graph.store.leaving[node].values())
            if len(edges) != 1:
                return False
            node = edges[0].target.node
        return node in self._before_weights and not self._joins(node)

    def _joins(self, id_: str) -> bool:
        """Whether what a node gives is put together with something else that was computed."""
        return any(
            other.source.node != id_ and not self._is_source(other.source.node)
            for edge in self._graph.store.leaving[id_].values()
            for other in self._graph.arriving(edge.target.node).values()
        )

    def _is_source(self, id_: str) -> bool:
        module = self._graph.module(id_)
        return module is not None and module.outline() == "source"

    @cached_property
    def _before_weights(self) -> frozenset[str]:
        """Nodes that are followed by a node with a weight of two axes or more."""
        reached: set[str] = set()
        for id_ in reversed(self._order):
            edges = self._graph.store.leaving[id_].values()
            if any(x.target.node in reached or self._weighs(x) for x in edges):
                reached.add(id_)
        return frozenset(reached)

    def _weighs(self, edge: Edge) -> bool:
        """Whether the node at the end of an edge has a weight, and the edge brings its input."""
        node = edge.target.node
        module = self._graph.module(node)
        if module is None or self._is_source(edge.source.node):
            return False
        owned = [PortRef(node, port.name) for port in module.parameter_ports]
        brought = [x.source for x in self._graph.arriving(node).values()]
        return any(
            ref in self._types and len(self._types[ref].shape) > 1
            for ref in (*owned, *(ref for ref in brought if ref in self._owned))
        )

    # --- parameters that the target does not depend on --------------------------------------

    def _without_path(self, target: PortRef) -> Iterator[Problem]:
        reached = self._reached(target)
        told = set()
        for ref in self._owned:
            id_ = ref.node
            is_idle = id_ in self._runnable and not self._graph.nodes[id_].bypassed
            if id_ in reached or id_ in told or not is_idle:
                continue
            told.add(id_)
            yield Problem(
                "warning", "no-path", id_, ref.port, "no path to the target",
                f"a path to {target}", "Wire it on to the target, or remove it.", (), (),
            )  # fmt: skip

    def _reached(self, target: PortRef) -> set[str]:
        """Nodes from which something that has a gradient leads to the target."""
        reached, waiting = {target.node}, [target.node]
        nodes = self._graph.nodes
        while waiting:
            id_ = waiting.pop()
            for port, edge in self._graph.arriving(id_).items():
                if not self._flows(edge) or (nodes[id_].bypassed and not self._reads(id_, port)):
                    continue
                for source in (edge.source, edge.initial) if edge.delay else (edge.source,):
                    if source is not None and source.node not in reached:
                        reached.add(source.node)
                        waiting.append(source.node)
        return reached

    def _flows(self, edge: Edge) -> bool:
        type_ = self._types.get(edge.source)
        return type_ is None or type_.is_floating

    def _reads(self, id_: str, port: str) -> bool:
        """Whether a bypassed node makes use of an input: of its first alone."""
        module = self._graph.module(id_)
        return module is None or port == module.input_ports[0].name

    @cached_property
    def _owned(self) -> dict[PortRef, None]:
        """Trainable tensors that their nodes own, in topological order."""
        owners = {kind.name for kind in self._graph.catalogue if _owns(kind)}
        refs: dict[PortRef, None] = {}
        nodes = self._graph.nodes
        for id_ in self._order:
            if nodes[id_].module not in owners:
                continue
            module = self._graph.module(id_)
            for name in trained(module) if module is not None else ():
                ref = PortRef(id_, name)
                if self._graph.incoming(ref) is None:
                    refs[ref] = None
        return refs

    @cached_property
    def _outputs_of_sources(self) -> frozenset[PortRef]:
        return frozenset(ref for ref in self._owned if self._is_source(ref.node))


def _owns(kind: type[Module]) -> bool:
    return bool(kind.parameters) or kind.outline() == "source"
