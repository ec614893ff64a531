"""A map's figures: norm, sparsity, rank, singular values, determinant, condition."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from runtime.maps.factoring import NotFinite, rank_of
from runtime.maps.linear_map import LinearMap
from runtime.maps.norms import counted, frobenius
from runtime.maps.places import Array
from runtime.maps.signs import EMPTY, Determinant
from runtime.maps.spectra import spectrum_of
from runtime.maps.spectrum import Spectrum, precision
from runtime.maps.stacking import Progress


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a map's matrix; a figure that is unknown is None.

    `norm` is Frobenius's. `sparsity` is the share of entries that are zero. `singular_values`
    descend, [min(rows, columns)] of float64 where `complete`, else the largest few. `rank`
    counts those above eps max(rows, columns) max(singular values), eps being the precision of
    the map's dtype. `determinant` is (sign, log|det|), None unless rows and columns are equal.
    `condition` is the largest singular value over the smallest, infinite where that is 0 or
    cannot be told from 0. `how` says in a sentence how they were found, and why any is unknown.
    """

    norm: float | None
    sparsity: float | None
    rank: int | None
    singular_values: Array | None
    complete: bool
    determinant: Determinant | None
    condition: float | None
    how: str


def summarise(made: LinearMap, progress: Progress | None = None) -> Summary:
    """The figures of a map: from its structure where that tells them, else from its matrix up to
    2,048 rows or columns, whichever are fewer, else the largest singular values without a matrix.

    `progress` is told the share that is done and may raise to end the work.
    """
    made = made.simple or made
    if not made.rows or not made.columns:
        return _empty(made)
    try:
        with np.errstate(invalid="ignore", over="ignore"):  # infinities times 0 are found below
            found = spectrum_of(made, progress)
            return (_complete if found.complete else _partial)(made, found, progress)
    except NotFinite:
        how = "Some entries are not finite numbers, so that nothing can be said."
        return Summary(None, None, None, None, False, None, None, how)


def known_at_once(made: LinearMap, how: str) -> Summary:
    """The norm and the share of zeros, where the structure tells them without singular values.

    `how` says why the rest is not known.
    """
    made = made.simple or made
    try:
        norm = frobenius(made)
    except NotFinite:
        norm = None
    sparsity = _sparsity(made, made.nonzeros if made.counted else None)
    return Summary(norm, sparsity, None, None, False, None, None, how)


def _empty(made: LinearMap) -> Summary:
    determinant = EMPTY if made.rows == made.columns else None
    how = f"The matrix of {made.rows} × {made.columns} has no entries."
    return Summary(0.0, None, 0, np.zeros(0), True, determinant, None, how)


def _complete(made: LinearMap, found: Spectrum, progress: Progress | None) -> Summary:
    values = found.values
    assert values is not None
    rank = rank_of(values, made.rows, made.columns, precision(made))
    condition = math.inf if found.singular else float(values[0] / values[-1])
    norm = _length(values)
    _, nonzeros = _norm_and_nonzeros(made, replace(found, norm=norm), progress)
    return Summary(
        norm,
        _sparsity(made, nonzeros),
        rank,
        values,
        True,
        found.determinant,
        condition,
        found.how,
    )


def _partial(made: LinearMap, found: Spectrum, progress: Progress | None) -> Summary:
    norm, nonzeros = _norm_and_nonzeros(made, found, progress)
    sparsity = _sparsity(made, nonzeros)
    how = found.how if norm is not None else f"{found.how[:-1]}, and so is the norm."
    return Summary(norm, sparsity, None, found.values, False, found.determinant, None, how)


def _norm_and_nonzeros(
    made: LinearMap, found: Spectrum, progress: Progress | None
) -> tuple[float | None, int | None]:
    """What is known of both, or can be counted in windows."""
    norm = frobenius(made) if found.norm is None else found.norm
    nonzeros = made.nonzeros if found.nonzeros is None and made.counted else found.nonzeros
    if norm is not None and nonzeros is not None:
        return norm, nonzeros
    found_there = counted(made, progress)
    if found_there is None:
        return norm, nonzeros
    return (found_there[0] if norm is None else norm), found_there[1]


def _sparsity(made: LinearMap, nonzeros: int | None) -> float | None:
    return None if nonzeros is None else 1.0 - nonzeros / (made.rows * made.columns)


def _length(values: Array) -> float:
    """The root of the sum of squares, without overflow."""
    most = float(values[0])
    if values.strides == (0,):  # one number for all, which may be more than memory would hold
        return most * math.sqrt(len(values))
    return most * math.sqrt(float(((values / most) ** 2).sum())) if most else 0.0
