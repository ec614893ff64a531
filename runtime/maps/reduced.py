"""A rectangle of a Jacobian as a few cells, each the greatest absolute value that was read."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runtime.backend import to_numpy
from runtime.maps.stacking import STACK_ENTRIES, Progress

if TYPE_CHECKING:
    from runtime.maps.linear_map import LinearMap

SAMPLED = 8
"""Most rows that are read of each row of cells where there are too many to read them all."""

MOST_READ = 1 << 27
"""Most entries that are read then, unless one row of each row of cells has more."""

MOST_WORK = 1 << 28
"""Most multiply-adds that this takes, with the same exception."""


@dataclass(frozen=True, eq=False)
class Reduced:
    """`picture` [r, c] in float64; `exact` says whether all entries were read, `why` in words."""

    picture: np.ndarray[Any, Any]
    exact: bool
    why: str


def reduced(
    linear: LinearMap,
    rows: slice,
    columns: slice,
    cells: tuple[int, int],
    progress: Progress | None = None,
) -> Reduced:
    """Rows and columns of a map in at most `cells` cells, each the greatest size of its entries.

    All entries are read where they are at most 2^22; of larger regions some rows of each row of
    cells: eight, or fewer where rows are long or cost much, but one at least. An entry that is
    NaN makes its cell NaN, and an empty region has no cells. `progress` is told the share done
    and may raise to end the work.
    """
    top, bottom, _ = rows.indices(linear.rows)
    left, right, _ = columns.indices(linear.columns)
    bottom, right = max(top, bottom), max(left, right)
    down = _edges(top, bottom, cells[0])
    across = _edges(left, right, cells[1]) - left
    picture = np.zeros((len(down) - 1, len(across) - 1))
    width = right - left
    every = (bottom - top) * width <= STACK_ENTRIES
    if not picture.size:
        return Reduced(picture, True, "")
    count = min(MOST_READ // width, MOST_WORK // max(linear.work, 1)) // len(picture)
    count = min(max(count, 1), SAMPLED)
    if every:
        entries = _sizes(linear, slice(top, bottom), slice(left, right), progress)
        picture = _pooled(_pooled(entries, down - top, 0), across, 1)
    else:
        for cell, (first, last) in enumerate(itertools.pairwise(down.tolist())):
            if progress is not None:
                progress(cell / len(picture))
            for row in _sample(first, last, count):
                found = _sizes(linear, slice(row, row + 1), slice(left, right), None)
                picture[cell] = np.maximum(picture[cell], _pooled(found, across, 1)[0])
    if progress is not None:
        progress(1.0)
    return Reduced(picture, every, _why(every, bottom - top, count * len(picture)))


def read(
    linear: LinearMap, rows: slice, columns: slice, progress: Progress | None = None
) -> np.ndarray[Any, Any]:
    """A window in NumPy; a map that builds in stacks tells how far it is."""
    build = getattr(linear, "build", None)
    return to_numpy(build(rows, columns, progress) if build else linear.window(rows, columns))


def _edges(start: int, stop: int, cells: int) -> np.ndarray[Any, Any]:
    """Where cells begin, and where the last one ends."""
    count = min(cells, stop - start)
    return np.linspace(start, stop, count + 1).astype(np.int64) if count else np.array([start])


def _sample(first: int, last: int, count: int) -> list[int]:
    """Some rows of a row of cells, spread over it."""
    count = min(count, last - first)
    return [first + (2 * place + 1) * (last - first) // (2 * count) for place in range(count)]


def _sizes(
    linear: LinearMap, rows: slice, columns: slice, progress: Progress | None
) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = np.abs(read(linear, rows, columns, progress), dtype=np.float64)
    return found


def _pooled(
    sizes: np.ndarray[Any, Any], edges: np.ndarray[Any, Any], axis: int
) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = np.maximum.reduceat(sizes, edges[:-1], axis=axis)
    return found


def _why(every: bool, rows: int, read: int) -> str:
    if every:
        return "Exact: every entry was read."
    part = f"{min(read, rows):,} of {rows:,} rows".replace(",", "\u2009")
    return f"Of sampled rows ({part}): a cell may hold larger entries than it shows."
