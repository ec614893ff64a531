"""Rules by which two maps, one after the other, become one map of a single structure.

A rule holds where the result stores no more numbers than both together (a selection may get a
weight for each row), so that a chain of maps never grows; where it would, or would take long to
multiply out, the product stays two maps.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.maps.blocks import BlockDiagonal, gathered
from runtime.maps.dense import Dense
from runtime.maps.kronecker import Kronecker
from runtime.maps.kronecker_product import MULTIPLY_WORK, multiplied_out
from runtime.maps.linear_map import LinearMap
from runtime.maps.lowrank import LowRank
from runtime.maps.places import Array, added_along, pick, squeezed, with_ones
from runtime.maps.pointwise import Diagonal, Identity, Pointwise, Scaled, Zero
from runtime.maps.scaling import scaled
from runtime.maps.selection import OnePerRow, Reshaped, Selection, Transposed
from runtime.maps.spread import Broadcast, Reduce

Rule = Callable[[Any, Any], LinearMap | None]


def one_map(after: LinearMap, before: LinearMap) -> LinearMap | None:
    """`after` of `before` as one map; None where no rule holds. Their shapes must meet."""
    if not after.columns:
        return _zero(after, before)
    for rule in _rules_for(type(after), type(before)):
        found = rule(after, before)
        if found is not None:
            return found
    return None


def pointwise(first: Pointwise, second: Pointwise, factor: Array | float) -> Pointwise:
    """The pointwise map with this factor, as simple as the two that it was made of."""
    if isinstance(first, Diagonal) or isinstance(second, Diagonal):
        return Diagonal(first.out_shape, factor)
    dtype = np.result_type(first.dtype, second.dtype)
    return Scaled(first.out_shape, factor, dtype=dtype, xp=first.xp)


@functools.cache
def _rules_for(after: type, before: type) -> tuple[Rule, ...]:
    return tuple(
        rule
        for first, second, rule in _RULES
        if issubclass(after, first) and issubclass(before, second)
    )


def _zero(after: LinearMap, before: LinearMap) -> LinearMap:
    dtype = np.result_type(after.dtype, before.dtype)
    return Zero(after.out_shape, before.in_shape, dtype=dtype, xp=after.xp)


def _small(first: Array | None, second: Array | None) -> bool:
    """Whether a product of two arrays (None for ones) has no more numbers than both together."""
    shapes = [one.shape for one in (first, second) if one is not None]
    return (
        math.prod(np.broadcast_shapes(*shapes)) <= sum(map(math.prod, shapes)) if shapes else True
    )


def _product(first: Array | None, second: Array | None) -> Array | None:
    if first is None or second is None:
        return second if first is None else first
    return first * second


def _take_up(made: Broadcast | Reduce | Selection, by: Diagonal) -> LinearMap | None:
    """The diagonal as weights; at a broadcast's input it ends in the same axes as the output."""
    return made.weighted(by.factor) if _small(made.weights, by.factors) else None


def _selected(after: OnePerRow, before: OnePerRow | Diagonal) -> LinearMap | None:
    """What reads an entry of what has one entry a row."""
    weighs = isinstance(before, Diagonal) or before.weights is not None
    stored = after.rows * (1 + int(weighs or after.weights is not None))
    if not isinstance(after, Selection) and stored > after.stored + before.stored:
        return None
    xp = after.xp
    ids = after.source(xp.arange(after.rows))
    read = ids.clip(0)
    columns = read if isinstance(before, Diagonal) else before.source(read)
    factors = before.factors if isinstance(before, Diagonal) else before.weights
    if factors is not None:
        factors = pick(factors, before.out_shape, read, xp).reshape(after.out_shape)
    return Selection(
        after.out_shape,
        before.in_shape,
        xp.where(ids >= 0, columns, -1),
        weights=_product(after.weights, factors),
        dtype=np.result_type(after.dtype, before.dtype),
    )


def _reshaped(after: Reshaped, before: Reshaped) -> LinearMap:
    shape = after.out_shape
    if shape == before.in_shape:
        return Identity(shape, dtype=before.dtype, xp=before.xp)
    return Reshaped(shape, before.in_shape, dtype=before.dtype, xp=before.xp)


def _transposed(after: Transposed, before: Transposed) -> LinearMap:
    axes = tuple(before.axes[axis] for axis in after.axes)
    if axes == tuple(range(len(axes))):
        return Identity(before.in_shape, dtype=before.dtype, xp=before.xp)
    return Transposed(before.in_shape, axes, dtype=before.dtype, xp=before.xp)


def _broadcast(after: Broadcast, before: Broadcast) -> LinearMap | None:
    if not _small(after.weights, before.weights):
        return None
    weights = _product(after.weights, before.weights)
    dtype = np.result_type(after.dtype, before.dtype)
    return Broadcast(after.out_shape, before.in_shape, weights=weights, dtype=dtype, xp=after.xp)


def _reduce(after: Reduce, before: Reduce) -> LinearMap | None:
    """Axes of the second sum as the first has them, which may have dropped some."""
    shape, kept = before.in_shape, [*range(len(before.in_shape))]
    if before.out_shape == squeezed(shape, before.axes):
        kept = [axis for axis in kept if axis not in before.axes]
    elif before.out_shape != with_ones(shape, before.axes):
        return None
    weights = after.weights
    if weights is not None:
        wide = (1,) * (len(kept) - weights.ndim) + weights.shape
        sizes = dict(zip(kept, wide, strict=True))
        weights = weights.reshape([sizes.get(axis, 1) for axis in range(len(shape))])
    if not _small(weights, before.weights):
        return None
    return Reduce(
        after.out_shape,
        shape,
        sorted({*before.axes, *(kept[axis] for axis in after.axes)}),
        weights=_product(weights, before.weights),
        dtype=np.result_type(after.dtype, before.dtype),
        xp=after.xp,
    )


def _summed_copies(after: Reduce, before: Broadcast) -> LinearMap | None:
    """A sum over just the axes that were copied: a factor for each entry of what was copied."""
    if sorted(after.axes) != sorted(before.copied) or after.out_shape != before.in_shape:
        return None
    weights = _product(after.weights, before.weights)
    shape, dtype = before.out_shape, np.result_type(after.dtype, before.dtype)
    if weights is None:
        times = math.prod(shape[axis] for axis in after.axes)
        return Scaled(before.in_shape, times, dtype=dtype, xp=after.xp)
    total = added_along(weights, shape, after.axes)
    return Diagonal(
        before.in_shape, total.reshape(total.shape[len(shape) - len(before.in_shape) :])
    )


def _dense_renamed(after: LinearMap, before: LinearMap) -> LinearMap:
    """Another shape of a dense map's output or input; the matrix is shared."""
    made = before if isinstance(before, Dense) else after
    assert isinstance(made, Dense)
    return Dense(after.out_shape, before.in_shape, made.matrix)


def _reduce_renamed(after: Reshaped, before: Reduce) -> LinearMap:
    weights, axes = before.weights, before.axes
    dtype, xp = before.dtype, before.xp
    return Reduce(after.out_shape, before.in_shape, axes, weights=weights, dtype=dtype, xp=xp)


def _rows_scaled(after: Diagonal, before: BlockDiagonal) -> LinearMap:
    factors = _by_block(after, before.out_axes, before.count)
    return _with_blocks(before, before.blocks * factors)


def _columns_scaled(after: BlockDiagonal, before: Diagonal) -> LinearMap:
    factors = _by_block(before, after.in_axes, after.count)
    return _with_blocks(after, after.blocks * factors.transpose(0, 2, 1))


def _by_block(made: Diagonal, axes: tuple[int, ...], count: int) -> Array:
    """[blocks, entries of a block, 1]."""
    return gathered(made.xp.broadcast_to(made.factors, made.out_shape), axes, count)


def _with_blocks(made: BlockDiagonal, blocks: Array) -> LinearMap:
    return BlockDiagonal(
        made.out_shape, made.in_shape, blocks, out_axes=made.out_axes, in_axes=made.in_axes
    )


def _blocks(after: BlockDiagonal, before: BlockDiagonal) -> LinearMap | None:
    """Block by block, where both have the same blocks between them."""
    (rows, inner), columns = after.block_shape, before.block_shape[1]
    same = after.in_axes == before.out_axes
    grows = rows * columns > inner * (rows + columns)
    if not same or grows or after.count * rows * inner * columns > MULTIPLY_WORK:
        return None
    return BlockDiagonal(
        after.out_shape,
        before.in_shape,
        after.blocks @ before.blocks,
        out_axes=after.out_axes,
        in_axes=before.in_axes,
    )


def _low_rank_scaled(after: LinearMap, before: LinearMap) -> LinearMap | None:
    """Factors on the rows go to the left of each pair, those on the columns to the right."""
    made, by = (before, after) if isinstance(before, LowRank) else (after, before)
    assert isinstance(made, LowRank)
    assert isinstance(by, Diagonal)
    times: dict[int, Array] = {}

    def by_factors(array: Array) -> Array:
        return times.setdefault(id(array), array * by.factors)

    diagonal = by_factors(made.factors)
    if made is before:
        pairs = [(by_factors(left), right) for left, right in made.pairs]
    else:
        pairs = [(left, by_factors(right)) for left, right in made.pairs]
    axes = None if made.structure == "low-rank" else made.in_axes
    found = LowRank(made.out_shape, diagonal=diagonal, pairs=pairs, scale=made.scale, axes=axes)
    return found if found.stored <= made.stored + by.stored else None


_RULES: tuple[tuple[type[LinearMap], type[LinearMap], Rule], ...] = (
    (Zero, LinearMap, _zero),
    (LinearMap, Zero, _zero),
    (Identity, LinearMap, lambda after, before: before),
    (LinearMap, Identity, lambda after, before: after),
    (Pointwise, Pointwise, lambda a, b: pointwise(a, b, a.factor * b.factor)),
    (Scaled, LinearMap, lambda after, before: scaled(before, after.scale)),
    (LinearMap, Scaled, lambda after, before: scaled(after, before.scale)),
    (Diagonal, Broadcast, lambda after, before: _take_up(before, after)),
    (Diagonal, Selection, lambda after, before: _take_up(before, after)),
    (Broadcast, Diagonal, _take_up),
    (Reduce, Diagonal, _take_up),
    (Reshaped, Reshaped, _reshaped),
    (Transposed, Transposed, _transposed),
    (Broadcast, Broadcast, _broadcast),
    (Selection, Diagonal, _selected),
    (Selection, OnePerRow, _selected),
    (OnePerRow, Selection, _selected),
    (Reduce, Reduce, _reduce),
    (Reduce, Broadcast, _summed_copies),
    (Reshaped, Dense, _dense_renamed),
    (Dense, Reshaped, _dense_renamed),
    (Reshaped, Reduce, _reduce_renamed),
    (Diagonal, BlockDiagonal, _rows_scaled),
    (BlockDiagonal, Diagonal, _columns_scaled),
    (BlockDiagonal, BlockDiagonal, _blocks),
    (Diagonal, LowRank, _low_rank_scaled),
    (LowRank, Diagonal, _low_rank_scaled),
    (Kronecker, Kronecker, multiplied_out),
)
