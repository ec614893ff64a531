"""The GELU of float32 against SciPy's in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import erfcx, ndtr

from runtime.kernels import gelu

SINGLE = np.finfo("float32").eps


def spread() -> np.ndarray:
    """Numbers over all magnitudes, densely where the curve bends."""
    near = np.linspace(-16, 16, 400_001)
    far = np.logspace(-40, 37, 2001)
    return np.concatenate([near, far, -far]).astype("float32")


def exact(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = x.astype("float64")
    return x * ndtr(x), ndtr(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def both(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y = np.empty_like(x)
    with np.errstate(all="ignore"):
        gelu.value(x, y)
        return y, gelu.slope(x)


def test_the_rational_function_is_that_of_the_error_function():
    a = np.linspace(0, gelu.FAR, 100_001)
    above = np.polynomial.polynomial.polyval(a, gelu.ABOVE)
    r = above / np.polynomial.polynomial.polyval(a, (*gelu.BELOW, 1.0))
    exact_r = erfcx(a / math.sqrt(2)) / 2
    assert (np.abs(r - exact_r) * np.exp(-a * a / 2)).max() < 5e-9
    assert (np.abs(r / exact_r - 1)).max() < 5e-6


def test_value_and_slope_are_those_of_the_normal_distribution():
    x = spread()
    y, slope = both(x)
    exact_y, exact_slope = exact(x)
    assert (np.abs(y - exact_y) / np.maximum(1, np.abs(exact_y))).max() < 1e-7
    assert np.abs(slope - exact_slope).max() < 1.5 * SINGLE


def test_far_below_zero_the_value_keeps_its_digits():
    x = np.linspace(-12, -1e-6, 100_001).astype("float32")
    y, _ = both(x)
    assert (np.abs(y / exact(x)[0] - 1)).max() < 1e-5


@pytest.mark.parametrize(
    ("number", "value", "slope"),
    [
        (math.inf, math.inf, 1.0),
        (-math.inf, 0.0, 0.0),  # the limit
        (math.nan, math.nan, math.nan),
        (0.0, 0.0, 0.5),
        (3e38, 3e38, 1.0),
        (-3e38, 0.0, 0.0),
    ],
)
def test_numbers_at_the_ends(number, value, slope):
    found = both(np.array([number], "float32"))
    np.testing.assert_array_equal(found, np.array([[value], [slope]], "float32"))


@pytest.mark.parametrize("size", [0, 1, gelu.BLOCK - 1, gelu.BLOCK, 2 * gelu.BLOCK + 3])
def test_blocks_change_no_number(size):
    x = np.random.RandomState(0).standard_normal(size).astype("float32")
    y, slope = both(x)
    for start in range(0, size, 1000):
        part = slice(start, start + 1000)
        one, other = both(x[part])
        np.testing.assert_array_equal(y[part], one)
        np.testing.assert_array_equal(slope[part], other)


def test_a_result_may_lie_on_its_input():
    x = np.random.RandomState(0).standard_normal(gelu.BLOCK + 5).astype("float32")
    y, slope = both(x)
    found = np.empty_like(x)
    scratch = np.empty((gelu.SCRATCH, gelu.BLOCK), "float32")
    gelu.gelu(gelu.blocks(x), gelu.blocks(x), gelu.blocks(found), scratch)
    np.testing.assert_array_equal(x, y)
    np.testing.assert_array_equal(found, slope)
