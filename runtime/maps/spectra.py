"""Which way leads to a map's singular values: its structure, its matrix, or neither."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from runtime.backend import to_numpy
from runtime.maps.blocks import BlockDiagonal, order_of_blocks
from runtime.maps.combine import Product, compose
from runtime.maps.factoring import (
    DENSE_SIDE,
    FACTOR_WORK,
    NotConverged,
    affordable,
    determinants,
    factored,
    finite,
    largest,
    triangle,
)
from runtime.maps.kronecker import Kronecker
from runtime.maps.kronecker_spectrum import kronecker_spectrum
from runtime.maps.linear_map import LinearMap
from runtime.maps.lowrank import LowRank
from runtime.maps.lowrank_spectrum import lowrank_determinant, lowrank_spectrum, terms_of
from runtime.maps.norms import frobenius, window_work
from runtime.maps.places import Array, Shape, added_along, with_ones
from runtime.maps.pointwise import Diagonal, Pointwise, Zero
from runtime.maps.selection import OnePerRow, Reshaped, Transposed
from runtime.maps.signs import (
    SINGULAR,
    Determinant,
    axes_sign,
    multiplied,
    of_diagonal,
    permutation_sign,
)
from runtime.maps.spectrum import Spectrum, filled_up, of_blocks, of_values, precision
from runtime.maps.spread import Broadcast, Reduce
from runtime.maps.stacking import Progress, parts
from runtime.maps.toeplitz import KernelToeplitz, Toeplitz
from runtime.maps.toeplitz_spectrum import pieces_of

Form = Callable[[Any, Progress | None], Spectrum | None]


def spectrum_of(made: LinearMap, progress: Progress | None = None) -> Spectrum:
    """All singular values of a map with entries, or its largest; `NotFinite` where it has a NaN."""
    for kind, form in _FORMS:
        if isinstance(made, kind):
            found = form(made, progress)
            if found is not None:
                return found
    if _fits(made):
        return _from_matrix(made, progress)
    return _without_matrix(made, progress)


def _pointwise(made: Pointwise, _: Progress | None) -> Spectrum:
    how = "In closed form, from the diagonal."
    if isinstance(made, Diagonal):
        numbers = np.broadcast_to(finite(made.factors), made.out_shape).reshape(-1)
        values = np.sort(np.abs(numbers))[::-1]
        return of_values(made, values, how, lambda: of_diagonal(numbers))
    number = float(finite(np.asarray(made.factor)))
    values = np.broadcast_to(abs(number), made.rows)  # takes no memory
    return of_values(made, values, how, lambda: of_diagonal(np.asarray([number]), made.rows))


def _zero(made: Zero, _: Progress | None) -> Spectrum:
    values = np.broadcast_to(0.0, min(made.rows, made.columns))
    return of_values(made, values, "In closed form: every entry is 0.", lambda: SINGULAR)


def _one_per_row(made: OnePerRow, _: Progress | None) -> Spectrum:
    """Columns that share no row are orthogonal: the values are their lengths."""
    if isinstance(made, Broadcast):
        squares = _squares_along(made.weights, made.out_shape, made.copied)
        squares = squares.reshape(squares.shape[len(made.out_shape) - len(made.in_shape) :])
    elif made.weights is None:
        squares = made.vjp(made.xp.ones(made.out_shape))
    else:
        squares = made.vjp(made.xp.asarray(finite(made.weights) * np.ones(made.out_shape)))
    values = filled_up(np.sqrt(np.broadcast_to(finite(squares), made.in_shape)), made)
    how = "In closed form: the lengths of the columns, which are orthogonal."
    return of_values(made, values, how, lambda: _of_permutation(made))


def _of_permutation(made: OnePerRow) -> Determinant:
    """The determinant where every column has its one row."""
    if isinstance(made, Transposed):
        sign = axes_sign(made.in_shape, made.axes)
    elif isinstance(made, Reshaped | Broadcast):
        sign = 1
    else:
        sign = permutation_sign(to_numpy(made.source(made.xp.arange(made.rows))))
    if made.weights is None:
        return float(sign), 0.0
    weights = np.broadcast_to(finite(made.weights), made.out_shape)
    return multiplied((float(sign), 0.0), of_diagonal(weights))


def _reduce(made: Reduce, _: Progress | None) -> Spectrum:
    """Rows that share no column are orthogonal."""
    squares = _squares_along(made.weights, made.in_shape, made.axes)
    values = np.sqrt(np.broadcast_to(squares, with_ones(made.in_shape, made.axes)))
    how = "In closed form: the lengths of the rows, which are orthogonal."
    weights = np.ones(()) if made.weights is None else finite(made.weights)
    return of_values(
        made,
        filled_up(values, made),
        how,
        lambda: of_diagonal(np.broadcast_to(weights, made.in_shape)),
    )


def _squares_along(weights: Array | None, shape: Shape, axes: Sequence[int]) -> Array:
    """The squares of weights broadcast to a shape, added along axes."""
    return added_along(np.ones(()) if weights is None else finite(weights) ** 2, shape, axes)


def _block_diagonal(made: BlockDiagonal, progress: Progress | None) -> Spectrum | None:
    if not affordable(made.count, *made.block_shape):
        return None
    blocks = finite(made.blocks)
    values = factored(blocks, progress)
    how = "From the singular values of the blocks."
    found = of_blocks(made, made.block_shape, values, how, lambda: determinants(blocks))
    rows = axes_sign(made.out_shape, order_of_blocks(made.out_shape, made.out_axes))
    columns = axes_sign(made.in_shape, order_of_blocks(made.in_shape, made.in_axes))
    return found.reordered(rows * columns)


def _low_rank(made: LowRank, progress: Progress | None) -> Spectrum:
    found = lowrank_spectrum(made, progress)
    if found is not None:
        return found
    determinant = lowrank_determinant(terms_of(made), precision(made))
    return replace(_without_matrix(made, progress), determinant=determinant)


def _toeplitz(made: Toeplitz | KernelToeplitz, progress: Progress | None) -> Spectrum | None:
    pieces = pieces_of(made)
    size = pieces.maps[0].rows, pieces.maps[0].columns
    if all(_fits(piece, len(pieces.maps)) for piece in pieces.maps):
        squares = np.stack([triangle(piece)[0] for piece in _each(pieces.maps, progress)])
        values = np.repeat(factored(squares, progress), pieces.repeats, axis=0)
        how = (
            f"From the matrices of {len(pieces.maps)} × {size[0]} × {size[1]} entries that repeat."
        )
        found = of_blocks(made, size, values, how, lambda: determinants(squares, pieces.repeats))
        return found.reordered(pieces.sign)
    if len(pieces.maps) > 1:
        return None
    found = _without_matrix(pieces.maps[0], progress)
    if found.values is not None:
        found = replace(found, values=np.repeat(found.values, pieces.repeats))
    return found


def _each(maps: Sequence[LinearMap], progress: Progress | None) -> Iterator[LinearMap]:
    for part in parts(slice(0, len(maps)), 1, progress):
        yield maps[part.start]


def _product(made: Product, progress: Progress | None) -> Spectrum | None:
    """What only reorders entries at either end changes no singular value."""
    inside, sign = list(made.parts), 1
    while len(inside) > 1 and isinstance(inside[0], Reshaped | Transposed):
        sign *= _order_of(inside.pop(0))
    while len(inside) > 1 and isinstance(inside[-1], Reshaped | Transposed):
        sign *= _order_of(inside.pop())
    if len(inside) == len(made.parts):
        return None
    rest = functools.reduce(compose, inside)
    found = spectrum_of(rest, progress).reordered(sign)
    if found.nonzeros is None and rest.counted:
        found = replace(found, nonzeros=rest.nonzeros)
    return replace(found, norm=frobenius(rest)) if found.norm is None else found


def _order_of(made: LinearMap) -> int:
    return axes_sign(made.in_shape, made.axes) if isinstance(made, Transposed) else 1


def _fits(made: LinearMap, times: int = 1) -> bool:
    short = min(made.rows, made.columns)
    work = max(made.rows * made.columns * short, window_work(made)) * times
    return short <= DENSE_SIDE and work <= FACTOR_WORK


def _from_matrix(made: LinearMap, progress: Progress | None) -> Spectrum:
    square, norm, nonzeros = triangle(made, progress)
    values = factored(square, progress)[None]
    how = f"From the whole matrix of {made.rows} × {made.columns}."
    size = made.rows, made.columns
    found = of_blocks(made, size, values, how, lambda: determinants(square))
    return replace(found, norm=norm, nonzeros=nonzeros)


def _without_matrix(made: LinearMap, progress: Progress | None) -> Spectrum:
    size = f"{made.rows} × {made.columns}"
    try:
        values = largest(made, progress)
        what = f"The largest {len(values)} singular values, found without the matrix of {size}"
    except NotConverged:
        values, what = None, f"No singular value was found without the matrix of {size}"
    why = "which is more than 2048 on both sides"
    if min(made.rows, made.columns) <= DENSE_SIDE:
        why = "which would take too long to factor"
    return Spectrum(values, f"{what}, {why}; rank and condition are unknown.", complete=False)


_FORMS: tuple[tuple[type[LinearMap], Form], ...] = (
    (Zero, _zero),
    (Pointwise, _pointwise),
    (OnePerRow, _one_per_row),
    (Reduce, _reduce),
    (BlockDiagonal, _block_diagonal),
    (LowRank, _low_rank),
    (Kronecker, kronecker_spectrum),
    (Toeplitz, _toeplitz),
    (KernelToeplitz, _toeplitz),
    (Product, _product),
)
