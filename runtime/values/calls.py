"""Tensors named by what fills them: `zeros(2)`, `randn(4, 3)`, `linspace(0, 1, 5)`.

A name is looked up in a table of what may be written; nothing is ever called by its name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.suggest import did_you_mean
from graph.tensor import kind_of
from runtime.array import Array
from runtime.streams import Stream, stream
from runtime.values.numbers import BadValue, Reader, Span, check_size, reader

MAX_AXES = 32
NORMAL, UNIFORM = "randn", "rand"

CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\(([^()]*|\s*\([^()]*\)\s*)\)\s*")
_WORD = re.compile(r"[^\s,;()\[\]]+")
_SIZE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Value:
    """A value that was understood. `array` builds it: a call costs memory only then.

    Random numbers come from the stream that is given; without one from a stream of their own.
    """

    shape: tuple[int, ...]
    array: Callable[..., Array]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class _Call:
    """What stands in the brackets: words before a semicolon, and words after it."""

    name: str
    words: tuple[tuple[str, Span], ...]
    after: tuple[tuple[str, Span], ...]
    at: Span
    dtype: str

    def sizes(self) -> tuple[int, ...]:
        """All words as the sizes of a tensor that is not too large."""
        for word, at in self.words:
            if not _SIZE.fullmatch(word):
                raise BadValue(f'"{word}" in {self.name}(...)', "sizes of at least 0", at=at)
        if len(self.words) > MAX_AXES:
            found = f"{len(self.words)} sizes in {self.name}(...)"
            raise BadValue(found, f"at most {MAX_AXES}", at=self.at)
        shape = tuple(int(word) for word, _ in self.words)
        check_size(shape, self.dtype)
        return shape

    def numbers(self, words: Sequence[tuple[str, Span]], read: Reader) -> list[Any]:
        """Words as numbers that are finite."""
        found = []
        for word, at in words:
            try:
                found.append(read(word))
            except BadValue as error:
                raise error.moved_to(at) from None
            if not math.isfinite(found[-1]):
                raise BadValue(f'"{word}" in {self.name}(...)', "a finite number", at=at)
        return found

    def count(self, *allowed: int) -> None:
        """Raise unless there are so many words."""
        if len(self.words) not in allowed:
            found, counts = f"{len(self.words)} in {self.name}(...)", " or ".join(map(str, allowed))
            raise BadValue(found, f"{counts}, as in {SPELLED[self.name]}", at=self.at)


def filled(kind: str, shape: Sequence[int], dtype: str, draw: Stream | None = None) -> Array:
    """A tensor of one kind: `zeros`, `ones`, `randn` (normal) or `rand` (uniform in [0, 1)).

    Random ones depend on the stream alone. Raises `BadValue` where it would be too large or where
    whole numbers are asked for.
    """
    check_size(shape, dtype)
    if kind in ("zeros", "ones"):
        return np.full(shape, 1 if kind == "ones" else 0, dtype)
    _refuse_whole(kind, dtype)
    draw = stream(0, "", kind) if draw is None else draw
    drawn = (
        draw.standard_normal(tuple(shape)) if kind == NORMAL else draw.random_sample(tuple(shape))
    )
    return np.asarray(drawn, dtype)


def read_call(match: re.Match[str], dtype: str) -> Value:
    """The value that a call stands for; raises `BadValue`."""
    name, inside = match[1], match[2]
    if name not in SPELLED:
        known = ", ".join(SPELLED)
        hint = did_you_mean(name, SPELLED)
        raise BadValue(f'"{name}(...)"', f"one of {known}", hint, at=match.span(1))
    head, semicolon, _ = inside.partition(";")
    start = match.start(2)
    words = [(w[0], (start + w.start(), start + w.end())) for w in _WORD.finditer(inside)]
    before = tuple(word for word in words if word[1][0] - start < len(head))
    after = tuple(words[len(before) :])
    call = _Call(name, before, after, match.span(2), dtype)
    if name != "full" and semicolon:
        at = (start + len(head), start + len(head) + 1)
        raise BadValue(f'";" in {name}(...)', f"commas, as in {SPELLED[name]}", at=at)
    return _MAKERS[name](call)


def _fill(call: _Call) -> Value:
    shape = call.sizes()
    if call.name in (NORMAL, UNIFORM):
        _refuse_whole(call.name, call.dtype, call.at)
    return Value(shape, lambda draw=None: filled(call.name, shape, call.dtype, draw))


def _full(call: _Call) -> Value:
    if len(call.after) != 1:
        found = f"{len(call.after)} numbers after the sizes in full(...)"
        raise BadValue(found, f"one, as in {SPELLED['full']}", at=call.at)
    word, at = call.after[0]
    try:
        number = reader(call.dtype)(word)
    except BadValue as error:
        raise error.moved_to(at) from None
    shape = call.sizes()
    return Value(shape, lambda draw=None: np.full(shape, number, call.dtype))


def _eye(call: _Call) -> Value:
    call.count(1, 2)
    rows, columns = call.sizes()[0], call.sizes()[-1]
    check_size((rows, columns), call.dtype)
    return Value((rows, columns), lambda draw=None: np.eye(rows, columns, dtype=call.dtype))


def _arange(call: _Call) -> Value:
    call.count(1, 2, 3)
    numbers = call.numbers(call.words, _whole_or_floating(call.dtype))
    start, stop = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1
    if step == 0:
        raise BadValue('step "0" in arange(...)', "another step", at=call.words[2][1])
    # Division first: a difference of two large numbers may be endless.
    steps = stop / step - start / step
    if not math.isfinite(steps) or steps > 2**53:
        raise BadValue("too many numbers in arange(...)", "a larger step", at=call.at)
    count = max(math.ceil(steps), 0)
    check_size((count,), call.dtype)
    for number in (start, start + step * (count - 1)) if count else ():
        try:
            reader(call.dtype)(str(number))
        except BadValue as error:
            raise error.moved_to(call.at) from None

    def make(draw: Stream | None = None) -> Array:
        return np.asarray(start + step * np.arange(count), call.dtype)

    return Value((count,), make)


def _linspace(call: _Call) -> Value:
    call.count(3)
    _refuse_whole(call.name, call.dtype, call.at)
    start, stop = call.numbers(call.words[:2], reader(call.dtype))
    word, at = call.words[2]
    if not _SIZE.fullmatch(word):
        raise BadValue(f'"{word}" in linspace(...)', "how many numbers", at=at)
    count = int(word)
    check_size((count,), call.dtype)
    return Value((count,), lambda draw=None: _between(start, stop, count, call.dtype))


def _between(start: float, stop: float, count: int, dtype: str) -> Array:
    share = np.arange(count) / max(count - 1, 1)
    return np.asarray(start * (1 - share) + stop * share, dtype)  # no overflow in between


def _whole_or_floating(dtype: str) -> Reader:
    return reader("int64" if kind_of(dtype) != "floating" else dtype)


def _refuse_whole(kind: str, dtype: str, at: Span | None = None) -> None:
    if kind_of(dtype) != "floating":
        raise BadValue(f"{kind}, which gives fractions", f"whole numbers ({dtype})", at=at)


SPELLED = {
    "zeros": "zeros(2, 3)",
    "ones": "ones(2, 3)",
    NORMAL: "randn(2, 3)",
    UNIFORM: "rand(2, 3)",
    "full": "full(2, 3; 0.5)",
    "eye": "eye(3)",
    "arange": "arange(0, 5, 1)",
    "linspace": "linspace(0, 1, 5)",
}
_MAKERS: dict[str, Callable[[_Call], Value]] = {
    "zeros": _fill,
    "ones": _fill,
    NORMAL: _fill,
    UNIFORM: _fill,
    "full": _full,
    "eye": _eye,
    "arange": _arange,
    "linspace": _linspace,
}
