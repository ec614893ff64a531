"""The map without a structure: every entry is stored."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array, array_module


class Dense(LinearMap):
    """A matrix [rows, columns]; any array of that size in C order is taken, without a copy."""

    structure = "dense"

    def __init__(self, out_shape: Sequence[int], in_shape: Sequence[int], matrix: Array) -> None:
        super().__init__(out_shape, in_shape, matrix.dtype, array_module(matrix))
        self.matrix = matrix.reshape(self.rows, self.columns)

    @property
    def stored(self) -> int:
        return int(self.matrix.size)

    @property
    def nonzeros(self) -> int:
        return int(self.xp.count_nonzero(self.matrix))

    def _push(self, tangent: Array) -> Array:
        return (self.matrix @ tangent.reshape(-1)).reshape(self.out_shape)

    def _pull(self, gradient: Array) -> Array:
        return (gradient.reshape(-1) @ self.matrix).reshape(self.in_shape)

    def _pushes(self, tangents: Array) -> Array:
        flat = tangents.reshape(len(tangents), -1) @ self.matrix.T
        return flat.reshape(len(tangents), *self.out_shape)

    def _pulls(self, gradients: Array) -> Array:
        # A few rows through a large matrix: BLAS is quicker from this side (a fifth at 10 rows).
        flat = (self.matrix.T @ gradients.reshape(len(gradients), -1).T).T
        return flat.reshape(len(gradients), *self.in_shape)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        return self.matrix[top:bottom, left:right]
