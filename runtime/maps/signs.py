"""Signs of permutations, and the sign and size of determinants."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from runtime.maps.places import Array

Determinant = tuple[float, float]
"""(sign, log|det|); the sign of a singular matrix is 0 and its logarithm -inf."""

SINGULAR: Determinant = (0.0, -math.inf)
EMPTY: Determinant = (1.0, 0.0)


def product_of(signs: Array, logarithms: Array, power: int = 1) -> Determinant:
    """The determinant of a block-diagonal matrix whose blocks each stand there `power` times."""
    sign = float(np.prod(np.sign(signs)))
    if sign == 0 and power:
        return SINGULAR
    return sign ** (power % 2), float(np.sum(logarithms)) * power


def of_diagonal(numbers: Array, power: int = 1) -> Determinant:
    """The determinant of a diagonal matrix in which these numbers stand `power` times."""
    with np.errstate(divide="ignore"):
        return product_of(np.sign(numbers), np.log(np.abs(numbers)), power)


def multiplied(first: Determinant, second: Determinant) -> Determinant:
    """The determinant of a product."""
    if first[0] == 0 or second[0] == 0:
        return SINGULAR
    return first[0] * second[0], first[1] + second[1]


def axes_sign(shape: Sequence[int], order: Sequence[int]) -> int:
    """The sign of the permutation of entries that reorders a tensor's axes: 1 or -1.

    Two neighbours of sizes m and n change places in m(m - 1)n(n - 1)/4 exchanges, once for each
    entry of the axes around them (Magnus and Neudecker, The commutation matrix, Annals of
    Statistics 7, 1979). Nothing of the tensor's size is made.
    """
    axes, odd = list(order), False
    for end in range(len(axes), 1, -1):
        for at in range(end - 1):
            if axes[at] < axes[at + 1]:
                continue
            first, second = shape[axes[at]], shape[axes[at + 1]]
            around = math.prod(shape) // max(first * second, 1)
            odd ^= bool(math.comb(first, 2) * math.comb(second, 2) * around % 2)
            axes[at], axes[at + 1] = axes[at + 1], axes[at]
    return -1 if odd else 1


def permutation_sign(index: Array) -> int:
    """The sign of a permutation of 0 to n - 1, given as an array of integers."""
    # On first use: a headless command that asks for no determinant loads no SciPy.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = len(index)
    links = coo_array((np.ones(size, "int8"), (np.arange(size), index)), shape=(size, size))
    cycles = connected_components(links, directed=False, return_labels=False)
    return -1 if (size - cycles) % 2 else 1
