"""Maps that touch every entry by itself: zero, identity, scaled, diagonal."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array, array_module, pick


class Zero(LinearMap):
    """Nothing gets through."""

    structure = "zero"
    stored = 0
    nonzeros = 0
    work = 0

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        *,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        super().__init__(out_shape, in_shape, dtype, xp)

    def _push(self, tangent: Array) -> Array:
        return self._nothing(self.out_shape, tangent)

    def _pull(self, gradient: Array) -> Array:
        return self._nothing(self.in_shape, gradient)

    def _pushes(self, tangents: Array) -> Array:
        return self._nothing((len(tangents), *self.out_shape), tangents)

    def _pulls(self, gradients: Array) -> Array:
        return self._nothing((len(gradients), *self.in_shape), gradients)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        return self.xp.zeros((bottom - top, right - left), self.dtype)


class Pointwise(LinearMap):
    """The parent of square maps with entries on the diagonal alone."""

    @property
    @abstractmethod
    def factor(self) -> Array | float:
        """What a tensor is multiplied by: a number, or an array broadcastable to its shape."""

    @property
    def work(self) -> int:
        return self.rows

    def _push(self, tangent: Array) -> Array:
        return tangent * self.factor

    def _pull(self, gradient: Array) -> Array:
        return gradient * self.factor

    # A factor broadcasts against a stack as against one tensor: it is as wide at the end.
    def _pushes(self, tangents: Array) -> Array:
        return self._push(tangents)

    def _pulls(self, gradients: Array) -> Array:
        return self._pull(gradients)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        matrix = self.xp.zeros((bottom - top, right - left), self.dtype)
        ids = self.xp.arange(max(top, left), max(min(bottom, right), max(top, left)))
        matrix[ids - top, ids - left] = self.diagonal(ids)
        return matrix

    def diagonal(self, ids: Array) -> Array:
        """The diagonal's entries with these flat numbers."""
        return pick(self.xp.asarray(self.factor, self.dtype), self.out_shape, ids, self.xp)


class Identity(Pointwise):
    """Everything gets through unchanged."""

    structure = "identity"
    factor = 1.0
    stored = 0
    work = 0

    def __init__(self, shape: Sequence[int], *, dtype: Any = "float64", xp: Any = np) -> None:
        super().__init__(shape, shape, dtype, xp)

    @property
    def nonzeros(self) -> int:
        return self.rows

    def _push(self, tangent: Array) -> Array:
        return tangent

    def _pull(self, gradient: Array) -> Array:
        return gradient


class Scaled(Pointwise):
    """One number times the identity; the number is read to the host (`scale`)."""

    structure = "scaled"
    stored = 1

    def __init__(
        self, shape: Sequence[int], scale: Array | float, *, dtype: Any = "float64", xp: Any = np
    ) -> None:
        super().__init__(shape, shape, dtype, xp)
        self.scale = float(scale)

    @property
    def factor(self) -> float:
        return self.scale

    @property
    def nonzeros(self) -> int:
        return self.rows if self.scale else 0

    def describe(self) -> str:
        return f"scaled by {self.scale:.4g}".replace("-", "\N{MINUS SIGN}")


class Diagonal(Pointwise):
    """A tensor of factors, one per entry; `factors` may be any array broadcastable to `shape`."""

    structure = "diagonal"

    def __init__(self, shape: Sequence[int], factors: Array) -> None:
        super().__init__(shape, shape, factors.dtype, array_module(factors))
        self.factors = self.xp.asarray(factors)
        if self.factors.shape != self.out_shape:
            self.xp.broadcast_to(self.factors, self.out_shape)  # refuses other shapes

    @property
    def factor(self) -> Array:
        return self.factors

    @property
    def stored(self) -> int:
        return int(self.factors.size)

    @property
    def nonzeros(self) -> int:
        return int(self.xp.count_nonzero(self.xp.broadcast_to(self.factors, self.out_shape)))
