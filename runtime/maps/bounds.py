"""How much a map can stretch a vector at most: the spectral norm, or a bound that costs little."""

from __future__ import annotations

import functools
import math

import numpy as np

from runtime.maps.blocks import Blocks
from runtime.maps.combine import Product, Sum
from runtime.maps.dense import Dense
from runtime.maps.factoring import NotFinite, finite
from runtime.maps.kronecker import Kronecker
from runtime.maps.linear_map import LinearMap
from runtime.maps.norms import frobenius, window_work
from runtime.maps.places import Array
from runtime.maps.pointwise import Pointwise, Zero
from runtime.maps.selection import OnePerRow
from runtime.maps.spectra import spectrum_of
from runtime.maps.spread import Reduce
from runtime.maps.toeplitz import KernelToeplitz, Toeplitz

FACTOR_WORK = 1 << 21
"""Most multiply-adds of the factorisation that finds a norm exactly: of 128 by 128 entries."""


def stretch_bound(made: LinearMap) -> float:
    """A number that |J x| / |x| never exceeds, up to rounding; infinite where none is known.

    The spectral norm itself where the structure tells it or the matrix (or its blocks, or its
    factors) is small; else the smallest of the upper bounds at hand: Frobenius's norm, the root
    of the largest row sum times the largest column sum of |J|, the product or sum of parts'.
    Source: Golub and Van Loan, Matrix Computations, 4th ed., 2013, corollary 2.3.2.
    """
    made = made.simple or made
    if not made.rows or not made.columns:
        return 0.0
    try:
        with np.errstate(all="ignore"):
            return _exact(made) if _is_cheap(made) else _upper(made)
    except NotFinite:
        return math.inf


def _exact(made: LinearMap) -> float:
    found = spectrum_of(made)
    if not found.complete or found.values is None:
        return _upper(made)
    return float(found.values[0])


def _is_cheap(made: LinearMap) -> bool:
    """Whether all singular values are at hand in closed form, or by factoring little."""
    if isinstance(made, Zero | Pointwise | OnePerRow | Reduce):
        return True
    if isinstance(made, Kronecker):
        return sum(_factoring(factor.size, factor.shape) for factor in made.factors) <= FACTOR_WORK
    if isinstance(made, Blocks):
        entries = made.count * math.prod(made.block_shape)
        return _factoring(entries, made.block_shape) <= FACTOR_WORK
    size = made.rows, made.columns
    return _factoring(math.prod(size), size) <= FACTOR_WORK and window_work(made) <= FACTOR_WORK


def _factoring(entries: int, sides: tuple[int, ...]) -> int:
    """Multiply-adds of factoring so many entries in matrices with these sides, at most."""
    return entries * int(math.sqrt(math.prod(sides)))


def _upper(made: LinearMap) -> float:
    norm = frobenius(made)
    return min(math.inf if norm is None else norm, _by_structure(made))


@functools.singledispatch
def _by_structure(made: LinearMap) -> float:
    return math.inf


@_by_structure.register
def _(made: Product) -> float:
    return stretch_bound(made.after) * stretch_bound(made.before)


@_by_structure.register
def _(made: Sum) -> float:
    return sum(stretch_bound(part) for part in made.parts)


@_by_structure.register
def _(made: Dense) -> float:
    return _by_sums(np.abs(finite(made.matrix)))


@_by_structure.register
def _(made: Toeplitz) -> float:
    weight = np.abs(finite(made.weight))
    made = Toeplitz(
        made.count, weight, made.windows, groups=made.groups, transposed=made.transposed
    )
    return _by_ones(made)


@_by_structure.register
def _(made: KernelToeplitz) -> float:
    x = np.abs(finite(made.x))
    made = KernelToeplitz(
        x, made.out_shape[1], made.windows, groups=made.groups, transposed=made.transposed
    )
    return _by_ones(made)


def _by_ones(made: LinearMap) -> float:
    """Of a map without negative entries, whose sums are what it makes of ones."""
    rows = made.jvp(np.ones(made.in_shape))
    columns = made.vjp(np.ones(made.out_shape))
    return math.sqrt(float(rows.max()) * float(columns.max()))


def _by_sums(matrix: Array) -> float:
    return math.sqrt(float(matrix.sum(axis=1).max()) * float(matrix.sum(axis=0).max()))
