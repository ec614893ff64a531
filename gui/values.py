"""Typed values: a small grammar that is parsed, never evaluated.

| written | shape |
|---|---|
| `2`, `-1.5e3`, `nan`, `inf`, `true` | [] |
| `1 2 3` or `1, 2, 3` | [3] |
| `1 2; 3 4`, or two lines | [2, 2] |
| `[1, 2; 3, 4]`, `[[1, 2], [3, 4]]` | [2, 2] |
| `zeros(2)`, `ones(3, 4)`, `randn(4, 3)`, `rand(5)` | as written |

Commas and spaces part numbers, a semicolon parts rows. A true minus is read like `-`.
`parse_table` reads what a spreadsheet copies; `write_value` writes what `parse_value` reads.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.errors import GradwireError, sentence
from graph.suggest import did_you_mean
from graph.tensor import itemsize, kind_of
from gui.numbers import MINUS, format_bytes, format_count

Array = np.ndarray[Any, Any]
MAX_BYTES = 256 * 2**20
MAX_TEXT = 64 * 2**20
MAX_DEPTH = 32
NORMAL, UNIFORM = "randn", "rand"

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\(\s*[\[(]?([^()\[\]]*)[\])]?\s*\)\s*")
_WORD = re.compile(r"[\[\],;\n]|[^\s\[\],;]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ENDLESS = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_TRUTH = {"true": 1, "false": 0}


class BadValue(GradwireError):
    """A typed value cannot be read; the sentence says what was found and what would do.

    `facts` are found, expected and mend, for a caller who knows better where it was.
    """

    def __init__(self, found: str, expected: str, mend: str = "", where: str = "value") -> None:
        self.facts = (found, expected, mend)
        super().__init__(sentence(where, found, expected, mend))


@dataclass(frozen=True)
class Value:
    """A value that was understood. `array(seed)` builds it; a call costs memory only then."""

    shape: tuple[int, ...]
    array: Callable[[int], Array]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def parse_value(text: str, dtype: str = "float64") -> Value:
    """Read a typed value whose numbers become `dtype`; raises `BadValue`.

    The size of a call is checked before memory is taken.
    """
    if len(text) > MAX_TEXT:
        raise BadValue(f"{format_count(len(text))} characters", f"at most {format_count(MAX_TEXT)}")
    call = _CALL.fullmatch(text)
    if call:
        return _call(call[1], call[2], dtype)
    shape, numbers = _regular(_tree(text.replace(MINUS, "-"), _reader(dtype)))
    array = np.array(numbers, dtype).reshape(shape)
    return Value(shape, lambda seed: array)


def filled(kind: str, shape: Sequence[int], dtype: str, seed: int = 0) -> Array:
    """A tensor of one kind: `zeros`, `ones`, `randn` (normal) or `rand` (uniform in [0, 1)).

    Random ones depend on the seed alone. Raises `BadValue` where it would be too large or where
    whole numbers are asked for.
    """
    check_size(shape, dtype)
    if kind in ("zeros", "ones"):
        return np.full(shape, 1 if kind == "ones" else 0, dtype)
    if kind_of(dtype) != "floating":
        raise BadValue(f"{kind}, which gives fractions", f"whole numbers ({dtype})")
    stream = np.random.RandomState(np.random.MT19937(seed))
    draw = stream.standard_normal if kind == NORMAL else stream.random_sample
    return np.asarray(draw(tuple(shape)), dtype)


def check_size(shape: Sequence[int], dtype: str) -> None:
    """Raise `BadValue` where a tensor of that shape would need more than `MAX_BYTES`."""
    entries = math.prod(max(size, 1) for size in shape)  # an empty axis hides no endless one
    if entries * itemsize(dtype) > MAX_BYTES:
        raise BadValue(
            f"{format_count(entries)} numbers ({format_bytes(entries * itemsize(dtype))})",
            f"at most {format_bytes(MAX_BYTES)}",
        )


def parse_table(text: str, dtype: str = "float64", where: str = "clipboard") -> Array:
    """Read CSV or TSV into a matrix; raises `BadValue` naming row and column, from 0.

    Cells are parted by tabs, else by semicolons, else by commas, else by spaces.
    """
    if len(text) > MAX_TEXT:
        found = f"{format_count(len(text))} characters"
        raise BadValue(found, f"at most {format_count(MAX_TEXT)}", where=where)
    read, rows = _reader(dtype), []
    for cells in _cells(text.replace(MINUS, "-")):
        if rows and len(cells) != len(rows[0]):
            found = f"{len(cells)} columns in row {len(rows)}"
            raise BadValue(found, f"{len(rows[0])} as in row 0", where=where)
        rows.append([])
        for column, cell in enumerate(cells):
            try:
                rows[-1].append(read(cell.strip()))
            except BadValue as error:
                place = f"{where}, row {len(rows) - 1}, column {column}"
                raise BadValue(*error.facts, where=place) from None
    if not rows:
        raise BadValue("nothing", "a table of numbers", "Copy cells first.", where=where)
    return np.array(rows, dtype)


def write_value(array: Array) -> str:
    """The value in full precision and ASCII; `parse_value` reads the same numbers back."""
    if array.ndim == 0:
        return write_number(array[()])
    return "[" + ", ".join(write_value(part) for part in array) + "]"


def write_table(array: Array) -> str:
    """A matrix, a vector (one row) or a scalar as TSV in full precision, ASCII."""
    rows = np.atleast_2d(array)
    return "\n".join("\t".join(write_number(number) for number in row) for row in rows)


def write_number(number: Any) -> str:
    """The shortest text that reads back as the same number of its dtype."""
    if isinstance(number, (bool, np.bool_)):
        return "true" if number else "false"
    return str(number).removesuffix(".0")


def _cells(text: str) -> Iterable[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    mark = next((m for m in "\t;," if any(m in line for line in lines)), None)
    if mark is None:
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=mark, skipinitialspace=True)


def _call(name: str, inside: str, dtype: str) -> Value:
    kinds = ("zeros", "ones", NORMAL, UNIFORM)
    if name not in kinds:
        known = ", ".join(kinds)
        raise BadValue(f'"{name}(...)"', f"one of {known}", did_you_mean(name, kinds))
    words = inside.replace(",", " ").split()
    for word in words:
        if not re.fullmatch(r"[0-9]{1,12}", word):
            raise BadValue(f'"{word}" in {name}(...)', "sizes of at least 0")
    shape = tuple(int(word) for word in words)
    if len(shape) > MAX_DEPTH:
        raise BadValue(f"{len(shape)} sizes in {name}(...)", f"at most {MAX_DEPTH}")
    check_size(shape, dtype)
    if name in (NORMAL, UNIFORM) and kind_of(dtype) != "floating":
        raise BadValue(f"{name}, which gives fractions", f"whole numbers ({dtype})")
    return Value(shape, lambda seed: filled(name, shape, dtype, seed))


def _reader(dtype: str) -> Callable[[str], Any]:
    """What turns a word into a number of `dtype`; it raises `BadValue`."""
    kind = kind_of(dtype)
    if kind == "floating":
        largest = float(np.finfo(dtype).max)
        return lambda word: _floating(word, dtype, largest)
    if kind == "boolean":
        return _boolean
    limits = np.iinfo(dtype)
    return lambda word: _integer(word, dtype, int(limits.min), int(limits.max))


def _floating(word: str, dtype: str, largest: float) -> float:
    if _NUMBER.fullmatch(word):
        number = float(word)
        if abs(number) > largest:
            raise BadValue(_shown(word), f"a number up to {largest:.2g} ({dtype})", "Or write inf.")
        return number
    if _ENDLESS.fullmatch(word):
        return float(word)
    raise BadValue(_shown(word), "a number", _hint(word))


def _integer(word: str, dtype: str, least: int, largest: int) -> int:
    if not _NUMBER.fullmatch(word) or len(word) > 400:
        raise BadValue(_shown(word), f"a whole number ({dtype})")
    try:
        number = int(word) if word.lstrip("+-").isdigit() else _whole(float(word))
    except (ValueError, OverflowError):
        number = None
    if number is None:
        raise BadValue(_shown(word), f"a whole number ({dtype})")
    if not least <= number <= largest:
        raise BadValue(_shown(word), f"a whole number from {least} to {largest} ({dtype})")
    return number


def _whole(number: float) -> int | None:
    return int(number) if number.is_integer() else None


def _boolean(word: str) -> int:
    if word in ("0", "1"):
        return int(word)
    if word.lower() not in _TRUTH:
        raise BadValue(_shown(word), "true or false")
    return _TRUTH[word.lower()]


def _shown(word: str) -> str:
    if not word:
        return "nothing"
    return f'"{word}"' if len(word) <= 24 else f'"{word[:23]}…"'


def _hint(word: str) -> str:
    """What to do about common slips."""
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", word):
        return "Write a point, not a comma."
    if re.fullmatch(r"[0-9.eE]+([-+*/^]|\*\*)[0-9.eE+-]+", word):
        return "Values are read, not calculated."
    return ""


class _Level:
    """One open bracket, or the whole text: rows of items, and what came last."""

    def __init__(self) -> None:
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


def _tree(text: str, read: Callable[[str], Any]) -> Any:
    """Nested lists of numbers, not yet known to be regular."""
    open_levels = [_Level()]
    for word in _WORD.findall(text):
        level = open_levels[-1]
        if word == "[":
            open_levels.append(_Level())
            if len(open_levels) > MAX_DEPTH + 1:
                raise BadValue("more brackets", f"at most {MAX_DEPTH} inside each other")
        elif word == "]":
            if len(open_levels) == 1:
                raise BadValue('"]"', 'a "[" before it')
            open_levels.pop()
            open_levels[-1].add(level.close())
        elif word == ",":
            level.comma()
        elif word == ";" or (word == "\n" and len(open_levels) == 1):
            level.row()
        elif word != "\n":
            level.add(read(word))
    if len(open_levels) > 1:
        raise BadValue("an open bracket", '"]" at the end')
    whole = open_levels[0].close()
    if not whole:
        raise BadValue("nothing", "a number, or numbers in brackets")
    return whole[0] if len(whole) == 1 and len(open_levels[0].rows) == 1 else whole


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
