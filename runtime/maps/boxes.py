"""A box of a tensor read out, or put in: slice, split, concat, stack, pad."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.maps.places import Array, Shape, coordinates, flat
from runtime.maps.selection import OnePerRow


class Sliced(OnePerRow):
    """A box of the input: `x[slices]`. Axes without a slice are whole; steps may be negative.

    `out_shape` may rename the box's shape to another of the same size (an axis dropped).
    """

    structure = "selection"

    def __init__(
        self,
        in_shape: Sequence[int],
        slices: Sequence[slice],
        *,
        out_shape: Sequence[int] | None = None,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        self._box, self.slices, self._ranges = _box(in_shape, slices)
        super().__init__(self._box if out_shape is None else out_shape, in_shape, None, dtype, xp)
        _same_size(self.out_shape, self._box)

    def describe(self) -> str:
        return "slice"

    def source(self, ids: Array) -> Array:
        places = coordinates(ids, self._box)
        moved = [place * r.step + r.start for place, r in zip(places, self._ranges, strict=True)]
        return flat(moved, self.in_shape, ids)

    def _gather(self, tangent: Array) -> Array:
        return tangent[self.slices].reshape(self.out_shape)

    def _scatter(self, gradient: Array) -> Array:
        total = self.xp.zeros(self.in_shape, gradient.dtype)
        total[self.slices] = gradient.reshape(self._box)
        return total


class Placed(OnePerRow):
    """The input as a box of the output: `y[slices] = x`, zeros around it (concat, stack, pad).

    `in_shape` may name the box's shape by another of the same size (an axis that a stack adds).
    """

    structure = "selection"

    def __init__(
        self,
        out_shape: Sequence[int],
        slices: Sequence[slice],
        *,
        in_shape: Sequence[int] | None = None,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        self._box, self.slices, self._ranges = _box(out_shape, slices)
        super().__init__(out_shape, self._box if in_shape is None else in_shape, None, dtype, xp)
        _same_size(self.in_shape, self._box)

    def describe(self) -> str:
        return "part"

    @property
    def nonzeros(self) -> int:
        return self.columns

    def source(self, ids: Array) -> Array:
        inside = ids >= 0
        moved = []
        for place, span in zip(coordinates(ids, self.out_shape), self._ranges, strict=True):
            step = (place - span.start) // span.step
            inside &= (step >= 0) & (step < len(span)) & (step * span.step + span.start == place)
            moved.append(step)
        return self.xp.where(inside, flat(moved, self._box, ids), -1)

    def _gather(self, tangent: Array) -> Array:
        total = self.xp.zeros(self.out_shape, tangent.dtype)
        total[self.slices] = tangent.reshape(self._box)
        return total

    def _scatter(self, gradient: Array) -> Array:
        return gradient[self.slices].reshape(self.in_shape)


def _box(
    shape: Sequence[int], slices: Sequence[slice]
) -> tuple[Shape, tuple[slice, ...], list[range]]:
    whole = [*slices, *[slice(None)] * (len(shape) - len(slices))]
    ranges = [range(*part.indices(size)) for part, size in zip(whole, shape, strict=True)]
    return tuple(len(span) for span in ranges), tuple(whole), ranges


def _same_size(shape: Shape, box: Shape) -> None:
    if math.prod(shape) != math.prod(box):
        raise ValueError(f"slice: found shape {shape}, expected as many entries as {box}")
