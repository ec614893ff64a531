"""The singular values of one map, and what was found on the way to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from runtime.maps.factoring import matrix_rank
from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array
from runtime.maps.signs import SINGULAR, Determinant, multiplied


@dataclass(frozen=True, slots=True)
class Spectrum:
    """`values` descend: all min(rows, columns) of them where `complete`, else the largest.

    `singular` says that one of all values is 0, or cannot be told from 0. `determinant` is None
    where the map is not square or it is unknown. `norm` and `nonzeros` stand here where finding
    the values counted them too.
    """

    values: Array | None
    how: str
    complete: bool = True
    singular: bool = False
    determinant: Determinant | None = None
    norm: float | None = None
    nonzeros: int | None = None

    def reordered(self, sign: int) -> Spectrum:
        """The same with rows and columns in other orders, which have this sign."""
        if self.determinant is None:
            return self
        return replace(self, determinant=multiplied((float(sign), 0.0), self.determinant))


def precision(made: LinearMap) -> float:
    """The relative spacing of the map's numbers; that of float64 for integers."""
    exact = not np.issubdtype(made.dtype, np.floating)
    return float(np.finfo("float64" if exact else made.dtype).eps)


def filled_up(values: Array, made: LinearMap) -> Array:
    """The values in descending order, with as many zeros as the map has more, or less."""
    count = min(made.rows, made.columns)
    found = np.sort(values, axis=None)[::-1]
    return np.concatenate([found, np.zeros(max(count - found.size, 0))])[:count]


def of_values(
    made: LinearMap, values: Array, how: str, determinant: Callable[[], Determinant]
) -> Spectrum:
    """The spectrum of a map whose values are known one by one: only a 0 is a 0.

    `determinant` is asked where no value is 0 and the map is square.
    """
    singular = not values[-1]
    found: Determinant | None = None
    if made.rows == made.columns:
        found = SINGULAR if singular else determinant()
    return Spectrum(values, how, singular=singular, determinant=found)


def of_blocks(
    made: LinearMap,
    size: tuple[int, int],
    values: Array,
    how: str,
    determinant: Callable[[], Determinant],
) -> Spectrum:
    """The spectrum of blocks of this size, whose values [..., m] were found by factoring.

    A block is singular by its own tolerance: one of small numbers beside one of large numbers is
    not. `determinant` is asked where no block is singular and the map is square.
    """
    singular = lacks_rank(values, size, precision(made))
    found: Determinant | None = None
    if made.rows == made.columns:
        found = SINGULAR if singular or size[0] != size[1] else determinant()
    return Spectrum(filled_up(values, made), how, singular=singular, determinant=found)


def lacks_rank(values: Array, size: tuple[int, int], eps: float) -> bool:
    """Whether one of the matrices of this size with the singular values [..., m] is singular."""
    return bool((matrix_rank(values, *size, eps) < values.shape[-1]).any())
