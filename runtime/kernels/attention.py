"""Attention by heads, over a portion of them at a time, so that its scores stay in the cache.

Shapes here: query [n, h, t, d], key [n, h, k, d], value and y [n, h, t or k, e], weights
[n, h, t, k]; all may be views but weights and sums, which are C-contiguous.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from runtime.array import Array

CACHED = 2**18
"""Bytes of scores in a portion."""

Portion = tuple[slice, slice]


def portions(shape: tuple[int, ...], itemsize: int) -> Iterator[Portion]:
    """The weights' axes n and h in pieces whose scores are at most `CACHED` bytes, if these are.

    A piece has many entries of one axis only where it has all of the next: it is one stretch.
    """
    count, heads, *rest = shape
    together = max(CACHED // (math.prod(rest) * itemsize), 1)
    if together >= heads:
        step = together // heads
        for start in range(0, count, step):
            yield slice(start, start + step), slice(None)
        return
    for place in range(count):
        for start in range(0, heads, together):
            yield slice(place, place + 1), slice(start, start + together)


def attend(
    query: Array,
    key: Array,
    value: Array,
    hidden: Array | None,
    weights: Array,
    sums: Array,
    y: Array,
) -> None:
    """Write weights, softmax(query keyᵀ), and y, weights times value; the query is scaled before.

    `hidden` [t, k] says which keys a query may not read; one that may read none reads zeros.
    `sums` is [n, h, t, 1] for the softmax's work.
    """
    np.matmul(query, key.swapaxes(-1, -2), weights)
    if hidden is not None:
        np.copyto(weights, -np.inf, where=hidden)
    softmax(weights, sums)
    np.matmul(weights, value, y)


def softmax(scores: Array, sums: Array) -> None:
    """Over the last axis, in place; zeros where every score is minus infinity."""
    numbers = np.finfo(scores.dtype)
    columns = scores.shape[-1]
    np.maximum.reduce(scores, -1, out=sums, keepdims=True)
    np.maximum(sums, numbers.min, out=sums)  # so that no infinity is taken from another
    np.subtract(scores, sums, scores)
    np.exp(scores, scores)
    ones = np.ones(columns, scores.dtype)
    np.dot(scores.reshape(-1, columns), ones, sums.reshape(-1))  # a fifth of the time of a sum
    np.maximum(sums, numbers.tiny, out=sums)
    np.divide(scores, sums, scores)


def through(gradient: Array, value: Array, dots: Array, weights: Array, scores: Array) -> None:
    """Write the scores' gradient from that of y.

    `dots` [n, h, t, 1] are the sums of y times its gradient: those of the weights times theirs.
    """
    np.matmul(gradient, value.swapaxes(-1, -2), scores)
    np.subtract(scores, dots, scores)
    np.multiply(scores, weights, scores)


def times_transposed(matrices: Array, others: Array, out: Array) -> None:
    """Write the products of the transposed matrices with the others."""
    np.matmul(matrices.swapaxes(-1, -2), others, out)
