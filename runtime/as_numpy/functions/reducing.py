"""Many entries to one, along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from runtime.array import Array


def widen(array: Array, x: Array, axes: Any) -> Array:
    """What a reduction gave, with its axes back at size 1, so that it broadcasts against x."""
    axes = range(x.ndim) if axes is None else [axis % x.ndim for axis in axes]
    shape = [1 if axis in axes else size for axis, size in enumerate(x.shape)]
    return np.asarray(array).reshape(shape)


def log_sum_exp(x: Array, axes: Any, keepdims: bool) -> Array:
    """log of the sum of e^x, less the largest entry first, so that nothing overflows."""
    shift = x.max(axis=axes, keepdims=True)
    shift = np.where(np.isfinite(shift), shift, np.zeros_like(shift))
    total = np.log(np.exp(x - shift).sum(axis=axes, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axis=axes)


def shares(chosen: Array, axes: Any, dtype: Any) -> Array:
    """One to each group, in equal parts to the entries that were chosen of it."""
    return (chosen / chosen.sum(axis=axes, keepdims=True)).astype(dtype)


def norm(x: Array, p: float, axes: Any, keepdims: bool) -> Array:
    """(sum |x|^p)^(1/p), scaled by the largest entry; infinite p: the largest or smallest |x|."""
    size = np.abs(x)
    if np.isinf(p):
        return (
            size.max(axis=axes, keepdims=keepdims)
            if p > 0
            else size.min(axis=axes, keepdims=keepdims)
        )
    scale = size.max(axis=axes, keepdims=True)
    scale = np.where(scale > 0, scale, np.ones_like(scale))
    found = ((size / scale) ** p).sum(axis=axes, keepdims=True) ** (1 / p) * scale
    return found if keepdims else np.squeeze(found, axis=axes)


def norm_slope(x: Array, y: Array, p: float, axes: Any) -> Array:
    """The derivative of the norm y by each entry of x; 0 where the norm is 0."""
    y = widen(y, x, axes)
    if np.isinf(p):
        return np.sign(x) * shares(np.abs(x) == y, axes, x.dtype)
    return np.sign(x) * (np.abs(x) / np.where(y == 0, np.ones_like(y), y)) ** (p - 1)


def softmax(x: Array, axis: int) -> Array:
    """e^x over its sum along an axis, less the largest entry first; 0 where nothing is left."""
    shift = x.max(axis=axis, keepdims=True)
    raised = np.exp(x - np.where(np.isfinite(shift), shift, np.zeros_like(shift)))
    total = raised.sum(axis=axis, keepdims=True)
    return raised / np.where(total == 0, np.ones_like(total), total)


def log_softmax(x: Array, axis: int) -> Array:
    """The logarithm of softmax, exact where that rounds to 0."""
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
