"""Making room for a node in an edge: followers go to the right, no further than they must."""

from __future__ import annotations

import math
from collections.abc import Callable

from graph import Edge, Graph
from gui.canvas.geometry import SNAP
from gui.canvas.placing import Box

COLUMN = 144.0  # between the columns of a graph


def room_for(
    graph: Graph, box_of: Callable[[str], Box | None], node: Box, edge: Edge
) -> tuple[float, dict[str, float]]:
    """How far a node that comes to stand in an edge moves, and how far each follower does.

    The node keeps a column's distance from what feeds it, and its followers from it; an edge
    that runs backwards asks for no room. Widths and places are in canvas units; of a node that
    is not drawn yet there is no box, and it stays.
    """
    source, target = box_of(edge.source.node), box_of(edge.target.node)
    if source is None or target is None or target[0] <= source[0]:
        return 0.0, {}
    own = _on_grid(source[2] + COLUMN - node[0]) if _middle(node) > _middle(source) else 0.0
    wanted = _on_grid(node[2] + own + COLUMN - target[0])
    return own, _pushed(graph, box_of, edge.target.node, wanted)


def _pushed(
    graph: Graph, box_of: Callable[[str], Box | None], first: str, by: float
) -> dict[str, float]:
    """How far each node from `first` on goes when that goes `by`: gaps beyond a column shrink."""
    if by <= 0:
        return {}
    shifts = {first: by}
    for id_, followers in _downstream(graph, first):
        shift = shifts.get(id_, 0.0)
        box = box_of(id_) if shift else None
        for next_ in followers if box is not None else ():
            follower = box_of(next_)
            if follower is not None:
                needed = _on_grid(shift - max(follower[0] - box[2] - COLUMN, 0.0))
                shifts[next_] = max(needed, shifts.get(next_, 0.0))
    return {id_: shift for id_, shift in shifts.items() if shift}


def _downstream(graph: Graph, first: str) -> list[tuple[str, tuple[str, ...]]]:
    """A node and all that it reaches with what each feeds, in the direction of flow."""
    done: list[tuple[str, tuple[str, ...]]] = []
    followers = {first: graph.successors(first)}
    waiting = [(first, iter(followers[first]))]
    while waiting:
        id_, rest = waiting[-1]
        next_ = next((f for f in rest if f not in followers), None)
        if next_ is None:
            done.append((id_, followers[id_]))
            waiting.pop()
        else:
            followers[next_] = graph.successors(next_)
            waiting.append((next_, iter(followers[next_])))
    return done[::-1]


def _on_grid(distance: float) -> float:
    return max(math.ceil(distance / SNAP) * SNAP, 0.0)


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2
