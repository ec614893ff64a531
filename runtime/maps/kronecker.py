"""Kronecker products of identities, ones and a few factors: Linear, MatMul, Dot, Outer, Einsum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from runtime.maps.dense import Dense
from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array, Shape, array_module, coordinates
from runtime.maps.pointwise import Identity
from runtime.maps.subscripts import Axes, read_subscripts
from runtime.maps.wording import kronecker_text

STACK = "Z"  # the label of a stack's axis; those of ellipses come from the alphabet's other end


class Kronecker(LinearMap):
    """The derivative of an einsum by one operand; the other operands are the `factors`.

    `subscripts` is the einsum's own text, the differentiated operand last: "oi,...i->...o" with
    the weight as factor is I_B (x) W, "...i,oi->...o" with x as factor is the stack over samples
    of I_out (x) x_b^T, "o->...o" without a factor is 1_B (x) I_out. The entry at an output and
    an input place is the product of the factors there where the labels that both have agree,
    else zero. Only the factors are stored, and each once.

    Every label of a factor must stand in the input or the output (ValueError: contract it
    first). Leading axes under an ellipsis broadcast as in NumPy, also the input's own.
    """

    structure = "kronecker"

    def __init__(
        self,
        out_shape: Sequence[int],
        in_shape: Sequence[int],
        factors: Sequence[Array],
        subscripts: str,
        *,
        dtype: Any = "float64",
        xp: Any = np,
    ) -> None:
        if factors:
            dtype = np.result_type(*(factor.dtype for factor in factors))
            xp = array_module(factors[0])
        super().__init__(out_shape, in_shape, dtype, xp)
        self.axes = _axes(subscripts, factors, self.in_shape, self.out_shape)
        self.factors = tuple(
            factor.reshape(self.axes.shape(labels))
            for factor, labels in zip(factors, self.axes.factors, strict=True)
        )

    @property
    def stored(self) -> int:
        return sum(int(factor.size) for factor in self.factors)

    @cached_property
    def nonzeros(self) -> int:
        """Exact, but for products of factors that underflow."""
        return int(self.over_entries([(factor != 0).astype("int64") for factor in self.factors]))

    def over_entries(self, each: Sequence[Array]) -> Array | int:
        """The sum over the matrix of products of numbers, one per entry of each factor."""
        covered = "".join(self.axes.factors)
        labels = set(self.axes.input + self.axes.output) - set(covered)
        repeats = math.prod(self.axes.sizes[label] for label in labels)
        if not repeats or not each:
            return repeats
        return repeats * self._einsum(each, self.axes.factors, "")

    @property
    def work(self) -> int:
        return math.prod(self.axes.sizes[label] for label in self.axes.used)

    def describe(self) -> str:
        return kronecker_text(self.axes)

    def _push(self, tangent: Array) -> Array:
        return self._contract(tangent, self.axes.input, self.axes.output, self.out_shape)

    def _pull(self, gradient: Array) -> Array:
        return self._contract(gradient, self.axes.output, self.axes.input, self.in_shape)

    def _pushes(self, tangents: Array) -> Array:
        axes = self.axes
        return self._contract(tangents, axes.input, axes.output, self.out_shape, (len(tangents),))

    def _pulls(self, gradients: Array) -> Array:
        axes = self.axes
        return self._contract(gradients, axes.output, axes.input, self.in_shape, (len(gradients),))

    def _contract(
        self, array: Array, labels: str, wanted: str, shape: Shape, stack: Shape = ()
    ) -> Array:
        """The einsum; what stands in no operand is repeated afterwards.

        `stack` is the size of an axis before all others that a stack of tensors has.
        """
        lead = STACK if stack else ""
        operands = [*self.factors, array.reshape((*stack, *self.axes.shape(labels)))]
        terms = [*self.axes.factors, lead + labels]
        there = "".join(label for label in wanted if any(label in term for term in terms))
        result = self._einsum(operands, terms, lead + there)
        if there != wanted:
            thin = [self.axes.sizes[label] if label in there else 1 for label in wanted]
            wide = (*stack, *self.axes.shape(wanted))
            result = self.xp.broadcast_to(result.reshape((*stack, *thin)), wide)
        return result.reshape((*stack, *shape))

    def _einsum(self, operands: Sequence[Array], terms: Sequence[str], result: str) -> Array:
        return self.xp.einsum(f"{','.join(terms)}->{result}", *operands, optimize=True)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        xp, axes = self.xp, self.axes
        rows = coordinates(xp.arange(top, bottom)[:, None], axes.shape(axes.output))
        columns = coordinates(xp.arange(left, right)[None, :], axes.shape(axes.input))
        by_column = dict(zip(axes.input, columns, strict=True))
        by_row = dict(zip(axes.output, rows, strict=True))
        places = by_column | by_row
        agree = xp.ones((bottom - top, right - left), bool)
        for label in by_row.keys() & by_column.keys():
            agree &= by_row[label] == by_column[label]
        value = xp.ones((1, 1), self.dtype)
        for factor, labels in zip(self.factors, axes.factors, strict=True):
            value = value * (factor[tuple(places[label] for label in labels)] if labels else factor)
        return xp.where(agree, value, 0)


def contraction(
    out_shape: Sequence[int],
    in_shape: Sequence[int],
    factors: Sequence[Array],
    subscripts: str,
    *,
    dtype: Any = "float64",
    xp: Any = np,
) -> Kronecker | Dense | Identity:
    """The simplest map for an einsum's derivative, arguments as for `Kronecker`.

    Where the one factor already holds every entry (a Linear without a batch, a dot product) the
    map is `Dense` and shares the factor's memory if its order allows; where there is no factor
    and nothing is copied (a bias without a batch) it is the identity.
    """
    axes = _axes(subscripts, factors, tuple(in_shape), tuple(out_shape))
    if not factors and axes.output == axes.input and tuple(out_shape) == tuple(in_shape):
        return Identity(out_shape, dtype=dtype, xp=xp)
    if len(factors) == 1 and axes.order is not None:
        thin = factors[0].reshape(axes.shape(axes.factors[0]))
        if axes.order != tuple(range(thin.ndim)):
            thin = thin.transpose(axes.order)
        return Dense(out_shape, in_shape, thin)
    return Kronecker(out_shape, in_shape, factors, subscripts, dtype=dtype, xp=xp)


def _axes(text: str, factors: Sequence[Array], in_shape: Shape, out_shape: Shape) -> Axes:
    return read_subscripts(text, tuple(factor.shape for factor in factors), in_shape, out_shape)
