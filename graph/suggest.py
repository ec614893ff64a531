"""The nearest known word for a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "axis"?`, or the empty text where nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f'Did you mean "{near[0]}"?' if near else ""
