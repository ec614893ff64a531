"""What a move of the playhead changes: a few nodes mostly, so that no more need be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.places import node_of

if TYPE_CHECKING:
    from graph import Graph
    from gui.shown import Shown

MOST = 32  # steps; beyond them all may as well be asked anew


def stepped_nodes(before: Shown | None, after: Shown, graph: Graph) -> frozenset[str] | None:
    """The nodes of a place that may be seen otherwise than before; None: all of them may.

    Those are the nodes whose steps lie between the two places of the playhead, with the one that
    it left, and their neighbours: a port's gradient comes with the step of another node.
    """
    steps = after.steps_since(before, MOST) if before is not None else None
    if steps is None:
        return None
    found = {node_of(after.place, step.node) for step in steps} - {None}
    edges = [edge for id_ in found & graph.nodes.keys() for edge in graph.store.edges_at(id_)]
    return frozenset({*found, *(e.source.node for e in edges), *(e.target.node for e in edges)})
