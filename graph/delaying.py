"""Edits of delay edges: the delay, the initial port, and the initial values that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import edits as e
from graph import wiring
from graph.errors import CycleFound, GraphError
from graph.port import PortRef
from graph.time import keeps_initial
from graph.topology import reach_path

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.records import Edge
    from graph.tensor import Tensor


def set_delay(graph: Graph, edit: e.SetDelay) -> e.Edit:
    """Change delay and initial port; returns the inverse."""
    target = edit.target
    before = graph.incoming(target)
    if before is None:
        raise no_edge(target)
    edge = before.delayed(edit.delay, edit.initial)
    if not edit.is_known:  # an undo brings back what a file may hold too
        wiring.check_edge(graph, edge, replace=True)
    kept = None if edge.delay else take_initial(graph, target)
    _replace(graph, edge)
    back = e.SetDelay(target, before.delay, before.initial, is_known=True)
    return e.Batch((back, kept)) if kept else back


def take_initial(graph: Graph, target: PortRef) -> e.SetTensor | None:
    """Take away the initial values kept for the delay of an edge; returns what brings them back."""
    kept = graph.store.pop_tensor(target) if keeps_initial(graph, target) else None
    return e.SetTensor(target, kept) if kept is not None else None


def lose_initial(graph: Graph, edge: Edge) -> e.Edit:
    """Leave an edge without its initial port, whose node goes; returns the inverse."""
    _replace(graph, edge.delayed(edge.delay))
    return e.SetDelay(edge.target, edge.delay, edge.initial, is_known=True)


def refuse_circle(graph: Graph, old: str, new: str) -> None:
    """Raise where a node, under its new id, would be an initial port behind the edge it is of."""
    for edge in graph.store.starting_at(new):
        cycle = reach_path(graph.successors, edge.target.node, old)
        if cycle is not None:
            raise CycleFound(cycle, node=edge.target.node, port=edge.target.port)


def tensors_apart(
    graph: Graph, id_: str
) -> tuple[tuple[tuple[PortRef, Tensor], ...], tuple[e.SetTensor, ...]]:
    """The tensors that a node keeps for itself, and the edits that set those of its delays.

    The latter can only be set once the edges are there.
    """
    kept = graph.store.tensors_of(id_)
    own = tuple((port, tensor) for port, tensor in kept if not keeps_initial(graph, port))
    return own, tuple(e.SetTensor(*entry) for entry in kept if keeps_initial(graph, entry[0]))


def no_edge(target: PortRef) -> GraphError:
    """The refusal of a change to an edge that is not there."""
    found, expected = "no edge that ends here", "an edge"
    return GraphError(node=target.node, port=target.port, found=found, expected=expected)


def _replace(graph: Graph, edge: Edge) -> None:
    _, rank = graph.store.pop_edge(edge.target)
    graph.store.put_edge(edge, rank)
    graph.types.forget(edge.target.node)
