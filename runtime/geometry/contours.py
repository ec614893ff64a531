"""Lines of equal height through a grid: marching squares, all cells at once.

Source: Lorensen and Cline, Marching cubes, 1987, in two dimensions.
"""

from __future__ import annotations

import math

import numpy as np

from runtime.feeds import Host
from runtime.geometry.window import round_up

LEVELS = 12

# Corners of a cell in turn, and its edges from each to the next; a case has bit i for corner i.
# A saddle whose middle is above the level is one of the last two cases.
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
_SADDLES = {5: 16, 10: 17}
_CASES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 6: ((0, 2),), 7: ((3, 2),),
    8: ((2, 3),), 9: ((2, 0),), 11: ((2, 1),), 12: ((1, 3),), 13: ((1, 0),), 14: ((0, 3),),
    5: ((3, 0), (1, 2)), 10: ((0, 1), (2, 3)), 16: ((3, 2), (1, 0)), 17: ((0, 3), (2, 1)),
}  # fmt: skip
_EDGES = np.full((18, 2, 2), -1)  # the two edges of up to two lines, by case
for _case, _lines in _CASES.items():
    _EDGES[_case, : len(_lines)] = _lines


def contour(points: Host, heights: Host, level: float) -> Host:
    """Segments of the line where `heights` [rows, columns] have a level: [segments, 2, 2].

    `points` [rows, columns, 2] say where the heights were taken. A height that is not finite
    makes the cells around it empty. Neighbouring segments share their ends exactly.
    """
    rows, columns = heights.shape[0] - 1, heights.shape[1] - 1
    tall = np.stack([heights[i : rows + i, j : columns + j] for i, j in _CORNERS])
    case = sum((part >= level).astype(int) << corner for corner, part in enumerate(tall))
    down, right = np.nonzero((case % 15 > 0) & np.isfinite(tall).all(axis=0))
    ends = np.stack([points[down + i, right + j] for i, j in _CORNERS])  # [4, cells, 2]
    tall, case = tall[:, down, right], case[down, right]
    is_above = tall.mean(axis=0) >= level
    for saddle, other in _SADDLES.items():
        case = np.where((case == saddle) & is_above, other, case)
    found = []
    for line in range(2):
        edges = _EDGES[case, line]
        cells = np.flatnonzero(edges[:, 0] >= 0)
        pair = [_crossing(ends, tall, edges[cells, end], cells, level) for end in range(2)]
        found.append(np.stack(pair, axis=1))
    return np.concatenate(found)


def _crossing(ends: Host, tall: Host, edge: Host, cells: Host, level: float) -> Host:
    """Where the level crosses an edge of each of some cells, [cells, 2].

    From the lower corner to the higher, so that both cells at an edge find the same point.
    """
    one, other = edge, (edge + 1) % 4
    is_up = tall[one, cells] <= tall[other, cells]
    low, high = np.where(is_up, one, other), np.where(is_up, other, one)
    a, b = tall[low, cells], tall[high, cells]
    p, q = ends[low, cells], ends[high, cells]
    crossing: Host = p + ((level - a) / (b - a))[:, None] * (q - p)
    return crossing


def levels(heights: Host, through: float, most: int = LEVELS) -> list[float]:
    """Heights for contours: round steps from a given one, as far as the heights go.

    No lines where the heights are all equal or none is finite.
    """
    finite = heights[np.isfinite(heights)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if not high > low or not math.isfinite(through):
        return []
    step = round_up((high - low) / most)
    first, last = math.ceil((low - through) / step), math.floor((high - through) / step)
    return [through + offset * step for offset in range(first, last + 1)]
