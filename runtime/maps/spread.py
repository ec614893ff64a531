"""Maps that copy entries along axes, or sum over axes: broadcast, reduce."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import (
    Array,
    Shape,
    array_module,
    checked_axes,
    coordinates,
    flat,
    pick,
    squeezed,
    summed,
    times,
    with_ones,
)
from runtime.maps.selection import OnePerRow


class Broadcast(OnePerRow):
    """NumPy's broadcasting of `in_shape` to `out_shape`, then times `weights` where given.

    `weights` is an array broadcastable to `out_shape`: with it the map is a diagonal after a
    broadcast, which is what an elementwise module has at an operand that was broadcast.
    """

    structure = "broadcast"

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        *,
        weights: Array | None = None,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        super().__init__(out_shape, in_shape, weights, dtype, xp)
        self.copied = broadcast_axes(self.out_shape, self.in_shape)

    def weighted(self, factor: Array | float) -> Broadcast:
        """The map with a factor (broadcastable to `out_shape`) after it."""
        return Broadcast(self.out_shape, self.in_shape, weights=times(self.weights, factor, self))

    def source(self, ids: Array) -> Array:
        places = coordinates(ids, self.out_shape)[len(self.out_shape) - len(self.in_shape) :]
        kept = [
            place * (size > 1) for place, size in zip(places, self.in_shape, strict=True)
        ]  # an axis of size 1 is read at 0
        return flat(kept, self.in_shape, ids)

    def _pushes(self, tangents: Array) -> Array:
        count, new = len(tangents), len(self.out_shape) - len(self.in_shape)
        wide = tangents.reshape(count, *(1,) * new, *self.in_shape)
        moved = self.xp.broadcast_to(wide, (count, *self.out_shape))
        return moved if self.weights is None else moved * self.weights

    def _pulls(self, gradients: Array) -> Array:
        weighed = gradients if self.weights is None else gradients * self.weights
        axes = tuple(axis + 1 for axis in self.copied)
        return summed(weighed, axes).reshape(len(gradients), *self.in_shape)

    def _gather(self, tangent: Array) -> Array:
        return self.xp.broadcast_to(tangent, self.out_shape)

    def _scatter(self, gradient: Array) -> Array:
        return summed(gradient, self.copied).reshape(self.in_shape)


class Reduce(LinearMap):
    """A sum over axes, weighted where `weights` (broadcastable to `in_shape`) is given.

    `scale` multiplies all of it: 1/n for a mean. The output shape is the input's with the axes
    dropped, or kept with size 1, or any other of the same size.
    """

    structure = "reduce"

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        axes: Sequence[int],
        *,
        weights: Array | None = None,
        scale: float = 1.0,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        if weights is not None:
            dtype, xp = weights.dtype, array_module(weights)
            xp.broadcast_to(weights, tuple(in_shape))  # refuses other shapes
            weights = weights if scale == 1 else weights * scale
        elif scale != 1:
            weights = xp.asarray(scale, dtype)
        super().__init__(out_shape, in_shape, dtype, xp)
        self.axes = checked_axes(axes, len(self.in_shape))
        self.weights = weights
        self._kept = with_ones(self.in_shape, self.axes)
        if self.rows != math.prod(self._kept):
            raise ValueError(f"reduce: found {self.out_shape}, expected {self._kept}")

    @property
    def stored(self) -> int:
        return 0 if self.weights is None else int(self.weights.size)

    @property
    def nonzeros(self) -> int:
        if self.weights is None:
            return self.columns
        return int(self.xp.count_nonzero(self.xp.broadcast_to(self.weights, self.in_shape)))

    @property
    def work(self) -> int:
        return self.columns

    def weighted(self, factor: Array | float) -> Reduce:
        """The map with a factor (broadcastable to `in_shape`) before it."""
        weights = times(self.weights, factor, self)
        return Reduce(self.out_shape, self.in_shape, self.axes, weights=weights)

    def target(self, ids: Array) -> Array:
        """The row that each of these columns is summed into."""
        places = coordinates(ids, self.in_shape)
        kept = [place for axis, place in enumerate(places) if axis not in self.axes]
        return flat(kept, squeezed(self.in_shape, self.axes), ids)

    def _push(self, tangent: Array) -> Array:
        weighted = tangent if self.weights is None else tangent * self.weights
        return summed(weighted, self.axes).reshape(self.out_shape)

    def _pull(self, gradient: Array) -> Array:
        wide = self.xp.broadcast_to(gradient.reshape(self._kept), self.in_shape)
        return wide if self.weights is None else wide * self.weights

    def _pushes(self, tangents: Array) -> Array:
        weighted = tangents if self.weights is None else tangents * self.weights
        axes = tuple(axis + 1 for axis in self.axes)
        return summed(weighted, axes).reshape(len(tangents), *self.out_shape)

    def _pulls(self, gradients: Array) -> Array:
        count = len(gradients)
        kept = gradients.reshape(count, *self._kept)
        wide = self.xp.broadcast_to(kept, (count, *self.in_shape))
        return wide if self.weights is None else wide * self.weights

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        xp = self.xp
        matrix = xp.zeros((bottom - top, right - left), self.dtype)
        ids = xp.arange(left, right)
        rows = self.target(ids)
        hit = (rows >= top) & (rows < bottom)
        ids, rows = ids[hit], rows[hit]
        one = 1.0 if self.weights is None else pick(self.weights, self.in_shape, ids, xp)
        matrix[rows - top, ids - left] = one
        return matrix


def broadcast_axes(out_shape: Shape, in_shape: Shape) -> tuple[int, ...]:
    """The axes of `out_shape` that broadcasting `in_shape` repeats; ValueError where it cannot."""
    new = len(out_shape) - len(in_shape)
    pairs = list(zip(out_shape[max(new, 0) :], in_shape, strict=False))
    if new < 0 or any(into not in (1, out) for out, into in pairs):
        raise ValueError(f"broadcast: found {in_shape}, expected a shape that fits {out_shape}")
    return (
        *range(new),
        *(new + axis for axis, (out, into) in enumerate(pairs) if into == 1 and out != 1),
    )
