"""A formula as a tree. It is read from a module's LaTeX or built, and written in two scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter, a number, a sign or a command as LaTeX has it: `x`, `2`, `+`, `\\cdot`."""

    latex: str


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called in the graph: plain text that comes from a file."""

    text: str


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as `runtime.numerals.format_number` writes it."""

    text: str

    @property
    def is_negative(self) -> bool:
        """Whether it begins with a minus."""
        return self.text.startswith("−")


@dataclass(frozen=True, slots=True)
class Row:
    """Things side by side."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Scripts:
    """Something with a subscript, a superscript or both."""

    body: Expression
    sub: Expression | None = None
    sup: Expression | None = None


@dataclass(frozen=True, slots=True)
class Fraction:
    """One above the other."""

    over: Expression
    under: Expression


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A command around something: `\\mathrm{...}`, `\\sqrt{...}`, `\\overline{...}`."""

    command: str
    inside: Expression


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows and columns: a tensor in brackets with its shape, or the cases of a definition."""

    kind: Literal["matrix", "cases"]
    rows: tuple[tuple[Expression, ...], ...]
    shape: tuple[int, ...] = field(default=())


Expression = Symbol | Name | Numeral | Row | Scripts | Fraction | Wrapped | Grid

DOT, TIMES, PLUS, MINUS = Symbol(r"\cdot"), Symbol(r"\odot"), Symbol("+"), Symbol("-")
OPEN, CLOSE = Symbol("("), Symbol(")")
TRANSPOSED = Symbol(r"\top")


def row(*items: Expression) -> Expression:
    """Things side by side; rows among them are laid out, and one alone is itself."""
    flat: list[Expression] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def bracketed(item: Expression) -> Expression:
    """In round brackets."""
    return row(OPEN, item, CLOSE)


def guarded(item: Expression) -> Expression:
    """A negative number in brackets, to stand behind a sign."""
    return bracketed(item) if isinstance(item, Numeral) and item.is_negative else item


def joined(items: list[Expression], sign: Symbol) -> Expression:
    """The items with a sign between; behind the first, negative numbers stand in brackets."""
    found: list[Expression] = [items[0]]
    for item in items[1:]:
        found += [sign, guarded(item)]
    return row(*found)


def added(items: list[Expression]) -> Expression:
    """A sum spelled out: `1.5 + 0.2 − 0.7`."""
    found: list[Expression] = [items[0]]
    for item in items[1:]:
        if isinstance(item, Numeral) and item.is_negative:
            found += [MINUS, Numeral(item.text[1:])]
        else:
            found += [PLUS, item]
    return row(*found)


def derivative(of: Expression, by: Expression) -> Fraction:
    """`∂of/∂by`."""
    partial = Symbol(r"\partial")
    return Fraction(row(partial, of), row(partial, by))
