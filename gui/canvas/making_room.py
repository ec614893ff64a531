"""Making room for a node in an edge: followers go to the right, no further than they must."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graph import Edge, Graph
from gui.canvas.geometry import SNAP
from gui.canvas.placing import Box

COLUMN = 144.0  # between the columns of a graph


def room_for(
    graph: Graph, boxes: Mapping[str, Box], node: Box, edge: Edge
) -> tuple[float, dict[str, float]]:
    """How far a node that comes to stand in an edge moves, and how far each follower does.

    The node keeps a column's distance from what feeds it, and its followers from it; an edge
    that runs backwards asks for no room. Widths and places are in canvas units.
    """
    source, target = boxes.get(edge.source.node), boxes.get(edge.target.node)
    if source is None or target is None or target[0] <= source[0]:
        return 0.0, {}
    own = _on_grid(source[2] + COLUMN - node[0]) if _middle(node) > _middle(source) else 0.0
    wanted = _on_grid(node[2] + own + COLUMN - target[0])
    return own, _pushed(graph, boxes, edge.target.node, wanted)


def _pushed(graph: Graph, boxes: Mapping[str, Box], first: str, by: float) -> dict[str, float]:
    """How far each node from `first` on goes when that goes `by`: gaps beyond a column shrink."""
    if by <= 0:
        return {}
    shifts = {first: by}
    for id_ in _downstream(graph, first):
        shift = shifts.get(id_, 0.0)
        for next_ in graph.successors(id_) if shift else ():
            gap = boxes[next_][0] - boxes[id_][2]
            needed = _on_grid(shift - max(gap - COLUMN, 0.0))
            if needed > shifts.get(next_, 0.0):
                shifts[next_] = needed
    return shifts


def _downstream(graph: Graph, first: str) -> list[str]:
    """A node and all that it reaches, each before what it feeds; without recursion."""
    done: list[str] = []
    seen = {first}
    waiting = [(first, iter(graph.successors(first)))]
    while waiting:
        id_, followers = waiting[-1]
        next_ = next((f for f in followers if f not in seen), None)
        if next_ is None:
            done.append(id_)
            waiting.pop()
        else:
            seen.add(next_)
            waiting.append((next_, iter(graph.successors(next_))))
    return done[::-1]


def _on_grid(distance: float) -> float:
    return max(math.ceil(distance / SNAP) * SNAP, 0.0)


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2
