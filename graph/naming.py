"""What a node is called in sentences for a person: as on the canvas, where that is clear."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.port import PortRef

_counted: WeakKeyDictionary[Graph, tuple[int, Counter[str]]] = WeakKeyDictionary()


def name_of(graph: Graph, id_: str) -> str:
    """The node's label, unless another node is called the same; then, and without one, its id.

    Machines (the file, the command line, JSON) use ids alone.
    """
    node = graph.nodes.get(id_)
    if node is None or not node.label:
        return id_
    is_clear = node.label == id_ or (node.label not in graph and _labels(graph)[node.label] == 1)
    return node.label if is_clear else id_


def port_name(graph: Graph, port: PortRef) -> str:
    """`node.port` with the node called as on the canvas."""
    return f"{name_of(graph, port.node)}.{port.port}"


def output_name(graph: Graph, port: PortRef) -> str:
    """The node's name where the port is its only output; else with the port's behind it."""
    module = graph.module(port.node) if port.node in graph else None
    outputs = [found.name for found in module.output_ports] if module is not None else []
    return name_of(graph, port.node) if outputs == [port.port] else port_name(graph, port)


def _labels(graph: Graph) -> Counter[str]:
    """How many nodes bear each label; counted once for each state of the graph."""
    known = _counted.get(graph)
    if known is None or known[0] != graph.revision:
        labels = (node.label for node in graph.nodes.values() if node.label)
        known = (graph.revision, Counter(labels))
        _counted[graph] = known
    return known[1]
