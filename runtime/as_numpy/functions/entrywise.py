"""Entry by entry, and what a broadcast takes to undo."""

from __future__ import annotations

import math

import numpy as np

from runtime.array import Array


def sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Undo a broadcast: what was repeated gets the sum over all its copies."""
    gradient = np.asarray(gradient)
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), with the exponential of -|x| alone, so that nothing overflows."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, np.ones_like(small), small) / (1 + small)


def normal_share(x: Array) -> Array:
    """The share of a normal distribution that lies below x: (1 + erf(x / sqrt 2)) / 2."""
    erf = np.vectorize(math.erfc, otypes=[float])
    return (0.5 * erf(-x / math.sqrt(2))).astype(x.dtype)


def winner(a: Array, b: Array) -> Array:
    """1 where a wins, 1/2 where both are equal, else 0; for the smaller one exchange them."""
    return (0.5 * (a > b) + 0.5 * (a >= b)).astype(a.dtype)


def power_slope(a: Array, b: Array) -> Array:
    """The derivative of a^b by a; 0 where b is 0."""
    return np.where(b == 0, np.zeros_like(a * b), b * a ** (b - 1.0))


def exponent_slope(a: Array, b: Array, y: Array) -> Array:
    """The derivative of y = a^b by b; 0 where a is 0 and b at least 0."""
    return np.where((a == 0) & (b >= 0), np.zeros_like(y), y * np.log(a))
