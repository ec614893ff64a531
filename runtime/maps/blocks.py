"""Block-diagonal maps: the same few axes are mixed in every row, image or sample by itself."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import (
    Array,
    Shape,
    array_module,
    checked_axes,
    coordinates,
    flat,
    squeezed,
)


class Blocks(LinearMap):
    """The parent of block-diagonal maps.

    `out_axes` and `in_axes` are the axes that a block mixes, in the block's own order; the other
    axes count the blocks, in C order, and have the same sizes at the output and the input. The
    flattening of the map stays C order over all axes, so that a block's rows lie apart where its
    axes are not the last ones.
    """

    structure = "block-diagonal"

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        out_axes: Sequence[int],
        in_axes: Sequence[int],
        dtype: Any,
        xp: Any,
    ) -> None:
        super().__init__(out_shape, in_shape, dtype, xp)
        self.out_axes = checked_axes(out_axes, len(self.out_shape))
        self.in_axes = checked_axes(in_axes, len(self.in_shape))
        self._batch = squeezed(self.out_shape, self.out_axes)
        if self._batch != squeezed(self.in_shape, self.in_axes):
            raise ValueError(f"blocks: found {self.in_shape}, expected the sizes {self._batch}")
        self.count = math.prod(self._batch)
        self.block_shape = (
            math.prod(self.out_shape[axis] for axis in self.out_axes),
            math.prod(self.in_shape[axis] for axis in self.in_axes),
        )

    def describe(self) -> str:
        rows, columns = self.block_shape
        noun = "block" if self.count == 1 else "blocks"
        return f"{self.count} {noun} of {rows}×{columns}"

    def block(self, number: int) -> Array:
        """Block `number` as a matrix of `block_shape`; IndexError out of range."""
        if not 0 <= number < self.count:
            raise IndexError(f"block: found {number}, expected 0 to {self.count - 1}")
        return self._at(
            self.members(number, self.out_shape, self.out_axes),
            self.members(number, self.in_shape, self.in_axes),
        )

    @abstractmethod
    def _at(self, rows: Array, columns: Array) -> Array:
        """The matrix of the entries in these rows and columns, given by flat numbers."""

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        return self._at(self.xp.arange(top, bottom), self.xp.arange(left, right))

    def locate(self, ids: Array, shape: Shape, axes: Shape) -> tuple[Array, Array]:
        """(number of the block, place inside it) of entries given by flat number."""
        places = coordinates(ids, shape)
        outside = [place for axis, place in enumerate(places) if axis not in axes]
        inside = [places[axis] for axis in axes]
        sizes = tuple(shape[axis] for axis in axes)
        return flat(outside, self._batch, ids), flat(inside, sizes, ids)

    def members(self, number: Array | int, shape: Shape, axes: Shape) -> Array:
        """The flat numbers of one block's entries, in the block's order.

        Numbers of several blocks as [n, 1] give [n, entries of a block].
        """
        sizes = tuple(shape[axis] for axis in axes)
        ids = self.xp.arange(math.prod(sizes))
        inside = dict(zip(axes, coordinates(ids, sizes), strict=True))
        outside = iter(coordinates(ids * 0 + number, self._batch))
        places = [inside[axis] if axis in inside else next(outside) for axis in range(len(shape))]
        return flat(places, shape, ids)


class BlockDiagonal(Blocks):
    """Dense blocks, one per entry of the other axes.

    `blocks` is [n, p, q], or any array of that size and order: n blocks of p outputs and q
    inputs. By default a block mixes the last axis.
    """

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        blocks: Array,
        *,
        out_axes: Sequence[int] = (-1,),
        in_axes: Sequence[int] = (-1,),
    ) -> None:
        super().__init__(out_shape, in_shape, out_axes, in_axes, blocks.dtype, array_module(blocks))
        self.blocks = blocks.reshape(self.count, *self.block_shape)

    @property
    def stored(self) -> int:
        return int(self.blocks.size)

    @property
    def nonzeros(self) -> int:
        return int(self.xp.count_nonzero(self.blocks))

    @property
    def work(self) -> int:
        return int(self.blocks.size)

    def _push(self, tangent: Array) -> Array:
        rows = gathered(tangent, self.in_axes, self.count)
        return _scattered(self.blocks @ rows, self.out_shape, self.out_axes)

    def _pull(self, gradient: Array) -> Array:
        rows = gathered(gradient, self.out_axes, self.count)
        return _scattered(self.blocks.transpose(0, 2, 1) @ rows, self.in_shape, self.in_axes)

    def _at(self, rows: Array, columns: Array) -> Array:
        block, row = self.locate(rows, self.out_shape, self.out_axes)
        other, column = self.locate(columns, self.in_shape, self.in_axes)
        values = self.blocks[block[:, None], row[:, None], column[None, :]]
        return self.xp.where(block[:, None] == other[None, :], values, 0)


def order_of_blocks(shape: Sequence[int], axes: Shape) -> list[int]:
    """The axes in another order: those that count the blocks first, a block's own behind."""
    return [*(axis for axis in range(len(shape)) if axis not in axes), *axes]


def gathered(array: Array, axes: Shape, count: int) -> Array:
    """The tensor as one column per block: [count, size, 1]."""
    moved = array.transpose(order_of_blocks(array.shape, axes))
    return moved.reshape(count, array.size // count, 1)


def _scattered(columns: Array, shape: Shape, axes: Shape) -> Array:
    order = order_of_blocks(shape, axes)
    moved = columns.reshape([shape[axis] for axis in order])
    return moved.transpose([order.index(axis) for axis in range(len(shape))])
