"""Where an entry stands: flat numbers and coordinates in C order, for NumPy and CuPy alike."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any
"""A NumPy or a CuPy array: the maps work on both and import NumPy alone."""

Shape = tuple[int, ...]


def array_module(array: Array) -> Any:
    """The module an array belongs to: `numpy`, or `cupy` where the caller brought it in."""
    if isinstance(array, np.ndarray | np.generic):
        return np
    return sys.modules[type(array).__module__.partition(".")[0]]


def strides(shape: Shape) -> Shape:
    """How many entries one step along each axis skips, in C order."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def coordinates(ids: Array, shape: Shape) -> tuple[Array, ...]:
    """One array per axis: the coordinates of the entries with these flat numbers."""
    return tuple(
        ids // max(stride, 1) % max(size, 1)
        for size, stride in zip(shape, strides(shape), strict=True)
    )


def flat(places: Sequence[Array], shape: Shape, like: Array) -> Array:
    """The flat numbers of entries, from one array of coordinates per axis.

    `like` is an integer array of the result's shape (needed where there is no axis).
    """
    number = like * 0
    for place, stride in zip(places, strides(shape), strict=True):
        number = number + place * stride
    return number


def pick(array: Array, shape: Shape, ids: Array, xp: Any) -> Array:
    """The entries with these flat numbers of `array` broadcast to `shape`, which is never built."""
    wide = xp.broadcast_to(array, shape)
    if not shape:
        return xp.broadcast_to(wide, ids.shape)
    return wide[coordinates(ids, shape)]


def checked_axes(axes: Sequence[int], rank: int) -> tuple[int, ...]:
    """Axes counted from the front, each once and in range; raises ValueError."""
    found = tuple(axis + rank if axis < 0 else axis for axis in axes)
    if len(set(found)) < len(found) or any(not 0 <= axis < rank for axis in found):
        raise ValueError(f"axes: found {tuple(axes)}, expected distinct axes of rank {rank}")
    return found


def squeezed(shape: Shape, axes: Sequence[int]) -> Shape:
    """The shape without these axes."""
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def with_ones(shape: Shape, axes: Sequence[int]) -> Shape:
    """The shape with size 1 at these axes."""
    return tuple(1 if axis in axes else size for axis, size in enumerate(shape))


def summed(array: Array, axes: tuple[int, ...]) -> Array:
    """The sum over these axes, which stay with size 1."""
    return array.sum(axis=axes, keepdims=True) if axes else array


def added_along(array: Array, shape: Shape, axes: Sequence[int]) -> Array:
    """The sum along axes, which stay with size 1, of an array broadcast to `shape`.

    The result has all axes; those along which the array is all the same stay thin.
    """
    found = array.reshape((1,) * (len(shape) - array.ndim) + array.shape)
    for axis in axes:
        same = found.shape[axis] == 1
        found = found * shape[axis] if same else found.sum(axis=axis, keepdims=True)
    return found


def times(weights: Array | None, factor: Array | float, like: Any) -> Array:
    """Weights (None for ones) times a factor, as an array of the map `like`."""
    product = factor if weights is None else weights * factor
    return like.xp.asarray(product, None if hasattr(product, "dtype") else like.dtype)
