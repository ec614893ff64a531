"""Where the other end of a wire could go: many ports asked about, one end fixed."""

from __future__ import annotations

from functools import cached_property

from graph import wiring
from graph.errors import GraphError
from graph.model import Graph
from graph.port import PortRef


class OtherEnd:
    """Answers for one fixed port of a graph that stays as it is meanwhile.

    `from_output` says that the fixed port is the output. An occupied input counts as free, for
    its edge would give way; the input that a node would grow counts as a port. Cycles are found
    by one walk for all ports: a walk for each is what makes `Graph.can_connect` slow in a large
    graph.
    """

    def __init__(self, graph: Graph, fixed: PortRef, from_output: bool) -> None:
        self._graph, self._fixed, self._from_output = graph, fixed, from_output
        self._known: dict[PortRef, bool] = {}
        self._reasons: dict[PortRef, GraphError | None] = {}

    def fits(self, port: PortRef) -> bool:
        """Whether a port of the other kind could be wired to the fixed one; asked once."""
        if port not in self._known:
            self._known[port] = port.node not in self._circular and self._is_taken(port)
        return self._known[port]

    def why_not(self, port: PortRef) -> GraphError | None:
        """Why it could not; None where it could."""
        if port not in self._reasons:
            self._reasons[port] = None if self.fits(port) else self._refusal(port)
        return self._reasons[port]

    @cached_property
    def _circular(self) -> frozenset[str]:
        """The nodes to which a wire would close a cycle, the fixed port's own among them."""
        graph = self._graph
        step = self._feeders if self._from_output else graph.successors
        found, waiting = {self._fixed.node}, [self._fixed.node]
        while waiting:
            for next_ in step(waiting.pop()):
                if next_ not in found:
                    found.add(next_)
                    waiting.append(next_)
        return frozenset(found)

    def _feeders(self, id_: str) -> list[str]:
        edges = self._graph.arriving(id_).values()
        return [edge.source.node for edge in edges if not edge.delay]

    def _ends(self, port: PortRef) -> tuple[PortRef, PortRef]:
        return (self._fixed, port) if self._from_output else (port, self._fixed)

    def _is_taken(self, port: PortRef) -> bool:
        source, target = self._ends(port)
        try:
            wiring.check_ends(self._graph, source, target, may_grow=True)
            wiring.check_type(self._graph, source, target)
        except GraphError:
            return False
        return True

    def _refusal(self, port: PortRef) -> GraphError | None:
        source, target = self._ends(port)
        try:
            wiring.check_ends(self._graph, source, target, may_grow=True)
            wiring.check_acyclic(self._graph, source, target)
            wiring.check_type(self._graph, source, target)
        except GraphError as error:
            return error
        return None
