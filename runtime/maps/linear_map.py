"""What every local Jacobian can do, whatever its structure."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.maps.budget import DENSE_BUDGET, ask_budget
from runtime.maps.places import Array, Shape


class LinearMap(ABC):
    """A linear map from tensors of `in_shape` to tensors of `out_shape`, never changed once made.

    Seen as a matrix it has one row per output entry and one column per input entry, both
    flattened in C order. `structure` is one word: zero, identity, scaled, diagonal, selection,
    broadcast, reduce, block-diagonal, kronecker, toeplitz, low-rank, dense, product or sum.
    `rows` and `columns` are the matrix's sizes; `dtype` is that of the numbers, `xp` the array
    module (NumPy or CuPy) they live in.
    Applying a map may give back a view of its argument: do not write into results.
    """

    structure: str

    counted = True
    """Whether `nonzeros` is exact, not an upper bound."""

    simple: LinearMap | None = None
    """The same map in one simple structure, where one that is made of many has been found to be."""

    chain: LinearMap | None = None
    """The same map as a product, where one that is made of many is a chain of them."""

    def __init__(
        self, out_shape: Sequence[int], in_shape: Sequence[int], dtype: Any, xp: Any
    ) -> None:
        self.out_shape: Shape = tuple(map(int, out_shape))
        self.in_shape: Shape = tuple(map(int, in_shape))
        self.rows = math.prod(self.out_shape)
        self.columns = math.prod(self.in_shape)
        self.dtype = np.dtype(dtype)
        self.xp = xp

    def __repr__(self) -> str:
        out, into = list(self.out_shape), list(self.in_shape)
        return f"<{type(self).__name__} {out} by {into}: {self.describe()}>"

    @property
    def shape(self) -> tuple[Shape, Shape]:
        """(output shape, input shape)."""
        return self.out_shape, self.in_shape

    @property
    @abstractmethod
    def stored(self) -> int:
        """How many numbers the map keeps, indices included."""

    @property
    @abstractmethod
    def nonzeros(self) -> int:
        """Entries that are not zero; an upper bound where the class says so."""

    @property
    def density(self) -> float:
        """Non-zeros over entries, 0 for a map without entries."""
        entries = self.rows * self.columns
        return self.nonzeros / entries if entries else 0.0

    def describe(self) -> str:
        """A few words for a plate on the canvas."""
        return self.structure

    def jvp(self, tangent: Array) -> Array:
        """J t: from a tangent of `in_shape` to one of `out_shape`. ValueError on other shapes."""
        self._expect(tangent, self.in_shape)
        if not self.rows or not self.columns:
            return self._nothing(self.out_shape, tangent)
        return self.xp.asarray(self._push(tangent))

    def vjp(self, gradient: Array) -> Array:
        """J^T g: from a gradient of `out_shape` to one of `in_shape`. ValueError otherwise."""
        self._expect(gradient, self.out_shape)
        if not self.rows or not self.columns:
            return self._nothing(self.in_shape, gradient)
        return self.xp.asarray(self._pull(gradient))

    def jvps(self, tangents: Array) -> Array:
        """J applied to each of a stack of tangents, [k, *in_shape] -> [k, *out_shape]."""
        self._expect(tangents, (len(tangents), *self.in_shape))
        if not tangents.size or not self.rows:
            return self._nothing((len(tangents), *self.out_shape), tangents)
        return self.xp.asarray(self._pushes(tangents))

    def vjps(self, gradients: Array) -> Array:
        """J^T applied to each of a stack of gradients, [k, *out_shape] -> [k, *in_shape]."""
        self._expect(gradients, (len(gradients), *self.out_shape))
        if not gradients.size or not self.columns:
            return self._nothing((len(gradients), *self.in_shape), gradients)
        return self.xp.asarray(self._pulls(gradients))

    @property
    def work(self) -> int:
        """Multiply-adds of applying the map once, about; known from shapes, no entry is read."""
        return self.rows * self.columns

    def window(self, rows: slice = slice(None), columns: slice = slice(None)) -> Array:
        """The entries of some rows and columns, as a matrix; the rest is not built.

        Slices as in Python, with step 1 (else ValueError). Memory is that of the window times
        a small factor; it asks no budget.
        """
        top, bottom = _span(rows, self.rows)
        left, right = _span(columns, self.columns)
        if top == bottom or left == right:
            return self.xp.zeros((bottom - top, right - left), self.dtype)
        return self._entries(top, bottom, left, right)

    def dense(self, budget: int = DENSE_BUDGET) -> Array:
        """The whole matrix [rows, columns]; `TooLarge` where it has more entries than `budget`."""
        ask_budget(self.rows, self.columns, self.dtype.itemsize, budget)
        return self.window()

    # What a structure defines. None of these sees a map, or a window, without entries.

    @abstractmethod
    def _push(self, tangent: Array) -> Array: ...

    @abstractmethod
    def _pull(self, gradient: Array) -> Array: ...

    def _pushes(self, tangents: Array) -> Array:
        return self.xp.stack([self._push(tangent) for tangent in tangents])

    def _pulls(self, gradients: Array) -> Array:
        return self.xp.stack([self._pull(gradient) for gradient in gradients])

    @abstractmethod
    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array: ...

    def _expect(self, array: Array, shape: Shape) -> None:
        if array.shape != shape:
            raise ValueError(f"{self!r}: found shape {array.shape}, expected {shape}")

    def _nothing(self, shape: Shape, like: Array) -> Array:
        return self.xp.zeros(shape, np.result_type(self.dtype, like.dtype))


def _span(part: slice, size: int) -> tuple[int, int]:
    start, stop, step = part.indices(size)
    if step != 1:
        raise ValueError(f"window: found step {step}, expected step 1")
    return start, max(start, stop)
