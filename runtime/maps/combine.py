"""Maps one after the other, and side by side, with what can be simplified simplified."""

from __future__ import annotations

import numpy as np

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array
from runtime.maps.pointwise import Pointwise, Zero
from runtime.maps.products import one_map, pointwise
from runtime.maps.selection import Reshaped
from runtime.maps.stacking import column_by_column, row_by_row


class Product(LinearMap):
    """`after` applied to the result of `before`; neither is multiplied out.

    A window next to a pointwise map or a reshape is that of the other map, scaled. Any other
    window applies the maps to one unit tensor per row, or per column where those are fewer.
    `nonzeros` is an upper bound.
    """

    structure = "product"
    counted = False

    def __init__(self, after: LinearMap, before: LinearMap) -> None:
        _expect_fit(after, before)
        dtype = np.result_type(after.dtype, before.dtype)
        super().__init__(after.out_shape, before.in_shape, dtype, after.xp)
        self.after, self.before = after, before

    @property
    def parts(self) -> tuple[LinearMap, ...]:
        """The maps in the order in which they are written: the one applied last stands first."""
        return tuple(
            part
            for side in (self.after, self.before)
            for part in (side.parts if isinstance(side, Product) else (side,))
        )

    def describe(self) -> str:
        if len(self.parts) > 2:
            return f"product of {len(self.parts)}"
        return f"{self.after.describe()} · {self.before.describe()}"

    @property
    def stored(self) -> int:
        return self.after.stored + self.before.stored

    @property
    def nonzeros(self) -> int:
        after, before = self.after.nonzeros, self.before.nonzeros
        return min(self.rows * self.columns, after * self.columns, before * self.rows)

    def _push(self, tangent: Array) -> Array:
        return self.after.jvp(self.before.jvp(tangent))

    def _pull(self, gradient: Array) -> Array:
        return self.before.vjp(self.after.vjp(gradient))

    @property
    def work(self) -> int:
        return self.after.work + self.before.work

    def _pushes(self, tangents: Array) -> Array:
        return self.after.jvps(self.before.jvps(tangents))

    def _pulls(self, gradients: Array) -> Array:
        return self.before.vjps(self.after.vjps(gradients))

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        rows, columns = slice(top, bottom), slice(left, right)
        if isinstance(self.after, Reshaped):
            return self.before.window(rows, columns)
        if isinstance(self.before, Reshaped):
            return self.after.window(rows, columns)
        if isinstance(self.after, Pointwise):
            factors = self.after.diagonal(self.xp.arange(top, bottom))
            return factors[:, None] * self.before.window(rows, columns)
        if isinstance(self.before, Pointwise):
            factors = self.before.diagonal(self.xp.arange(left, right))
            return self.after.window(rows, columns) * factors
        build = row_by_row if bottom - top <= right - left else column_by_column
        return build(self, rows, columns)


class Sum(LinearMap):
    """Several maps of one shape, added; `nonzeros` is an upper bound."""

    structure = "sum"
    counted = False

    def __init__(self, *parts: LinearMap) -> None:
        first = parts[0]
        for part in parts:
            _expect_same(first, part)
        dtype = np.result_type(*(part.dtype for part in parts))
        super().__init__(first.out_shape, first.in_shape, dtype, first.xp)
        self.parts = parts

    def describe(self) -> str:
        if len(self.parts) > 2:
            return f"sum of {len(self.parts)}"
        return " + ".join(part.describe() for part in self.parts)

    @property
    def stored(self) -> int:
        return sum(part.stored for part in self.parts)

    @property
    def nonzeros(self) -> int:
        return min(self.rows * self.columns, sum(part.nonzeros for part in self.parts))

    def _push(self, tangent: Array) -> Array:
        return sum(part.jvp(tangent) for part in self.parts)

    def _pull(self, gradient: Array) -> Array:
        return sum(part.vjp(gradient) for part in self.parts)

    @property
    def work(self) -> int:
        return sum(part.work for part in self.parts)

    def _pushes(self, tangents: Array) -> Array:
        return sum(part.jvps(tangents) for part in self.parts)

    def _pulls(self, gradients: Array) -> Array:
        return sum(part.vjps(gradients) for part in self.parts)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        rows, columns = slice(top, bottom), slice(left, right)
        return sum(part.window(rows, columns) for part in self.parts)


def compose(after: LinearMap, before: LinearMap) -> LinearMap:
    """`after` of `before`, simplified; ValueError where the shapes do not meet.

    By the rules of `runtime.maps.products`, also with the next map inside a product: a diagonal
    after (diagonal after dense) is (diagonal after dense). Everything else is a `Product`.
    """
    _expect_fit(after, before)
    found = one_map(after, before)
    if found is not None:
        return found
    if isinstance(before, Product):
        nearer = compose(after, before.after)
        if not isinstance(nearer, Product):
            return compose(nearer, before.before)
    if isinstance(after, Product):
        nearer = compose(after.before, before)
        if not isinstance(nearer, Product):
            return compose(after.after, nearer)
    return Product(after, before)


def add(first: LinearMap, second: LinearMap) -> LinearMap:
    """The sum of two maps of one shape, simplified; ValueError where the shapes differ.

    Zero disappears, pointwise maps add to one, sums are flattened.
    """
    _expect_same(first, second)
    if isinstance(first, Zero):
        return second
    if isinstance(second, Zero):
        return first
    if isinstance(first, Pointwise) and isinstance(second, Pointwise):
        return pointwise(first, second, first.factor + second.factor)
    parts = [part for side in (first, second) for part in _terms(side)]
    return Sum(*parts)


def _terms(side: LinearMap) -> tuple[LinearMap, ...]:
    return side.parts if isinstance(side, Sum) else (side,)


def _expect_fit(after: LinearMap, before: LinearMap) -> None:
    if after.in_shape != before.out_shape:
        raise ValueError(f"compose: found {before!r} before {after!r}, expected shapes that meet")


def _expect_same(first: LinearMap, second: LinearMap) -> None:
    if first.shape != second.shape:
        raise ValueError(f"add: found {first!r} and {second!r}, expected one shape")
