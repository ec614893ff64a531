"""A small picture of a large matrix: the largest entry of each cell, in absolute value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.backend import to_numpy
from runtime.maps.linear_map import LinearMap
from runtime.maps.norms import WINDOW_WORK, walkable
from runtime.maps.places import Array
from runtime.maps.pointwise import Diagonal, Pointwise
from runtime.maps.row_entries import (
    LISTED_ENTRIES,
    entries_per_row,
    row_entries,
    told_by_rows,
)
from runtime.maps.stacking import STACK_ENTRIES, Progress, parts, unit_stack

SAMPLED_ENTRIES = 1 << 22
"""About how many entries are looked at where those are too many."""


@dataclass(frozen=True, slots=True)
class Overview:
    """max|entry| over cells of `rows_per_cell` x `columns_per_cell` entries.

    `picture` is [cells, cells] of float64; the last cells may be smaller. A cell with a NaN is NaN.
    Where not `exact`, some rows were looked at, and `why` says how many.
    """

    picture: Array
    exact: bool
    why: str
    rows_per_cell: int
    columns_per_cell: int


def overview(
    made: LinearMap,
    rows: int = 128,
    columns: int = 128,
    progress: Progress | None = None,
    *,
    within: tuple[slice, slice] = (slice(None), slice(None)),
) -> Overview:
    """The picture of a map in at most `rows` x `columns` cells (both 1 or more).

    `within` takes some rows and columns of it, as slices with step 1. Exact where the structure
    leaves few entries, or the matrix in windows takes few operations; else of rows that stand
    evenly in their cells. `progress` may raise to end the work.
    """
    made = told_by_rows(made)
    with np.errstate(invalid="ignore", over="ignore"):  # a NaN is drawn as what it is
        return _drawn(made, _Canvas(made, (rows, columns), within), progress)


def _drawn(made: LinearMap, canvas: _Canvas, progress: Progress | None) -> Overview:
    height, width = canvas.size
    if not height or not width:
        return canvas.shown(f"The matrix of {height} × {width} has no entries.")
    if isinstance(made, Pointwise) and not isinstance(made, Diagonal):
        canvas.along_the_diagonal(abs(float(made.factor)))
        return canvas.shown()
    each = entries_per_row(made)
    if each is not None and height * each <= LISTED_ENTRIES:
        _list(made, np.arange(canvas.top, canvas.bottom), each, canvas, progress)
        return canvas.shown()
    if walkable(made, canvas.size):
        _walk(made, canvas, progress)
        return canvas.shown()
    chosen = canvas.sample(_affordable_rows(made, each))
    if each is not None:
        _list(made, chosen, each, canvas, progress)
    else:
        _pull(made, chosen, canvas, progress)
    return canvas.sampled(len(chosen))


class _Canvas:
    """The picture while it is made."""

    def __init__(
        self, made: LinearMap, cells: tuple[int, int], within: tuple[slice, slice]
    ) -> None:
        self.top, self.bottom, _ = within[0].indices(made.rows)
        self.left, self.right, _ = within[1].indices(made.columns)
        self.size = max(self.bottom - self.top, 0), max(self.right - self.left, 0)
        self.tall, self.wide = (
            max(-(-size // most), 1) for size, most in zip(self.size, cells, strict=True)
        )
        self.picture = np.zeros((-(-self.size[0] // self.tall), -(-self.size[1] // self.wide)))

    def shown(self, why: str = "") -> Overview:
        size = f"{self.tall} × {self.wide}"
        one = self.tall == self.wide == 1
        cells = (
            "Each cell is one entry's size." if one else f"Each cell shows its largest of {size}."
        )
        return Overview(self.picture, True, why or cells, self.tall, self.wide)

    def sampled(self, count: int) -> Overview:
        why = f"Looked at {count} of {self.size[0]} rows, evenly; all would take too long."
        return Overview(self.picture, False, why, self.tall, self.wide)

    def sample(self, count: int) -> Array:
        """Row numbers, in the middle of equal parts of each row of cells, one of each at least."""
        each = min(max(count // len(self.picture), 1), self.tall)
        tops = np.arange(self.top, self.bottom, self.tall)[:, None]
        sizes = np.minimum(self.bottom - tops, self.tall)
        inside = (2 * np.arange(each)[None, :] + 1) * sizes // (2 * each)
        return np.unique(tops + inside)

    def along_the_diagonal(self, size: float) -> None:
        """One number at every entry of the diagonal: in cells whose rows and columns meet."""
        tops = np.arange(self.top, self.bottom, self.tall)[:, None]
        lefts = np.arange(self.left, self.right, self.wide)[None, :]
        ends = np.minimum(tops + self.tall, lefts + self.wide).clip(
            max=min(self.bottom, self.right)
        )
        self.picture[np.maximum(tops, lefts) < ends] = size

    def put(self, rows: Array, columns: Array, values: Array) -> None:
        """Entries given by their flat numbers, all three of one shape; others are left out."""
        inside = (columns >= self.left) & (columns < self.right)
        if not inside.all():
            rows, columns, values = rows[inside], columns[inside], values[inside]
        down, across = (rows - self.top) // self.tall, (columns - self.left) // self.wide
        cells = (down * self.picture.shape[1] + across).reshape(-1)
        if cells.size:  # neighbours are mostly in one cell: their largest is found first
            starts = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
            largest = np.maximum.reduceat(np.abs(values).reshape(-1), starts)
            np.maximum.at(self.picture.reshape(-1), cells[starts], largest)

    def put_rows(self, rows: Array, matrix: Array) -> None:
        """Whole rows [n, width], given by their flat numbers."""
        lefts = np.arange(0, self.size[1], self.wide)
        largest = np.maximum.reduceat(np.abs(matrix), lefts, axis=1)
        np.maximum.at(self.picture, (rows - self.top) // self.tall, largest)


def _list(
    made: LinearMap, ids: Array, each: int, canvas: _Canvas, progress: Progress | None
) -> None:
    """All entries of these rows that the structure leaves."""
    for part in parts(slice(0, len(ids)), max(STACK_ENTRIES // (8 * each), 1), progress):
        columns, values = row_entries(made, made.xp.asarray(ids[part]))
        rows = np.broadcast_to(ids[part][:, None], columns.shape)
        canvas.put(rows, to_numpy(columns), to_numpy(values))


def _walk(made: LinearMap, canvas: _Canvas, progress: Progress | None) -> None:
    """All rows, in windows."""
    step = max(STACK_ENTRIES // canvas.size[1], 1)
    columns = slice(canvas.left, canvas.right)
    for part in parts(slice(canvas.top, canvas.bottom), step, progress):
        canvas.put_rows(np.arange(part.start, part.stop), to_numpy(made.window(part, columns)))


def _pull(made: LinearMap, ids: Array, canvas: _Canvas, progress: Progress | None) -> None:
    """These rows, by a unit gradient each."""
    step = max(STACK_ENTRIES // max(made.rows, made.columns), 1)
    for part in parts(slice(0, len(ids)), step, progress):
        units = unit_stack(made, made.xp.asarray(ids[part]), made.rows)
        pulled = to_numpy(made.vjps(units.reshape(-1, *made.out_shape)))
        rows = pulled.reshape(-1, made.columns)[:, canvas.left : canvas.right]
        canvas.put_rows(ids[part], rows)


def _affordable_rows(made: LinearMap, each: int | None) -> int:
    if each is not None:
        return SAMPLED_ENTRIES // max(each, 1)
    return min(WINDOW_WORK // max(made.work, 1), SAMPLED_ENTRIES // made.columns)
