"""The exact GELU in float32, x Φ(x), and its slope Φ(x) + x φ(x), without SciPy.

With a = |x| and r(a) = Φ(-a) / e^(-a²/2), which falls slowly from 1/2, both are

    y     = max(x, 0) - a e^(-a²/2) r(a)
    slope = 1/2 + sign(x) (1/2 - e^(-a²/2) (r(a) - a / √(2π)))

so that one exponential serves both, and y keeps its digits far below 0, where Φ is all but gone.
r is a rational function of a, after W. J. Cody, "Rational Chebyshev approximations for the error
function", Mathematics of Computation 23 (1969), there for erfc. The coefficients are a minimax fit
of degrees 3 and 4 to SciPy's erfcx over 0 to `FAR`: it errs by 5e-9 in Φ, and by 5e-6 of Φ where
that is small. In float32 rounding adds to it: Φ is within 1.5e-7, two units of its last place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from runtime.array import Array

BLOCK = 32768
"""How many entries are worked on at once: what is read and written of them stays in the cache."""
SCRATCH = 4
"""How many rows of `BLOCK` entries the work takes."""
FAR = 14.0
"""Beyond it e^(-a²/2) is 0 in float32."""

ABOVE = (15.14186088, 10.06362183, 3.1119005329, 0.3987670229)
BELOW = (30.28372204, 44.290133822, 26.42067707, 7.7857965250)
"""r(a) = (ABOVE[0] + ... + ABOVE[3] a³) / (BELOW[0] + ... + BELOW[3] a³ + a⁴)."""


def _constants(*numbers: float) -> list[Array]:
    return [np.array(number, np.float32) for number in numbers]


_ABOVE, _BELOW = _constants(*ABOVE), _constants(*BELOW)
_HALF, _MINUS_HALF, _DENSITY = _constants(0.5, -0.5, 1 / math.sqrt(2 * math.pi))
_FAR = np.full(BLOCK, FAR, np.float32)  # NumPy's minimum is slow beside a single number,
_ZERO = np.zeros(BLOCK, np.float32)  # and so is its maximum
_SIGN = np.array(-(2**31), np.int32)


def blocks(array: Array) -> list[Array]:
    """A C-contiguous array as stretches of at most `BLOCK` entries."""
    flat = array.reshape(array.size)
    return [flat[start : start + BLOCK] for start in range(0, array.size, BLOCK)]


def value(x: Array, y: Array) -> None:
    """Write x Φ(x) into y, which is C-contiguous; float32."""
    _whole(x, y, None)


def slope(x: Array) -> Array:
    """The derivative, Φ(x) + x φ(x); float32."""
    found = np.empty(x.shape, x.dtype)
    _whole(x, None, found)
    return found


def _whole(x: Array, y: Array | None, slope: Array | None) -> None:
    xs, ys, slopes = (
        None if array is None else blocks(array) for array in (np.ascontiguousarray(x), y, slope)
    )
    assert xs is not None
    gelu(xs, ys, slopes, np.empty((SCRATCH, min(x.size, BLOCK)), x.dtype))


def gelu(
    xs: Sequence[Array],
    ys: Sequence[Array] | None,
    slopes: Sequence[Array] | None,
    scratch: Array,
) -> None:
    """Write y and the slope, block by block; float32. `ys` may be `xs`.

    At minus infinity y is 0, its limit, though infinity times 0 has no value.
    `scratch` is [SCRATCH, at least the longest block].
    """
    for number, x in enumerate(xs):
        a, e, r, rest = (row[: x.size] for row in scratch)
        _falling(x, a, e, r, rest)
        if slopes is not None:
            _slope(x, slopes[number], a, e, r, rest)
        if ys is not None:
            _value(x, ys[number], a, e, r, rest)


def _falling(x: Array, a: Array, e: Array, r: Array, below: Array) -> None:
    """|x| up to `FAR`, e^(-x²/2) and r(|x|)."""
    np.absolute(x, a)
    np.multiply(a, a, e)
    np.multiply(e, _MINUS_HALF, e)
    np.exp(e, e)
    np.minimum(a, _FAR[: a.size], out=a)
    np.multiply(a, _ABOVE[3], r)
    for constant in (_ABOVE[2], _ABOVE[1]):
        np.add(r, constant, r)
        np.multiply(r, a, r)
    np.add(r, _ABOVE[0], r)
    np.add(a, _BELOW[3], below)
    for constant in (_BELOW[2], _BELOW[1], _BELOW[0]):
        np.multiply(below, a, below)
        np.add(below, constant, below)
    np.divide(r, below, r)


def _slope(x: Array, slope: Array, a: Array, e: Array, r: Array, rest: Array) -> None:
    np.multiply(a, _DENSITY, rest)
    np.subtract(r, rest, rest)
    np.multiply(rest, e, rest)
    np.subtract(_HALF, rest, rest)
    bits = slope.view(np.int32)
    np.bitwise_and(x.view(np.int32), _SIGN, bits)  # three times as fast as copysign
    np.bitwise_xor(rest.view(np.int32), bits, bits)
    np.add(slope, _HALF, slope)


def _value(x: Array, y: Array, a: Array, e: Array, r: Array, rest: Array) -> None:
    np.multiply(r, e, r)
    np.multiply(r, a, r)
    np.maximum(x, _ZERO[: x.size], out=rest)
    np.subtract(rest, r, y)
