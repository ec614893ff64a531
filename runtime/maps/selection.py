"""Maps with at most one entry in every row: gather, reshape, transpose, slice, part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array, array_module, checked_axes, coordinates, flat, pick, times


class OnePerRow(LinearMap):
    """The parent of maps whose every output entry reads one input entry, or none.

    `weights`, where given, is what a row's one is replaced by: an array broadcastable to
    `out_shape`.
    """

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        weights: Array | None,
        dtype: Any,
        xp: Any,
    ) -> None:
        if weights is not None:
            dtype, xp = weights.dtype, array_module(weights)
            xp.broadcast_to(weights, tuple(out_shape))  # refuses other shapes
        super().__init__(out_shape, in_shape, dtype, xp)
        self.weights = weights

    @property
    def stored(self) -> int:
        return 0 if self.weights is None else int(self.weights.size)

    @property
    def nonzeros(self) -> int:
        if not self.rows or not self.columns:
            return 0
        kept = self._reached()
        if self.weights is None:
            return self.rows if kept is None else int(self.xp.count_nonzero(kept))
        filled = self.xp.broadcast_to(self.weights, self.out_shape) != 0
        return int(self.xp.count_nonzero(filled if kept is None else filled & kept))

    @property
    def work(self) -> int:
        return self.rows

    @abstractmethod
    def source(self, ids: Array) -> Array:
        """The column that each of these rows reads; -1 for a row of zeros."""

    def _reached(self) -> Array | None:
        """Which outputs read an input, as booleans of `out_shape`; None for all."""
        return None

    @abstractmethod
    def _gather(self, tangent: Array) -> Array: ...

    @abstractmethod
    def _scatter(self, gradient: Array) -> Array: ...

    def _push(self, tangent: Array) -> Array:
        moved = self._gather(tangent)
        return moved if self.weights is None else moved * self.weights

    def _pull(self, gradient: Array) -> Array:
        return self._scatter(gradient if self.weights is None else gradient * self.weights)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        xp = self.xp
        matrix = xp.zeros((bottom - top, right - left), self.dtype)
        ids = xp.arange(top, bottom)
        columns = self.source(ids)
        hit = (columns >= left) & (columns < right)
        ids, columns = ids[hit], columns[hit]
        one = 1.0 if self.weights is None else pick(self.weights, self.out_shape, ids, xp)
        matrix[ids - top, columns - left] = one
        return matrix


class Selection(OnePerRow):
    """A gather: `index` (integers, one per output entry) names the flat input entry it reads.

    An index of -1 gives a row of zeros. Several outputs may read one input.
    """

    structure = "selection"

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        index: Array,
        *,
        weights: Array | None = None,
        dtype: Any = "float64",
    ) -> None:
        super().__init__(out_shape, in_shape, weights, dtype, array_module(index))
        self.index = self.xp.asarray(index).reshape(self.out_shape)
        if bool(((self.index < -1) | (self.index >= self.columns)).any()):
            raise ValueError(f"index: found entries outside -1 to {self.columns - 1}")

    @property
    def stored(self) -> int:
        return int(self.index.size) + super().stored

    def weighted(self, factor: Array | float) -> Selection:
        """The map with a factor (broadcastable to `out_shape`) after it."""
        weights = times(self.weights, factor, self)
        return Selection(self.out_shape, self.in_shape, self.index, weights=weights)

    def source(self, ids: Array) -> Array:
        return self.index.reshape(-1)[ids]

    def _reached(self) -> Array:
        return self.index >= 0

    def _pushes(self, tangents: Array) -> Array:
        read = tangents.reshape(len(tangents), -1)[:, self.index]
        moved = self.xp.where(self.index >= 0, read, 0)
        return moved if self.weights is None else moved * self.weights

    def _gather(self, tangent: Array) -> Array:
        return self.xp.where(self.index >= 0, tangent.reshape(-1)[self.index], 0)

    def _scatter(self, gradient: Array) -> Array:
        # The entry after the last one takes what rows of zeros would bring.
        total = self.xp.zeros(self.columns + 1, gradient.dtype)
        self.xp.add.at(total, self.index.reshape(-1), gradient.reshape(-1))
        return total[:-1].reshape(self.in_shape)


class Reshaped(OnePerRow):
    """The same entries in the same C order under another shape."""

    structure = "selection"

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        *,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        super().__init__(out_shape, in_shape, None, dtype, xp)
        if self.rows != self.columns:
            raise ValueError(f"reshape: found {self.in_shape}, expected {self.rows} entries")

    work = 0

    def describe(self) -> str:
        return "reshape"

    def _pushes(self, tangents: Array) -> Array:
        return tangents.reshape(len(tangents), *self.out_shape)

    def _pulls(self, gradients: Array) -> Array:
        return gradients.reshape(len(gradients), *self.in_shape)

    def source(self, ids: Array) -> Array:
        return ids

    def _gather(self, tangent: Array) -> Array:
        return tangent.reshape(self.out_shape)

    def _scatter(self, gradient: Array) -> Array:
        return gradient.reshape(self.in_shape)


class Transposed(OnePerRow):
    """The axes in another order: output axis i is input axis `axes[i]`."""

    structure = "selection"

    def __init__(
        self, in_shape: Sequence[int], axes: Sequence[int], *, dtype: Any = "float64", xp: Any = np
    ) -> None:
        self.axes = checked_axes(axes, len(in_shape))
        if len(self.axes) != len(in_shape):
            raise ValueError(f"axes: found {tuple(axes)}, expected all axes of {tuple(in_shape)}")
        super().__init__([in_shape[axis] for axis in self.axes], in_shape, None, dtype, xp)
        self._back = tuple(self.axes.index(axis) for axis in range(len(self.axes)))

    work = 0

    def describe(self) -> str:
        return "transpose"

    def _pushes(self, tangents: Array) -> Array:
        return tangents.transpose(0, *(axis + 1 for axis in self.axes))

    def _pulls(self, gradients: Array) -> Array:
        return gradients.transpose(0, *(axis + 1 for axis in self._back))

    def source(self, ids: Array) -> Array:
        places = coordinates(ids, self.out_shape)
        return flat([places[axis] for axis in self._back], self.in_shape, ids)

    def _gather(self, tangent: Array) -> Array:
        return tangent.transpose(self.axes)

    def _scatter(self, gradient: Array) -> Array:
        return gradient.transpose(self._back)
