"""A map times a number, in the map's own structure."""

from __future__ import annotations

import functools

from runtime.maps.blocks import BlockDiagonal
from runtime.maps.dense import Dense
from runtime.maps.kronecker import Kronecker
from runtime.maps.linear_map import LinearMap
from runtime.maps.lowrank import LowRank
from runtime.maps.selection import Selection
from runtime.maps.spread import Broadcast, Reduce
from runtime.maps.toeplitz import KernelToeplitz, Toeplitz


@functools.singledispatch
def scaled(made: LinearMap, by: float) -> LinearMap | None:
    """The map times a number; None where there is no place for one."""
    return None


@scaled.register
def _(made: Broadcast | Reduce | Selection, by: float) -> LinearMap:
    return made.weighted(by)


@scaled.register
def _(made: Dense, by: float) -> LinearMap:
    return Dense(made.out_shape, made.in_shape, made.matrix * by)


@scaled.register
def _(made: BlockDiagonal, by: float) -> LinearMap:
    out_axes, in_axes = made.out_axes, made.in_axes
    return BlockDiagonal(
        made.out_shape, made.in_shape, made.blocks * by, out_axes=out_axes, in_axes=in_axes
    )


@scaled.register
def _(made: LowRank, by: float) -> LinearMap | None:
    """The outer products take it into their scale; a diagonal that they share would be copied."""
    found = LowRank(
        made.out_shape,
        diagonal=made.factors * by,
        pairs=made.pairs,
        scale=made.scale * by,
        axes=None if made.structure == "low-rank" else made.in_axes,
    )
    return found if found.stored <= made.stored else None


@scaled.register
def _(made: Kronecker, by: float) -> LinearMap | None:
    """The smallest factor takes it."""
    axes, factors, terms = made.axes, list(made.factors), list(made.axes.factors)
    if axes.shape(axes.input) != made.in_shape:  # an axis that was repeated has no label
        return None
    if factors:
        least = min(range(len(factors)), key=lambda at: int(factors[at].size))
        factors[least] = factors[least] * by
    else:
        factors, terms = [made.xp.asarray(by, made.dtype)], [""]
    text = ",".join([*terms, axes.input]) + "->" + axes.output
    return Kronecker(made.out_shape, made.in_shape, factors, text)


@scaled.register
def _(made: Toeplitz, by: float) -> LinearMap:
    return Toeplitz(
        made.count,
        made.weight * by,
        made.windows,
        groups=made.groups,
        transposed=made.transposed,
    )


@scaled.register
def _(made: KernelToeplitz, by: float) -> LinearMap:
    channels, windows = made.out_shape[1], made.windows
    return KernelToeplitz(
        made.x * by, channels, windows, groups=made.groups, transposed=made.transposed
    )
