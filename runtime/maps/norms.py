"""Frobenius's norm and the count of non-zeros, from the structure or in windows of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from runtime.maps.blocks import BlockDiagonal
from runtime.maps.dense import Dense
from runtime.maps.factoring import finite
from runtime.maps.kronecker import Kronecker
from runtime.maps.linear_map import LinearMap
from runtime.maps.lowrank import LowRank
from runtime.maps.lowrank_spectrum import lowrank_norm, terms_of
from runtime.maps.places import Array
from runtime.maps.row_entries import LISTED_ENTRIES, entries_per_row, row_entries, told_by_rows
from runtime.maps.stacking import STACK_ENTRIES, Progress, parts
from runtime.maps.toeplitz import KernelToeplitz, Toeplitz

WINDOW_ENTRIES = 1 << 27
"""Most entries of a matrix that is walked through in windows."""

WINDOW_WORK = 1 << 32
"""Most multiply-adds that building these windows may take."""


def window_work(made: LinearMap, size: tuple[int, int] | None = None) -> int:
    """What building every window of a map takes: its entries at least, and applying its parts.

    `size` is how many rows and columns the windows cover, by default all.
    """
    rows, columns = size or (made.rows, made.columns)
    if made.structure not in ("product", "sum"):
        return rows * columns
    return max(rows * columns, min(rows, columns) * made.work)


def walkable(made: LinearMap, size: tuple[int, int] | None = None) -> bool:
    """Whether every window of a map may be built, one after the other; `size` as there."""
    rows, columns = size or (made.rows, made.columns)
    return rows * columns <= WINDOW_ENTRIES and window_work(made, size) <= WINDOW_WORK


def frobenius(made: LinearMap) -> float | None:
    """The norm from what the map stores; None where its structure does not tell."""
    for kind, squares in _SQUARES:
        if isinstance(made, kind):
            return math.sqrt(float(squares(made)))
    return lowrank_norm(terms_of(made)) if isinstance(made, LowRank) else None


def counted(made: LinearMap, progress: Progress | None = None) -> tuple[float, int] | None:
    """(norm, count of non-zeros) of all entries that the structure leaves, else of all in windows.

    None where they are too many.
    """
    stacks = _entries(told_by_rows(made), progress)
    if stacks is None:
        return None
    norm, nonzeros = 0.0, 0
    for entries in stacks:
        found = finite(entries)
        norm = math.hypot(norm, float(np.linalg.norm(found)))
        nonzeros += int(np.count_nonzero(found))
    return norm, nonzeros


def _entries(made: LinearMap, progress: Progress | None) -> Iterator[Array] | None:
    each = entries_per_row(made)
    whole = slice(0, made.rows)
    if each is not None and made.rows * each <= LISTED_ENTRIES:
        rows = parts(whole, max(STACK_ENTRIES // (8 * max(each, 1)), 1), progress)
        ids = (made.xp.arange(part.start, part.stop) for part in rows)
        return (row_entries(made, some)[1] for some in ids)
    if not walkable(made):
        return None
    rows = parts(whole, max(STACK_ENTRIES // (4 * made.columns), 1), progress)
    return (made.window(part) for part in rows)


def _square(array: Array) -> Array:
    return finite(array) ** 2


_SQUARES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Toeplitz, lambda made: made.over_entries(_square(made.weight))),
    (KernelToeplitz, lambda made: made.over_entries(_square(made.x))),
    (Kronecker, lambda made: made.over_entries([_square(factor) for factor in made.factors])),
    (BlockDiagonal, lambda made: _square(made.blocks).sum()),
    (Dense, lambda made: _square(made.matrix).sum()),
)
