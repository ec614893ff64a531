"""Single numbers as text, of each kind of dtype, and the words in which they are refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graph.errors import GradwireError, sentence
from graph.tensor import itemsize, kind_of
from runtime.memory import show_bytes

Span = tuple[int, int]
Reader = Callable[[str], Any]
MAX_BYTES = 256 * 2**20
MAX_TEXT = 64 * 2**20
MINUS = "−"

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ENDLESS = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_TRUTH = {"true": 1, "false": 0}


class BadValue(GradwireError):
    """A typed value cannot be read; the sentence says what was found and what would do.

    `facts` are found, expected and mend, for a caller who knows better where it was; `at` is
    where in the text, from one character to before another, if it is at one place.
    """

    def __init__(
        self,
        found: str,
        expected: str,
        mend: str = "",
        where: str = "value",
        at: Span | None = None,
    ) -> None:
        self.facts, self.at = (found, expected, mend), at
        super().__init__(sentence(where, found, expected, mend))

    def moved_to(self, at: Span) -> BadValue:
        """The same, known to be at a place."""
        return BadValue(*self.facts, at=self.at or at)


def check_size(shape: Sequence[int], dtype: str) -> None:
    """Raise `BadValue` where a tensor of that shape would need more than `MAX_BYTES`."""
    entries = math.prod(max(size, 1) for size in shape)  # an empty axis hides no endless one
    if entries * itemsize(dtype) > MAX_BYTES:
        size = show_bytes(entries * itemsize(dtype))
        raise BadValue(f"{grouped(entries)} numbers ({size})", f"at most {show_bytes(MAX_BYTES)}")


def check_length(text: str, where: str = "value") -> None:
    """Raise `BadValue` where a text is longer than anything that can be meant."""
    if len(text) > MAX_TEXT:
        found = f"{grouped(len(text))} characters"
        raise BadValue(found, f"at most {grouped(MAX_TEXT)}", where=where)


def grouped(count: int) -> str:
    """A count in groups of three digits."""
    return f"{count:,}".replace(",", "\u2009")


def reader(dtype: str) -> Reader:
    """What turns a word into a number of `dtype`; it raises `BadValue`."""
    kind = kind_of(dtype)
    if kind == "floating":
        largest = float(np.finfo(dtype).max)
        return lambda word: _floating(word, dtype, largest)
    if kind == "boolean":
        return _boolean
    limits = np.iinfo(dtype)
    return lambda word: _integer(word, dtype, int(limits.min), int(limits.max))


def shown(word: str) -> str:
    """A word as a sentence quotes it."""
    if not word:
        return "nothing"
    return f'"{word}"' if len(word) <= 24 else f'"{word[:23]}…"'


def _floating(word: str, dtype: str, largest: float) -> float:
    if NUMBER.fullmatch(word):
        number = float(word)
        if abs(number) > largest and not _rounds_to(number, dtype):
            raise BadValue(shown(word), f"a number up to {largest:.2g} ({dtype})", "Or write inf.")
        return number
    if _ENDLESS.fullmatch(word):
        return float(word)
    raise BadValue(shown(word), "a number", _hint(word))


def _rounds_to(number: float, dtype: str) -> bool:
    """Whether a number is finite in a dtype: the largest, written short, is a little above it."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(np.dtype(dtype).type(number)))


def _integer(word: str, dtype: str, least: int, largest: int) -> int:
    if not NUMBER.fullmatch(word) or len(word) > 400:
        raise BadValue(shown(word), f"a whole number ({dtype})")
    try:
        number = int(word) if word.lstrip("+-").isdigit() else _whole(float(word))
    except (ValueError, OverflowError):
        number = None
    if number is None:
        raise BadValue(shown(word), f"a whole number ({dtype})")
    if not least <= number <= largest:
        raise BadValue(shown(word), f"a whole number from {least} to {largest} ({dtype})")
    return number


def _whole(number: float) -> int | None:
    return int(number) if number.is_integer() else None


def _boolean(word: str) -> int:
    if word in ("0", "1"):
        return int(word)
    if word.lower() not in _TRUTH:
        raise BadValue(shown(word), "true or false")
    return _TRUTH[word.lower()]


def _hint(word: str) -> str:
    """What to do about common slips."""
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", word):
        return "Write a point, not a comma."
    if re.fullmatch(r"[0-9.eE]+([-+*/^]|\*\*)[0-9.eE+-]+", word):
        return "Values are read, not calculated."
    if re.match(r"[A-Za-z_]\w*\(", word):
        return "Close the bracket, as in randn(2, 3)."
    return ""
