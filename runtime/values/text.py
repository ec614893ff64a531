"""A typed value: a hand-written parser that makes nested lists of numbers, or finds a call."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from runtime.values.calls import CALL, Value, read_call
from runtime.values.numbers import MAX_BYTES, MINUS, BadValue, Reader, check_length, reader

__all__ = ["MAX_BYTES", "Value", "parse_value"]

MAX_DEPTH = 32
_WORD = re.compile(r"[\[\],;\n]|[^\s\[\],;]+")


def parse_value(text: str, dtype: str = "float64") -> Value:
    """Read a typed value whose numbers become `dtype`; raises `BadValue`.

    The size of a call is checked before memory is taken.
    """
    check_length(text)
    text = text.replace(MINUS, "-")
    call = CALL.fullmatch(text)
    if call:
        return read_call(call, dtype)
    shape, numbers = _regular(_tree(text, reader(dtype)))
    array = np.array(numbers, dtype).reshape(shape)
    return Value(shape, lambda draw=None: array)


class _Level:
    """One open bracket, or the whole text: rows of items, and what came last."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.rows: list[list[Any]] = [[]]
        self.after_comma = False

    def add(self, item: Any) -> None:
        self.rows[-1].append(item)
        self.after_comma = False

    def comma(self) -> None:
        if self.after_comma or not self.rows[-1]:
            raise BadValue('","', "a number before it")
        self.after_comma = True

    def row(self) -> None:
        if self.rows[-1]:
            self.rows.append([])
        self.after_comma = False

    def close(self) -> list[Any]:
        if len(self.rows) > 1 and not self.rows[-1]:
            self.rows.pop()  # a semicolon at the end opens no row
            return self.rows
        return self.rows if len(self.rows) > 1 else self.rows[0]


def _tree(text: str, read: Reader) -> Any:
    """Nested lists of numbers, not yet known to be regular."""
    levels = [_Level()]
    for word in _WORD.finditer(text):
        try:
            _take(levels, word[0], word.start(), read)
        except BadValue as error:
            raise error.moved_to(word.span()) from None
    if len(levels) > 1:
        at = (levels[-1].at, levels[-1].at + 1)
        raise BadValue("an open bracket", '"]" at the end', at=at)
    whole = levels[0].close()
    if not whole:
        raise BadValue("nothing", "a number, or numbers in brackets")
    return whole[0] if len(whole) == 1 and len(levels[0].rows) == 1 else whole


def _take(levels: list[_Level], word: str, start: int, read: Reader) -> None:
    """One more word of the text."""
    level = levels[-1]
    if word == "[":
        levels.append(_Level(start))
        if len(levels) > MAX_DEPTH + 1:
            raise BadValue("more brackets", f"at most {MAX_DEPTH} inside each other")
    elif word == "]":
        if len(levels) == 1:
            raise BadValue('"]"', 'a "[" before it')
        levels.pop()
        levels[-1].add(level.close())
    elif word == ",":
        level.comma()
    elif word == ";" or (word == "\n" and len(levels) == 1):
        level.row()
    elif word != "\n":
        level.add(read(word))


def _regular(tree: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Shape and flat numbers of nested lists; raises `BadValue` where rows differ."""
    shape: list[int] = []
    level = [tree]
    while level and any(isinstance(item, list) for item in level):
        size = len(level[0]) if isinstance(level[0], list) else -1
        for index, item in enumerate(level):
            found = len(item) if isinstance(item, list) else -1
            if found != size:
                raise _uneven(shape, index, found, size)
        shape.append(size)
        level = [number for item in level for number in item]
    return tuple(shape), level


def _uneven(shape: list[int], index: int, found: int, size: int) -> BadValue:
    place = ", ".join(str(int(i)) for i in np.unravel_index(index, shape or (1,)))
    if -1 in (found, size):
        return BadValue("a number beside a row", "rows of equal length, or numbers alone")
    return BadValue(f"row {place} of length {found}", f"length {size} as row 0 has")
