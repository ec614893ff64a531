"""How a number and a shape are written for a person, the same in every locale and everywhere.

Four significant digits with trailing zeros cut, a true minus, a decimal point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

MINUS = "−"
INFINITY = "∞"
SMALLEST, LARGEST = 0.001, 99_999


def format_number(number: Any, digits: int = 4) -> str:
    """`2`, `0.077`, `−1.5`, `1.23e−5`, `NaN`, `∞`; `0` is exactly zero."""
    if isinstance(number, bool) or type(number).__name__ in ("bool", "bool_"):
        return "true" if number else "false"
    if isinstance(number, int):
        return _whole(number) if abs(number) < 1_000_000 else _scientific(float(number), digits)
    value = float(number)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    if value.is_integer() and abs(value) < 1_000_000:
        return _whole(int(value))
    if SMALLEST <= abs(value) <= LARGEST:
        return _positional(value, digits)
    return _scientific(value, digits)


def _whole(number: int) -> str:
    return f"{MINUS if number < 0 else ''}{abs(number)}"


def _positional(value: float, digits: int) -> str:
    before = math.floor(math.log10(abs(value))) + 1
    text = f"{abs(value):.{max(digits - before, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    power = int(exponent)
    sign = MINUS if value < 0 else ""
    return f"{sign}{mantissa}e{MINUS if power < 0 else ''}{abs(power)}"


def format_shape(shape: Sequence[int | str]) -> str:
    """`[B, 4]`; `[]` is a scalar."""
    return "[" + ", ".join(str(size) for size in shape) + "]"
