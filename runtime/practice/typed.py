"""Numbers as a person types them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from graph.errors import GradwireError

LONGEST = 400
_NUMBER = re.compile(r"([+-]?)(?=\.?\d)(\d{0,40})(?:\.(\d{0,40}))?(?:e([+-]?\d{1,3}))?", re.ASCII)
_WORDS = {
    "nan": math.nan,
    "inf": math.inf,
    "infinity": math.inf,
    "∞": math.inf,
    "true": 1.0,
    "false": 0.0,
}
_SIGNS = str.maketrans({"−": "-", "\N{EN DASH}": "-", "⁄": "/", "∕": "/"})


class Unreadable(GradwireError):
    """What was typed is no number; the sentence says what is expected."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A number and half a unit of its last digit: how exactly it was typed; 0 for a fraction."""

    value: float
    half_unit: float = 0.0


def read_numbers(text: str) -> tuple[Typed, ...]:
    """Numbers with commas, semicolons or spaces between, in brackets or not.

    Raises `Unreadable` where one of them is none. A point marks the decimals in every locale.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"found {len(text)} letters, expected a number such as -0.67 or 2/3.")
    bare = re.sub(r"\s*/\s*", "/", text.translate(_SIGNS).strip().strip("[]()"))
    parts = [part for part in re.split(r"[,;\s]+", bare) if part]
    if not parts:
        raise Unreadable("found nothing, expected a number such as -0.67 or 2/3.")
    return tuple(map(read_number, parts))


def read_number(text: str) -> Typed:
    """One number, one fraction of two, `nan` or `inf`; raises `Unreadable`."""
    over, slash, under = text.partition("/")
    if not slash:
        return _plain(text)
    divisor = _plain(under).value
    if divisor == 0:
        raise Unreadable(f'found "{text}", expected another number than 0 below the line.')
    return Typed(_plain(over).value / divisor)


def _plain(text: str) -> Typed:
    text = text.casefold()
    word = _WORDS.get(text.lstrip("+-"))
    if word is not None:
        return Typed(-word if text.startswith("-") else word)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Unreadable(f'found "{text}", expected a number such as -0.67 or 2/3.')
    decimals, power = len(found[3] or ""), int(found[4] or 0)
    return Typed(float(text), 0.5 * float(f"1e{power - decimals}"))
