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
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
_CASES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 6: ((0, 2),), 7: ((3, 2),),
    8: ((2, 3),), 9: ((2, 0),), 11: ((2, 1),), 12: ((1, 3),), 13: ((1, 0),), 14: ((0, 3),),
    5: ((3, 0), (1, 2)), 10: ((0, 1), (2, 3)),
}  # fmt: skip
_OTHER = {5: ((3, 2), (1, 0)), 10: ((0, 3), (2, 1))}  # saddles whose middle is above the level


def contour(points: Host, heights: Host, level: float) -> Host:
    """Segments of the line where `heights` [rows, columns] have a level: [segments, 2, 2].

    `points` [rows, columns, 2] say where the heights were taken. A height that is not finite
    makes the cells around it empty. Neighbouring segments share their ends exactly.
    """
    ends = [points[i : points.shape[0] - 1 + i, j : points.shape[1] - 1 + j] for i, j in _CORNERS]
    tall = [
        heights[i : heights.shape[0] - 1 + i, j : heights.shape[1] - 1 + j] for i, j in _CORNERS
    ]
    above = [part >= level for part in tall]
    case = sum(part.astype(int) << corner for corner, part in enumerate(above))
    case = np.where(np.isfinite(sum(tall)), case, 0)
    middle = sum(tall) / 4 >= level
    crossings = [_crossing(ends, tall, edge, level) for edge in range(4)]
    found = []
    for number, lines in _CASES.items():
        here = case == number
        for plain, turned in zip(lines, _OTHER.get(number, lines), strict=True):
            for line, cells in ((plain, here & ~middle), (turned, here & middle)):
                pair = [crossings[edge][cells] for edge in line]
                found.append(np.stack(pair, axis=1))
    return np.concatenate(found)


def _crossing(ends: list[Host], tall: list[Host], edge: int, level: float) -> Host:
    """Where the level crosses an edge of each cell, [rows - 1, columns - 1, 2]; else nonsense.

    From the lower corner to the higher, so that both cells at an edge find the same point.
    """
    one, other = edge, (edge + 1) % 4
    low = tall[one] <= tall[other]
    a, b = (np.where(low, tall[i], tall[j]) for i, j in ((one, other), (other, one)))
    p, q = (np.where(low[..., None], ends[i], ends[j]) for i, j in ((one, other), (other, one)))
    with np.errstate(all="ignore"):
        share = ((level - a) / (b - a))[..., None]
        crossing: Host = p + share * (q - p)
    return crossing


def levels(heights: Host, through: float, most: int = LEVELS) -> list[float]:
    """Heights for contours: round steps that include one height, the point's own.

    No lines where the heights are all equal or none is finite.
    """
    finite = heights[np.isfinite(heights)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if not high > low or not math.isfinite(through):
        return []
    step = round_up((high - low) / most)
    first, last = math.ceil((low - through) / step), math.floor((high - through) / step)
    return [through + offset * step for offset in range(first, last + 1)]
