"""How numbers are written."""

import math

import numpy as np
import pytest

from gui.numbers import (
    format_bytes,
    format_count,
    format_duration,
    format_number,
    format_percent,
    format_shape,
    grouped,
    plain,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (-3, "−3"),
        (0.07701, "0.07701"),
        (0.41614683, "0.4161"),
        (-0.5, "−0.5"),
        (1.2e-5, "1.2e−5"),
        (1.2345e-5, "1.234e−5"),
        (-1.23e-5, "−1.23e−5"),
        (0.001, "0.001"),
        (0.0009994, "9.994e−4"),
        (3.14159265, "3.142"),
        (12345.678, "12346"),
        (99_999.0, "99999"),
        (123456, "123456"),
        (999_999.0, "999999"),
        (1_000_000, "1e6"),
        (1234567.0, "1.235e6"),
        (123456.5, "1.235e5"),
        (1e300, "1e300"),
        (9.99999, "10"),
        (0.99999, "1"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (np.float32(0.1), "0.1"),
        (np.float64(1 / 3), "0.3333"),
        (np.int64(7), "7"),
        (np.bool_(True), "true"),
        (False, "false"),
        (10**30, "1e30"),
    ],
)
def test_numbers(number, text):
    assert format_number(number) == text


def test_only_zero_reads_zero():
    for tiny in (5e-324, 1e-40, np.float16(6e-8)):
        assert format_number(tiny) not in ("0", "−0")


def test_counts_bytes_times_and_shares():
    assert format_count(1234567) == "1\u2009234\u2009567"
    assert format_count(-1234) == "−1\u2009234"
    assert format_count(12) == "12"
    assert grouped("1,437 samples, 2,345,678 in 5,6 of [3, 400]") == (
        "1\u2009437 samples, 2\u2009345\u2009678 in 5,6 of [3, 400]"
    )
    assert format_bytes(512) == "512 B"
    assert format_bytes(1_572_864) == "1.5 MiB"
    assert format_bytes(2048) == "2 KiB"
    assert format_duration(0.012) == "12 ms"
    assert format_duration(1.4) == "1.4 s"
    assert format_duration(200) == "3 min 20 s"
    assert format_percent(0.032) == "3.2%"
    assert format_percent(1.0) == "100%"


def test_shapes():
    assert format_shape(()) == "[]"
    assert format_shape(("B", 4)) == "[B, 4]"


def test_copies_read_back_exactly():
    for number in (0.1, -1 / 3, 1e-300, np.float64(2 / 7)):
        assert float(plain(number)) == number
        assert plain(number).isascii()
