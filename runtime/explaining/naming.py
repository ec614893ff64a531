"""What a port is called in a formula: by the graph's own names, as short as stays clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.naming import name_of
from graph.port import PortRef
from runtime.moments import apart, at

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.trace import Trace


def node_name(graph: Graph, id_: str) -> str:
    """The label where it can stand in a formula (`log p` could be read as one), else the id."""
    name = name_of(graph, id_)
    return name if name.replace("_", "").isalnum() else id_


def output_in_formula(graph: Graph, port: PortRef) -> str:
    """The node's name; with the port's where the node has several outputs."""
    module = graph.module(port.node) if port.node in graph else None
    outputs = [found.name for found in module.output_ports] if module is not None else []
    return node_name(graph, port.node) if outputs == [port.port] else input_in_formula(graph, port)


def input_in_formula(graph: Graph, port: PortRef) -> str:
    """`mul.b`: a port by its node's name and its own."""
    return f"{node_name(graph, port.node)}.{port.port}"


def input_name(graph: Graph, target: PortRef) -> str:
    """What the derivative is taken by: the source, unless other edges leave it as well."""
    edge = graph.incoming(target)
    if edge is None or edge.delay or len(graph.outgoing(edge.source)) > 1:
        return input_in_formula(graph, target)
    return output_in_formula(graph, edge.source)


class Names:
    """The names in the formulas of one trace; `h@3` is `h` at step 3.

    Those that stand in the instance `inside` are called as they are there.
    """

    def __init__(self, trace: Trace, inside: str = "") -> None:
        self.plan, self.inside = trace.plan, inside
        self.drawn, self.flat = trace.plan.flat.origin, trace.plan.flat.graph

    def output(self, ref: PortRef) -> str:
        """The name of the value at an output port."""
        drawn, t = apart(ref)
        return self._short(_timed(output_in_formula(self._graph(drawn), drawn), drawn, t))

    def part(self, ref: PortRef) -> str:
        """The name of what arrives at an input port, for the gradient of this edge alone."""
        drawn, t = apart(ref)
        graph = self._graph(drawn)
        if t is not None or self.plan.readers.get(self.plan.edges.get(drawn) or drawn, [0, 0])[1:]:
            return self._short(_timed(input_in_formula(graph, drawn), drawn, t))
        return self._short(input_name(graph, drawn))

    def value(self, ref: PortRef) -> str:
        """The name of the value that arrives at an input port: that of the output it is of."""
        source = self.plan.feeder(ref)
        if source is None:
            drawn, t = apart(ref)
            shared = self.plan.slot_of.get(drawn) == self.plan.slot_of.get(ref)
            name = input_in_formula(self._graph(drawn), drawn)
            return self._short(_timed(name, drawn, None if shared else t))
        return self.output(source)

    def node(self, key: str) -> str:
        """What a node is called in a sentence, at its step if it is inside time."""
        drawn, t = apart(PortRef(key, ""))
        return at(name_of(self._graph(drawn), drawn.node), t)

    def _short(self, name: str) -> str:
        """`lin` for `one/lin` where the formula stands in `one`, and `one.x` for its own port."""
        if not self.inside:
            return name
        if name.startswith(f"{self.inside}."):
            return name[self.inside.rfind("/") + 1 :]
        return name.removeprefix(f"{self.inside}/")

    def _graph(self, ref: PortRef) -> Graph:
        return self.drawn if ref.node in self.drawn else self.flat


def _timed(name: str, drawn: PortRef, t: int | None) -> str:
    """The name with the step: at the node where the port's name stands behind it."""
    if t is None:
        return name
    tail = f".{drawn.port}"
    if name.endswith(tail):
        return f"{at(name[: -len(tail)], t)}{tail}"
    return str(at(name, t))
