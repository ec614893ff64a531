"""The nearest known word for a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

# A file may hold 100,000 long ids, and comparing takes the product of the lengths.
MOST = 1000
LONGEST = 64


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "axis"?`, or the empty text where nothing is near."""
    words = [other for other in islice(known, MOST) if len(other) <= LONGEST]
    near = difflib.get_close_matches(word[:LONGEST], words, n=1)
    return f'Did you mean "{near[0]}"?' if near else ""
