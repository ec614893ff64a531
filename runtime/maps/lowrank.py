"""A diagonal plus a few outer products: the Jacobians of softmax and of normalisations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.maps.blocks import Blocks
from runtime.maps.places import Array, array_module, pick, summed


class LowRank(Blocks):
    """diag(diagonal) + scale * sum over pairs of left right^T, per block.

    With `axes` there is one block per entry of the other axes and the structure is
    block-diagonal; without, the whole tensor is one block and the structure is low-rank.
    `diagonal`, and `left` and `right` of each pair, are arrays broadcastable to `shape`; an array
    that is given twice is stored once. Softmax along an axis, with y its result, is
    `LowRank(shape, diagonal=y, pairs=[(y, y)], scale=-1, axes=(axis,))`; LogSoftmax has ones for
    the diagonal and for `left`, and softmax for `right`.
    """

    counted = False

    def __init__(
        self,
        shape: Sequence[int],
        *,
        diagonal: Array,
        pairs: Sequence[tuple[Array, Array]],
        scale: float = 1.0,
        axes: Sequence[int] | None = None,
    ) -> None:
        mixed = range(len(shape)) if axes is None else axes
        held = [diagonal, *(array for pair in pairs for array in pair)]
        dtype = np.result_type(*(array.dtype for array in held))
        super().__init__(shape, shape, mixed, mixed, dtype, array_module(diagonal))
        for array in held:
            self.xp.broadcast_to(array, self.out_shape)  # refuses other shapes
        self.structure = "low-rank" if axes is None else "block-diagonal"
        self.factors, self.pairs, self.scale = diagonal, tuple(pairs), float(scale)
        self._held = {id(array): array for array in held}

    def describe(self) -> str:
        if self.structure == "low-rank":
            return f"rank {len(self.pairs)} + diagonal"
        return super().describe()

    @property
    def stored(self) -> int:
        return sum(int(array.size) for array in self._held.values())

    @property
    def nonzeros(self) -> int:
        """An upper bound: every entry of every block."""
        rows, columns = self.block_shape
        return self.count * rows * columns

    def _push(self, tangent: Array) -> Array:
        total = self.factors * tangent
        for left, right in self.pairs:
            total = total + self.scale * left * summed(right * tangent, self.in_axes)
        return total

    def _pull(self, gradient: Array) -> Array:
        total = self.factors * gradient
        for left, right in self.pairs:
            total = total + self.scale * right * summed(left * gradient, self.out_axes)
        return total

    @property
    def work(self) -> int:
        return self.rows * (2 * len(self.pairs) + 1)

    def _pushes(self, tangents: Array) -> Array:
        axes = tuple(axis + 1 for axis in self.in_axes)
        total = self.factors * tangents
        for left, right in self.pairs:
            total = total + self.scale * left * summed(right * tangents, axes)
        return total

    def _pulls(self, gradients: Array) -> Array:
        axes = tuple(axis + 1 for axis in self.out_axes)
        total = self.factors * gradients
        for left, right in self.pairs:
            total = total + self.scale * right * summed(left * gradients, axes)
        return total

    def _at(self, rows: Array, columns: Array) -> Array:
        xp, shape = self.xp, self.out_shape
        block, _ = self.locate(rows, shape, self.out_axes)
        other, _ = self.locate(columns, shape, self.in_axes)
        total = xp.zeros((rows.size, columns.size), self.dtype)
        for left, right in self.pairs:
            total += (self.scale * pick(left, shape, rows, xp))[:, None] * pick(
                right, shape, columns, xp
            )
        total = xp.where(block[:, None] == other, total, 0)
        on_diagonal = rows[:, None] == columns
        return total + xp.where(on_diagonal, pick(self.factors, shape, rows, xp)[:, None], 0)
