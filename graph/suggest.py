"""The nearest known word for a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

# A file may hold 100,000 long ids, and comparing takes the product of the lengths.
MOST = 1000
LONGEST = 64


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is near a misspelt one, or the empty text."""
    words = [other for other in islice(known, MOST) if len(other) <= LONGEST]
    same = next((other for other in words if other.casefold() == word.casefold()), "")
    near = difflib.get_close_matches(word[:LONGEST], words, n=1) if not same else [same]
    return near[0] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "axis"?`, or the empty text where nothing is near."""
    near = nearest(word, known)
    return f'Did you mean "{near}"?' if near else ""
