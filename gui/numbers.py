"""How numbers are written for a person, the same in every locale.

Four significant digits with trailing zeros cut, a true minus, a decimal point, counts grouped
by thin spaces. `plain` is for copying: full precision, ASCII.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

MINUS = "−"
INFINITY = "∞"
THIN_SPACE = "\u2009"
SMALLEST, LARGEST = 0.001, 99_999
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


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


def format_count(count: int) -> str:
    """`12 345`, grouped by thin spaces."""
    return f"{abs(count):,}".replace(",", THIN_SPACE).join((MINUS if count < 0 else "", ""))


def format_bytes(count: int) -> str:
    """`512 B`, `1.5 MiB`."""
    size, unit = float(count), 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    text = f"{size:.1f}".removesuffix(".0") if size < 100 else f"{size:.0f}"
    return f"{text} {UNITS[unit]}"


def format_duration(seconds: float) -> str:
    """`12 ms`, `1.4 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{format_number(seconds * 1000, 2)} ms"
    if seconds < 60:
        return f"{format_number(seconds, 2)} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def format_percent(share: float) -> str:
    """`3.2%` of a share between 0 and 1."""
    return f"{format_number(share * 100, 2 if share < 1 else 3)}%"


def plain(number: Any) -> str:
    """Full precision in ASCII, to be copied; reads back as the same number."""
    if hasattr(number, "item"):
        number = number.item()
    return repr(number)
