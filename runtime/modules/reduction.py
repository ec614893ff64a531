"""How the terms of a loss are joined to one number, or left alone."""

from __future__ import annotations

import math

from runtime.array import Array
from runtime.modules.context import Context


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
    ctx.xp.sum(terms, out=y)
    if reduction == "mean":
        y *= weight_of(reduction, terms.size)
    return y


def spread(ctx: Context, gradient: Array | None, reduction: str, count: int) -> Array:
    """The gradient that each term gets: one number for all, or its own."""
    assert gradient is not None
    return gradient * weight_of(reduction, count) if reduction == "mean" else gradient
