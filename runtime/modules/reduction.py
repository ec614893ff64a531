"""How the terms of a loss are joined to one number, or left alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from runtime.array import Array
from runtime.modules.context import Context

if TYPE_CHECKING:
    from runtime.compiled.site import Site

FEW = 64  # entries: to fill so many takes a tenth of what NumPy needs for a view that repeats them


def weight_of(reduction: str, count: int) -> float:
    """What each of `count` terms weighs; the mean of no terms is NaN, as in PyTorch."""
    if reduction == "mean":
        return 1.0 / count if count else math.nan
    return 1.0


def reduced(ctx: Context, terms: Array, reduction: str, y: Array) -> Array:
    """Write the joined terms into `y` and give it back."""
    if reduction == "none":
        y[...] = terms
        return y
    return join(ctx, terms, reduction, y)


def join(
    ctx: Context,
    terms: Array,
    reduction: str,
    y: Array,
    axes: tuple[int, ...] | None = None,
    keepdims: bool = False,
) -> Array:
    """Write the sum or the mean along `axes`, by default all, into `y` and give it back.

    A mean divides once, so that the mean of equal terms is that term; in half precision it is
    summed in single, for the sum may overflow where the mean does not.
    """
    xp = ctx.xp
    if reduction == "sum":
        add = np.add.reduce if xp is np else xp.sum  # NumPy's sum asks first what it is to do
        add(terms, axis=axes, keepdims=keepdims, out=y)
        return y
    wide = np.float32 if ctx.dtype.itemsize < 4 else ctx.dtype
    whole = xp.sum(terms, axis=axes, keepdims=keepdims, dtype=wide)
    count = math.prod(size for i, size in enumerate(terms.shape) if axes is None or i in axes)
    y[...] = whole / (count or math.nan)
    return y


def repeat(ctx: Context, array: Array, shape: tuple[int, ...]) -> Array:
    """The array broadcast to a shape, which it fits."""
    if array.shape == shape:
        return array
    if ctx.xp is not np or math.prod(shape) > FEW:
        return ctx.xp.broadcast_to(array, shape)
    filled = np.empty(shape, array.dtype)
    filled[...] = array
    return filled


def join_lowered(site: Site, terms: Array, reduction: str) -> Array:
    """The output of a loss in a compiled step, from its terms [n], of which there are some."""
    shape = site.shapes["y"]
    if reduction == "none":
        return terms.reshape(shape)
    y = site.make(shape)
    weights = np.full(len(terms), weight_of(reduction, len(terms)), site.dtype)
    site.call(np.dot, terms, weights, y)
    return y


def spread(ctx: Context, gradient: Array | None, reduction: str, count: int) -> Array:
    """The gradient that each term gets: one number for all, or its own."""
    assert gradient is not None
    return gradient * weight_of(reduction, count) if reduction == "mean" else gradient
