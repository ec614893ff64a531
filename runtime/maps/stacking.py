"""Windows of a map from its bulk products: a stack of unit tensors pushed, or pulled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from runtime.maps.places import Array

if TYPE_CHECKING:
    from runtime.maps.linear_map import LinearMap

STACK_ENTRIES = 1 << 22
"""Most entries that a stack of unit tensors, or what it is mapped to, may have at a time."""

Progress = Callable[[float], None]
"""Told the share that is done, between stacks; it may raise to end the work."""


def row_by_row(
    made: LinearMap, rows: slice, columns: slice, progress: Progress | None = None
) -> Array:
    """The window by pulling a unit gradient per row."""
    matrix = _empty(made, rows, columns)
    for part in parts(rows, _step(made), progress):
        count = part.stop - part.start
        units = unit_stack(made, _numbers(made, part), made.rows).reshape(count, *made.out_shape)
        pulled = made.vjps(units).reshape(count, made.columns)
        matrix[part.start - rows.start : part.stop - rows.start] = pulled[:, columns]
    return matrix


def column_by_column(
    made: LinearMap, rows: slice, columns: slice, progress: Progress | None = None
) -> Array:
    """The window by pushing a unit tangent per column."""
    matrix = _empty(made, rows, columns)
    for part in parts(columns, _step(made), progress):
        count = part.stop - part.start
        units = unit_stack(made, _numbers(made, part), made.columns)
        pushed = made.jvps(units.reshape(count, *made.in_shape)).reshape(count, made.rows)
        matrix[:, part.start - columns.start : part.stop - columns.start] = pushed[:, rows].T
    return matrix


def _empty(made: LinearMap, rows: slice, columns: slice) -> Array:
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    return made.xp.empty(shape, made.dtype)


def unit_stack(made: LinearMap, ids: Array, size: int) -> Array:
    """[len(ids), size] of zeros with a 1 at each of these numbers."""
    units = made.xp.zeros((len(ids), size), made.dtype)
    units[made.xp.arange(len(ids)), ids] = 1
    return units


def _numbers(made: LinearMap, part: slice) -> Array:
    return made.xp.arange(part.start, part.stop)


def parts(whole: slice, step: int, progress: Progress | None) -> Iterator[slice]:
    """A span of rows or columns in parts of `step`, with progress told between them."""
    total = whole.stop - whole.start
    for start in range(whole.start, whole.stop, step):
        if progress is not None:
            progress((start - whole.start) / total)
        yield slice(start, min(start + step, whole.stop))
    if progress is not None:
        progress(1.0)


def _step(made: LinearMap) -> int:
    return max(STACK_ENTRIES // max(made.rows, made.columns, 1), 1)
