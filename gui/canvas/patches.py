"""Patches: the rectangles of a picture that are other by now, put together to few."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QRect

TILE = 64  # pixels: what lies so near to each other is painted in one go


def joined(parts: Collection[QRect]) -> list[QRect]:
    """Rectangles of whole tiles that hold all of these, and none of it twice.

    Runs of tiles that lie below each other and are as wide are one rectangle.
    """
    spans = [(p.left(), p.top(), p.right(), p.bottom()) for p in parts if not p.isEmpty()]
    if not spans:
        return []
    tiles = np.array(spans) // TILE
    left, top = tiles[:, :2].min(0).tolist()
    tiles -= (left, top, left - 1, top - 1)  # now those after the last
    across, down = tiles[:, 2:].max(0).tolist()
    grid = np.zeros((down + 1, across + 2), np.int8)  # with an empty row and columns around
    for first, upper, last, lower in tiles.tolist():
        grid[upper:lower, first + 1 : last + 1] = 1
    found, standing = [], {}  # the runs of the row above, with the row in which each began
    for row, steps in enumerate(np.diff(grid, axis=1)):
        ends = np.flatnonzero(steps).reshape(-1, 2).tolist()
        runs = {(first, last): standing.pop((first, last), row) for first, last in ends}
        for (first, last), start in standing.items():
            size = (last - first) * TILE, (row - start) * TILE
            found.append(QRect((left + first) * TILE, (top + start) * TILE, *size))
        standing = runs
    return found
