"""Types of all ports, worked out where asked for and kept until an edit can change them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import filterfalse
from typing import TYPE_CHECKING

from graph.errors import BypassError, GraphError
from graph.port import PortRef, PortType
from graph.time import given_to, initial_type

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.records import Edge

NodeTypes = Mapping[str, PortType]
NEAR = 50  # nodes


def infer_node(
    graph: Graph, id_: str, arriving: Mapping[str, PortType], dtype: str | None = None
) -> dict[str, PortType]:
    """Types of a node's outputs, parameters and states, given what arrives.

    Empty for an unknown module. Raises `KindMismatch`, `ShapeMismatch`, or `BypassError` where a
    bypassed node's input cannot stand for its output; all without the node's id.
    """
    module = graph.module(id_)
    if module is None:
        return {}
    found = module.infer(arriving, dtype or graph.dtype)
    if graph.store.node(id_).bypassed and module.input_ports:
        through = module.input_ports[0].name
        for out in module.output_names if through in arriving else ():
            if out in found and found[out].shape != arriving[through].shape:
                raise BypassError(
                    port=out,
                    found="a bypassed node that changes the shape",
                    expected="equal shapes",
                    mend="Stop bypassing it.",
                )
            found[out] = arriving[through]
    return found


class Types:
    """Port types with symbolic sizes as the graph stands, for wiring and display."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[str, NodeTypes] = {}
        self._delayed: dict[PortRef, PortType] = {}
        self._unified: object = None  # the form of the graph for which `unify` was asked
        self._given: dict[str, dict[str, PortType]] = {}

    def give(self, given: Mapping[PortRef, PortType]) -> None:
        """Say what arrives from outside at inputs that are not wired, and start anew."""
        self._given = {}
        for ref, type_ in given.items():
            self._given.setdefault(ref.node, {})[ref.port] = type_
        self.forget_all()

    def of(self, port: PortRef) -> PortType | None:
        """The type of an output, parameter or wired input; None while it is unknown."""
        port = self._flowing(port)
        return self._node(port.node).get(port.port)

    def arriving(self, id_: str) -> dict[str, PortType]:
        """Types of what arrives at the node's inputs, as far as known."""
        found = dict(self._given.get(id_, {}))
        for port, edge in self._graph.arriving(id_).items():
            given = self._carried(edge)
            module = self._graph.module(id_)
            if given is not None:
                found[port] = given if module is None else given_to(module, given)
        return found

    def _carried(self, edge: Edge) -> PortType | None:
        """What arrives over an edge; over a delay edge as far as `learn` or its start tells."""
        if not edge.delay:
            return self._node(edge.source.node).get(edge.source.port)
        found = self._delayed.get(edge.target)
        if found is None and edge.initial is not None and edge.initial.node in self._graph:
            found = self._node(edge.initial.node).get(edge.initial.port)
        return found or initial_type(self._graph, edge.target, self._graph.dtype)

    def near(self, port: PortRef) -> PortType | None:
        """The type as `of` gives it, but None where too many nodes had to be asked for it.

        For painting: a deep graph's types are learnt from the background, not while one waits.
        """
        port = self._flowing(port)
        return self._known[port.node].get(port.port) if self._learn(port.node, NEAR) else None

    def learn(self) -> None:
        """Work out the types of all nodes, across delays too; linear in the graph's size."""
        self.unify()
        for id_ in filterfalse(self._known.__contains__, self._graph.nodes):
            self._learn(id_)

    def take(self, other: Types) -> None:
        """Take over what a copy of the same graph knows."""
        self._known, self._delayed = dict(other._known), dict(other._delayed)
        self._unified = other._unified

    def forget(self, id_: str) -> None:
        """Drop what an edit at `id_` can have changed: the node and all that it reaches.

        A node is known only while all that feed it are, so the walk ends at the first unknown;
        but what a delay carries may be known by `unify` alone, past nodes that nobody asked for.
        """
        if id_ not in self._known and not self._delayed:
            return
        self._unified = None
        for port in [port for port in self._delayed if port.node == id_]:
            del self._delayed[port]  # its edge may lead from elsewhere now
        waiting, seen = [id_], {id_}
        while waiting:
            node = waiting.pop()
            was_known = self._known.pop(node, None) is not None
            if node not in self._graph or not (was_known or self._delayed):
                continue
            reached = set(self._graph.successors(node))
            for edge in self._graph.store.leaving[node].values():
                if self._delayed.pop(edge.target, None) is not None:
                    reached.add(edge.target.node)
            waiting.extend(reached - seen)
            seen |= reached

    def forget_all(self) -> None:
        """Drop everything."""
        self._known.clear()
        self._delayed.clear()
        self._unified = None

    def unify(self) -> None:
        """Work out what the delays carry; once for each form of the graph."""
        if self._unified is self._graph.form:
            return
        self._unified = self._graph.form
        if not any(edge.delay for edge in self._graph.edges):
            return
        from graph.unify import delayed_types  # which infers nodes by what stands here

        found = delayed_types(self._graph, self._graph.order(), self._graph.dtype)
        for port in {*found, *self._delayed}:
            if self._delayed.get(port) != found.get(port):
                self.forget(port.node)
        self._delayed = found

    def _flowing(self, port: PortRef) -> PortRef:
        """The port whose value arrives at a wired input; any other port itself."""
        edge = self._graph.incoming(port)
        return port if edge is None else edge.source

    def _before(self, edge: Edge) -> str | None:
        """The node that has to be known for what an edge carries."""
        if not edge.delay:
            return edge.source.node
        start = edge.initial
        return start.node if start is not None and start.node in self._graph else None

    def _node(self, id_: str) -> NodeTypes:
        self._learn(id_)
        return self._known[id_]

    def _learn(self, id_: str, most: int | None = None) -> bool:
        """Learn the types of one node; walks upstream without recursion, for graphs are deep.

        False where that takes more than `most` nodes: what was learnt on the way is kept.
        """
        waiting = [id_]
        learnt = 0
        while waiting:
            node = waiting[-1]
            missing = [
                before
                for edge in self._graph.arriving(node).values()
                if (before := self._before(edge)) is not None and before not in self._known
            ]
            if missing:
                if most is not None and len(waiting) + learnt > most:
                    return False
                waiting.extend(missing)
                continue
            waiting.pop()
            if node not in self._known:
                learnt += 1
                try:
                    self._known[node] = infer_node(self._graph, node, self.arriving(node))
                except GraphError:
                    self._known[node] = {}
        return True
