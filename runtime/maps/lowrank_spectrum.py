"""Singular values, norm and determinant of diagonals plus outer products, block by block."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from runtime.maps.blocks import gathered
from runtime.maps.factoring import affordable, determinants, factored, finite, together
from runtime.maps.lowrank import LowRank
from runtime.maps.places import Array
from runtime.maps.signs import SINGULAR, Determinant, multiplied, of_diagonal
from runtime.maps.spectrum import Spectrum, of_blocks
from runtime.maps.stacking import Progress, parts


@dataclass(frozen=True, slots=True)
class Terms:
    """diag(`diagonal`) + `left` `right`^T per block: [n, p], [n, p, k] and [n, p, k]."""

    diagonal: Array
    left: Array
    right: Array

    @property
    def size(self) -> int:
        return int(self.diagonal.shape[1])

    @property
    def pairs(self) -> int:
        return int(self.left.shape[2])

    @property
    def constant(self) -> bool:
        """Whether each block's diagonal is one number."""
        return bool((self.diagonal == self.diagonal[:, :1]).all())

    def matrices(self) -> Array:
        """The blocks [n, p, p], whole."""
        found = self.left @ self.right.swapaxes(1, 2)
        at = np.arange(self.size)
        found[:, at, at] += self.diagonal
        return found


def terms_of(made: LowRank) -> Terms:
    """The map's arrays on the host, a block after the other; `NotFinite` where they are not."""

    def blocked(array: Array) -> Array:
        wide = np.broadcast_to(finite(array), made.out_shape)
        return gathered(wide, made.out_axes, made.count)[..., 0]

    def stacked(arrays: list[Array]) -> Array:
        return np.stack(arrays, -1) if arrays else np.zeros((*diagonal.shape, 0))

    diagonal = blocked(made.factors)
    left = stacked([made.scale * blocked(left) for left, _ in made.pairs])
    right = stacked([blocked(right) for _, right in made.pairs])
    return Terms(diagonal, left, right)


def lowrank_spectrum(made: LowRank, progress: Progress | None) -> Spectrum | None:
    """All values, or None where the blocks are too large for those of their kind."""
    terms = terms_of(made)
    if terms.constant and 2 * terms.pairs < terms.size:
        return _around_a_number(made, terms, progress)
    if not affordable(made.count, terms.size, terms.size):
        return None
    matrices, size = terms.matrices(), made.block_shape
    nonzeros = int(np.count_nonzero(matrices))
    if all(left is right for left, right in made.pairs):
        own = _eigenvalues(matrices, progress)
        values, how = _descending(np.abs(own)), "From the eigenvalues of the symmetric blocks."
        found = of_blocks(made, size, values, how, lambda: of_diagonal(own))
    else:
        values, how = factored(matrices, progress), "From the singular values of the blocks."
        found = of_blocks(made, size, values, how, lambda: determinants(matrices))
    return replace(found, nonzeros=nonzeros)


def _around_a_number(made: LowRank, terms: Terms, progress: Progress | None) -> Spectrum:
    """Blocks c I + U V^T: outside the span of U and V, of 2k axes at most, they are c I."""
    basis = np.linalg.qr(np.concatenate([terms.left, terms.right], axis=2))[0]
    number = terms.diagonal[:, :1]
    small = (basis.swapaxes(1, 2) @ terms.left) @ (terms.right.swapaxes(1, 2) @ basis)
    small = small + number[..., None] * np.eye(small.shape[1])
    around = np.repeat(number, terms.size - small.shape[1], axis=1)
    values = _descending(np.concatenate([factored(small, progress), np.abs(around)], axis=1))
    how = "In closed form, from the span of the outer products."

    def determinant() -> Determinant:
        return multiplied(determinants(small), of_diagonal(around))

    return of_blocks(made, made.block_shape, values, how, determinant)


def lowrank_norm(terms: Terms) -> float:
    """Frobenius's, without the blocks: |D|^2 + 2 <D, U V^T> + <U^T U, V^T V>."""
    diagonal, left, right = terms.diagonal, terms.left, terms.right
    crossed = (diagonal[..., None] * left * right).sum()
    grams = (left.swapaxes(1, 2) @ left) * (right.swapaxes(1, 2) @ right)
    return math.sqrt(max(float((diagonal**2).sum() + 2 * crossed + grams.sum()), 0.0))


def lowrank_determinant(terms: Terms, eps: float) -> Determinant | None:
    """det(D + U V^T) = det(D) det(I + V^T D^-1 U), the matrix determinant lemma.

    None where an entry of D is 0; singular where the second factor is 0 to the precision of what
    it is added up from. Source: Harville, Matrix Algebra From a Statistician's Perspective,
    1997, theorem 18.1.1.
    """
    if not terms.diagonal.all():
        return None
    divided = terms.left / terms.diagonal[..., None]
    small = terms.right.swapaxes(1, 2) @ divided
    size = 1.0 + (np.abs(terms.right).swapaxes(1, 2) @ np.abs(divided)).max(axis=(1, 2), initial=0)
    small = small + np.eye(terms.pairs)
    least = factored(small).min(axis=-1, initial=np.inf)
    if bool((least <= eps * terms.size * size).any()):
        return SINGULAR
    return multiplied(of_diagonal(terms.diagonal), determinants(small))


def _eigenvalues(matrices: Array, progress: Progress | None) -> Array:
    found = np.empty(matrices.shape[:-1])
    for part in parts(slice(0, len(matrices)), together(*matrices.shape[1:]), progress):
        found[part] = np.linalg.eigvalsh(matrices[part])
    return found


def _descending(values: Array) -> Array:
    return np.sort(values, axis=-1)[..., ::-1]
