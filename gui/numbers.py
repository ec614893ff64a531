"""How numbers are written for a person in the window: those of `runtime.numerals`, and quantities.

Counts are grouped by thin spaces. `plain` is for copying: full precision, ASCII.
"""

from __future__ import annotations

import re
from typing import Any

from runtime.numerals import INFINITY, MINUS, format_number, format_shape

THIN_SPACE = "\u2009"
_COMMAS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")

__all__ = [
    "INFINITY",
    "MINUS",
    "THIN_SPACE",
    "format_bytes",
    "format_count",
    "format_duration",
    "format_number",
    "format_percent",
    "format_shape",
    "grouped",
    "plain",
]


def format_count(count: int) -> str:
    """`12 345`, grouped by thin spaces."""
    return f"{abs(count):,}".replace(",", THIN_SPACE).join((MINUS if count < 0 else "", ""))


def grouped(text: str) -> str:
    """What a terminal is told with commas in its counts, as the window writes them."""
    return _COMMAS.sub(THIN_SPACE, text)


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
