"""How delay edges run: out of their port, below the nodes that they pass, and up to where they end.

Each hangs as deep as it must to be clear of nodes and of the others; short ones hang highest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graph import PortRef
from gui.canvas import geometry as geo

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

LEAD = 20.0  # how far one runs straight out of its port, and into its end
LEG = 8.0  # between the downward pieces of edges that run beside each other
MOST_LEGS = 4
BELOW = 24.0  # under what it passes
LANE = 16.0  # between two that run below each other
RADIUS = 14.0  # of its corners
MOST_PUSHES = 200  # so that a wall of nodes ends the search


@dataclass(frozen=True, slots=True)
class Hanging:
    """The ends of a delay edge. `up` tells that it ends at a pin, from below."""

    target: PortRef
    start: geo.Point
    end: geo.Point
    up: bool

    def span(self, leg: float) -> tuple[float, float]:
        """Where its downward and its upward piece run."""
        right = self.start[0] + LEAD + leg
        return right, self.end[0] if self.up else self.end[0] - LEAD - leg


def hang(scene: CanvasScene, edges: Iterable[Hanging]) -> dict[PortRef, np.ndarray]:
    """The middle lines of delay edges, by the port where each ends: `[WIRE_POINTS, 2]`."""
    found: dict[PortRef, np.ndarray] = {}
    taken: list[tuple[float, float, float]] = []
    for edge in sorted(edges, key=lambda x: (abs(x.start[0] - x.end[0]), x.target)):
        leg = LEG * min(len(taken), MOST_LEGS)
        right, left = edge.span(leg)
        low, high = min(left, right), max(left, right)
        depth = _depth(scene, edge, low, high, taken)
        taken.append((low, high, depth))
        found[edge.target] = _line(edge, right, left, depth)
    return found


def _depth(
    scene: CanvasScene,
    edge: Hanging,
    low: float,
    high: float,
    taken: list[tuple[float, float, float]],
) -> float:
    """The least depth below both ends at which nothing is in the way."""
    boxes = scene.boxes.array
    rows = np.flatnonzero((boxes[:, 0] < high + RADIUS) & (boxes[:, 2] > low - RADIUS))
    tops = boxes[rows, 1]
    bottoms = boxes[rows, 3] + [_texts_below(scene, row) for row in rows.tolist()]
    depth = max(edge.start[1], edge.end[1]) + BELOW
    for _ in range(MOST_PUSHES):
        meets = (tops < depth + BELOW) & (bottoms > depth - BELOW)
        beside = [y for a, b, y in taken if a < high and b > low and abs(y - depth) < LANE]
        if meets.any():
            depth = float(bottoms[meets].max()) + BELOW
        elif beside:
            depth = max(beside) + LANE
        else:
            break
    return depth


def _texts_below(scene: CanvasScene, row: int) -> float:
    """The room that a node's pins take for their texts: those of neighbours stand in turns."""
    item = scene.items_by_id.get(scene.boxes.ids[row])
    pins = item.outline.pins if item is not None else ()
    return geo.PIN_TEXT * min(len(pins), 2)


def _line(edge: Hanging, right: float, left: float, depth: float) -> np.ndarray:
    corners = [edge.start, (right, edge.start[1]), (right, depth), (left, depth)]
    if not edge.up:
        corners.append((left, edge.end[1]))
    return rounded([*corners, edge.end])


def rounded(corners: list[geo.Point]) -> np.ndarray:
    """A line along some corners, which it cuts in quarter rounds: `[WIRE_POINTS, 2]`."""
    stops = np.array(corners, float)
    inner = len(stops) - 2
    each, left_over = divmod(geo.WIRE_POINTS - 2, inner)
    pieces = [stops[:1]]
    for number in range(1, inner + 1):
        before, here, after = stops[number - 1 : number + 2]
        t = np.linspace(0, 1, each + (left_over if number == inner else 0))[:, None]
        first, last = _toward(here, before), _toward(here, after)
        pieces.append((1 - t) ** 2 * first + 2 * t * (1 - t) * here + t**2 * last)
    return np.concatenate((*pieces, stops[-1:]))


def _toward(corner: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where a round begins that cuts a corner."""
    way = other - corner
    length = float(np.hypot(*way))
    return corner + way * (min(RADIUS, length / 2) / max(length, 1e-9))
