"""Singular values of matrices that have to be factored, and of maps that are too large for that."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from runtime.backend import to_numpy
from runtime.maps.places import Array
from runtime.maps.signs import Determinant, product_of
from runtime.maps.stacking import STACK_ENTRIES, Progress, parts

if TYPE_CHECKING:
    from runtime.maps.linear_map import LinearMap

DENSE_SIDE = 2048
"""Most rows, or columns where those are fewer, of a matrix whose singular values are all found."""

FACTOR_WORK = 1 << 35
"""Most multiply-adds of one factorisation, or of all those of a map's blocks; about."""

FACTOR_ENTRIES = 1 << 25
"""Most entries of all matrices that are factored at a time (256 MiB as float64)."""

LARGEST = 8
"""How many singular values are looked for where they are too many."""

_TOLERANCE = 1e-10
_ROUNDS = 4


class NotFinite(ArithmeticError):
    """A NaN or an infinity stands in the map."""


class NotConverged(ArithmeticError):
    """The iteration for the largest singular values did not settle."""


def affordable(count: int, rows: int, columns: int) -> bool:
    """Whether `count` matrices of this size can be factored."""
    short = min(rows, columns)
    entries = count * rows * columns
    return short <= DENSE_SIDE and entries <= FACTOR_ENTRIES and entries * short <= FACTOR_WORK


def matrix_rank(values: Array, rows: int, columns: int, eps: float) -> Array:
    """How many singular values along the last axis are above eps max(rows, columns) max(values).

    The tolerance is that of numpy.linalg.matrix_rank (Press et al., Numerical Recipes, 3rd ed.,
    2007, page 795).
    """
    least = values.max(axis=-1, initial=0.0, keepdims=True) * max(rows, columns) * eps
    return (values > least).sum(axis=-1)


def rank_of(values: Array, rows: int, columns: int, eps: float) -> int:
    """The same of one matrix whose values descend, without an array of their size."""
    least = values[0] * max(rows, columns) * eps
    return bisect_left(range(len(values)), True, key=lambda at: bool(values[at] <= least))


def factored(matrices: Array, progress: Progress | None = None) -> Array:
    """[..., p, q] -> the singular values [..., min(p, q)], descending, as float64.

    `NotFinite` where there are none. A single matrix is one call that cannot be ended.
    """
    matrices = finite(matrices)
    *lead, rows, columns = matrices.shape
    if min(rows, columns) <= 1:
        axes = tuple(range(-2, 0))
        found = np.sqrt((matrices**2).sum(axis=axes))[..., None]
        return found if rows and columns else np.zeros((*lead, 0))
    flat = matrices.reshape(-1, rows, columns)
    found = np.empty((len(flat), min(rows, columns)))
    for part in parts(slice(0, len(flat)), together(rows, columns), progress):
        found[part] = np.linalg.svd(flat[part], compute_uv=False)
    return found.reshape(*lead, min(rows, columns))


def determinants(matrices: Array, power: int = 1) -> Determinant:
    """The product of the determinants of [..., p, p], each to a power, by LU factorisation."""
    return product_of(*np.linalg.slogdet(matrices), power)


def triangle(made: LinearMap, progress: Progress | None = None) -> tuple[Array, float, int]:
    """A small matrix with the map's singular values, its norm, and its count of non-zeros.

    The matrix is built in windows along its longer side, each of which is joined to the triangle
    of those before by a QR factorisation (Demmel, Grigori, Hoemmen and Langou,
    Communication-optimal parallel and sequential QR and LU factorizations, SIAM J. Sci. Comput.
    34, 2012): no precision is lost as in the Gram matrix, and no more memory is taken than that
    of a window.
    """
    tall = made.rows >= made.columns
    longer, short = max(made.rows, made.columns), min(made.rows, made.columns)
    step = max(STACK_ENTRIES // max(short, 1), short, 1)
    known: Array = np.zeros((0, short))
    norm, nonzeros = 0.0, 0
    for part in parts(slice(0, longer), step, progress):
        window = made.window(part) if tall else made.window(slice(None), part).T
        window = finite(window)
        norm, nonzeros = math.hypot(norm, _norm(window)), nonzeros + int(np.count_nonzero(window))
        joined = np.concatenate([known, window])
        known = joined if longer <= step else np.linalg.qr(joined, mode="r")
    return known, norm, nonzeros


def largest(made: LinearMap, progress: Progress | None = None) -> Array:
    """The `LARGEST` largest singular values, descending, without building the matrix.

    ARPACK's Lanczos iteration on J^T J (scipy.sparse.linalg.svds), from a fixed start. Such an
    iteration can miss one of several equal values: what was found is taken out of the map, and
    the rest is searched until nothing larger comes. Raises `NotFinite`, `NotConverged`, or what
    `progress` raises.
    """
    # On first use: a headless command that asks for no summary loads no SciPy.
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, svds

    push, pull = _products(made, _told(progress))
    left, right = np.zeros((made.rows, 0)), np.zeros((0, made.columns))
    values = np.zeros(0)

    def search(count: int, start: int) -> tuple[Array, Array, Array]:
        known = LinearOperator(
            (made.rows, made.columns),
            matvec=lambda x: push(x.reshape(-1)) - left @ (values * (right @ x.reshape(-1))),
            rmatvec=lambda y: pull(y.reshape(-1)) - right.T @ (values * (left.T @ y.reshape(-1))),
            dtype="float64",
        )
        first = np.random.RandomState(start).randn(min(made.rows, made.columns))
        found: tuple[Array, Array, Array] = svds(known, k=count, v0=first, tol=_TOLERANCE)
        return found

    try:
        for turn in range(_ROUNDS):
            more = search(1 if turn else LARGEST, turn)
            done = bool(turn) and _is_least(more[1][0], values)
            left = np.concatenate([left, more[0]], axis=1)
            values = np.concatenate([values, more[1]])
            right = np.concatenate([right, more[2]])
            if done:
                return np.sort(values)[::-1][:LARGEST]
    except ArpackNoConvergence:
        pass
    raise NotConverged


def finite(array: Array) -> Array:
    """The array on the host as float64; `NotFinite` where an entry is NaN or infinite."""
    found = to_numpy(array).astype("float64", copy=False)
    if not np.isfinite(found).all():
        raise NotFinite
    return found


def _is_least(value: float, known: Array) -> bool:
    least = np.sort(known)[::-1][LARGEST - 1]
    return bool(value <= least * (1 + 1e-6))


def _norm(matrix: Array) -> float:
    return float(np.linalg.norm(matrix))


def together(rows: int, columns: int) -> int:
    """How many matrices go into one call: small ones many, so that progress is told in between."""
    return max(STACK_ENTRIES // (16 * rows * columns), 1)


def _told(progress: Progress | None) -> Callable[[], None]:
    """To be called at each product; how many there will be is a guess, so the end is never told."""
    if progress is None:
        return lambda: None
    done, expected = 0, 40 * LARGEST

    def tell() -> None:
        nonlocal done
        progress(done / (done + expected))
        done += 1

    return tell


def _products(
    made: LinearMap, tell: Callable[[], None]
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    def push(x: Array) -> Array:
        tell()
        return finite(made.jvp(made.xp.asarray(x.reshape(made.in_shape)))).reshape(-1)

    def pull(y: Array) -> Array:
        tell()
        return finite(made.vjp(made.xp.asarray(y.reshape(made.out_shape)))).reshape(-1)

    return push, pull
