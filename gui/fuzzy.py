"""Fuzzy matching: letters in order, where the beginnings of words and humps count most.

`cel` finds CrossEntropyLoss, `bce lo` BCELoss and BCEWithLogitsLoss, `mm` MatMul.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from functools import lru_cache

EXACT, BEGIN, HUMP, RUN, PLAIN, GAP = 20.0, 10.0, 8.0, 7.0, 1.0, 0.3
LONGEST = 64  # letters of a query that count
CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, " _-.:/")


def score(query: str, text: str) -> float | None:
    """How well a text answers a query: more is better, None where it does not.

    The query's words may match anywhere in the text, each as letters in order that begin where
    a word or a hump does, or as a run inside it. An empty query fits everything.
    """
    words, folded = _folded(query[:LONGEST]).split(), _folded(text)
    found = [_score_of_word(word, folded, text) for word in words]
    if None in found:
        return None
    whole = EXACT if words and " ".join(words) == folded else 0.0
    return sum(part for part in found if part is not None) + whole - 0.01 * len(text)


def candidates(query: str, texts: Iterable[str]) -> Iterator[int]:
    """The numbers of texts that can answer a query: the letters of each word stand there in order.

    All texts are looked through in one go, which is much quicker than to ask them one by one.
    """
    whole = _folded("\n".join(text.replace("\n", " ") for text in texts))
    words = _folded(query[:LONGEST]).split()
    found = [_lines_with(word, whole) for word in words] or [set(range(whole.count("\n") + 1))]
    return iter(sorted(set.intersection(*found)))


def _lines_with(word: str, whole: str) -> set[int]:
    """The lines that hold a word's letters in order."""
    letters = "[^\n]*?".join(map(re.escape, word))
    starts = (match.start() for match in re.finditer(f"^[^\n]*?{letters}", whole, re.MULTILINE))
    lines, line, at = set(), 0, 0
    for start in starts:
        line += whole.count("\n", at, start)
        at = start
        lines.add(line)
    return lines


def alike(query: str) -> dict[int, str]:
    """What makes texts alike to a query: a table for `str.translate`.

    Of a letter that is not in the query nothing counts but whether it is small, large, a digit or
    none of these. So texts that are the same afterwards have the same score, and of thousands of
    names like `n1234` a few are asked.
    """
    kept = set(_folded(query[:LONGEST]))
    table = {}
    for letters in CLASSES:
        others = [letter for letter in letters if letter.lower() not in kept]
        table |= {ord(letter): others[0] for letter in others}
    return table


def rank(query: str, texts: Iterable[str]) -> list[int]:
    """Which texts answer a query, by their numbers: the best first, equals in their order."""
    scored = [(score(query, text), number) for number, text in enumerate(texts)]
    found = [(-value, number) for value, number in scored if value is not None]
    return [number for _, number in sorted(found)] if query.split() else [n for _, n in found]


def _folded(text: str) -> str:
    """Small letters, as many as there were."""
    return text.lower() if text.isascii() else "".join(letter.lower()[:1] for letter in text)


def _score_of_word(word: str, folded: str, text: str) -> float | None:
    inside = PLAIN + RUN * (len(word) - 1) if word in folded else None
    best = _score_from_humps(word, folded, text)
    return max((s for s in (inside, best) if s is not None), default=None)


def _score_from_humps(word: str, folded: str, text: str) -> float | None:
    """The best way through the text that begins at a hump; `ways` maps a last place to its sum."""
    if word[0] not in folded:
        return None
    worth = _worths(text)
    places = range(len(folded))
    ways = {p: worth[p] for p in places if folded[p] == word[0] and worth[p] > PLAIN}
    for letter in word[1:]:
        ways = {
            place: max(_step(sum_, last, place, worth) for last, sum_ in earlier)
            for place in places
            if folded[place] == letter
            and (earlier := [way for way in ways.items() if way[0] < place])
        }
    return max(ways.values(), default=None)


def _step(sum_: float, last: int, place: int, worth: tuple[float, ...]) -> float:
    if place == last + 1:
        return sum_ + max(RUN, worth[place])
    return sum_ + worth[place] - GAP * min(place - last - 1, 8)


@lru_cache(maxsize=20_000)
def _worths(text: str) -> tuple[float, ...]:
    return tuple(_worth(text, place) for place in range(len(text)))


def _worth(text: str, place: int) -> float:
    """What a letter counts by its place: `BCEWith` has humps at B and W."""
    here, before = text[place], text[place - 1 : place]
    if not before:
        return BEGIN
    after = text[place + 1 : place + 2]
    is_hump = here.isupper() and (not before.isupper() or after.islower())
    is_digit = here.isdigit() and not before.isdigit()
    return HUMP if is_hump or is_digit or not before.isalnum() else PLAIN
