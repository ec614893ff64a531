"""Tensors in a formula: small matrices with their shape, long ones shortened by dots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.explaining.expression import Expression, Grid, Numeral, Symbol
from runtime.feeds import Host
from runtime.maps import LinearMap
from runtime.numerals import format_number

MAX_ROWS, MAX_COLUMNS = 4, 5
"""A longer axis keeps its first entries and the last one."""
ACROSS, DOWN, ASLANT = Symbol(r"\cdots"), Symbol(r"\vdots"), Symbol(r"\ddots")


def number(value: Any) -> Numeral:
    """One number."""
    return Numeral(format_number(value))


def tensor(array: Host) -> Expression:
    """A number for a scalar; else rows of the last axis, those of all other axes one below another.

    Only what is shown is read, so that the size does not matter.
    """
    if array.ndim == 0:
        return number(array[()].item())
    columns = array.shape[-1]
    rows = array.size // columns if columns else 0
    leading = array.shape[:-1]

    def entry(r: int, c: int) -> Numeral:
        place = np.unravel_index(r, leading) if leading else ()
        return number(array[(*place, c)].item())

    return _grid(rows, columns, entry, array.shape)


def matrix(linear: LinearMap) -> Expression:
    """A Jacobian as a matrix [rows, columns]; a number where it has one entry."""
    if linear.rows == linear.columns == 1:
        return number(np.asarray(linear.dense()).item())
    entries: dict[tuple[int, int], float] = {}
    for rows in _spans(linear.rows, MAX_ROWS):
        for columns in _spans(linear.columns, MAX_COLUMNS):
            window = np.asarray(linear.window(rows, columns))
            for (r, c), found in np.ndenumerate(window):
                entries[rows.start + r, columns.start + c] = float(found)
    shape = (linear.rows, linear.columns)
    return _grid(*shape, lambda r, c: number(entries[r, c]), shape)


def _shown(size: int, most: int) -> list[int]:
    """The places that are shown of an axis."""
    return list(range(size)) if size <= most else [*range(most - 2), size - 1]


def _spans(size: int, most: int) -> list[slice]:
    """The same as slices."""
    if size <= most:
        return [slice(0, size)]
    return [slice(0, most - 2), slice(size - 1, size)]


def _grid(
    rows: int, columns: int, entry: Callable[[int, int], Numeral], shape: tuple[int, ...]
) -> Grid:
    across, down = _shown(columns, MAX_COLUMNS), _shown(rows, MAX_ROWS)
    found: list[tuple[Expression, ...]] = []
    for r in down:
        cells: list[Expression] = [entry(r, c) for c in across]
        if len(across) < columns:
            cells.insert(-1, ACROSS)
        found.append(tuple(cells))
    if len(down) < rows:
        dots: list[Expression] = [DOWN for _ in across]
        if len(across) < columns:
            dots.insert(-1, ASLANT)
        found.insert(-1, tuple(dots))
    return Grid("matrix", tuple(found), shape)
