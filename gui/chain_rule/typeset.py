"""Explanations with their formulas laid out, once for every width and playhead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gui.formula import Box, lay_out
from runtime.explaining import Explanation, Line
from runtime.explaining.expression import Expression, Symbol


@dataclass(frozen=True, slots=True, eq=False)
class TypesetLine:
    """A line and its parts as boxes; `equals` stands before each of `symbols` and `numbers`."""

    line: Line
    left: Box
    equals: Box
    symbols: tuple[Box, ...]
    numbers: tuple[Box, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Typeset:
    """An explanation and its lines."""

    explanation: Explanation
    lines: tuple[TypesetLine, ...]


def typeset(explanations: Iterable[Explanation], size: float) -> tuple[Typeset, ...]:
    """Lay all formulas out, letters being `size` pixels high. Fit for any thread."""
    return tuple(
        Typeset(each, tuple(_line(line, size) for line in each.lines)) for each in explanations
    )


def _line(line: Line, size: float) -> TypesetLine:
    left, equals = lay_out(line.left, size), lay_out(Symbol("="), size)
    return TypesetLine(line, left, equals, _boxes(line.symbols, size), _boxes(line.numbers, size))


def _boxes(items: Sequence[Expression], size: float) -> tuple[Box, ...]:
    return tuple(lay_out(item, size) for item in items)


def without_numbers(found: TypesetLine) -> TypesetLine:
    """The rule alone, where the numbers are not to be seen yet."""
    return replace(found, line=replace(found.line, numbers=(), result=None), numbers=())
