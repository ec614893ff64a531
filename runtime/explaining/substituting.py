"""Names, then numbers, for the letters of a module's formula."""

from __future__ import annotations

from collections.abc import Mapping

from graph.module import Module
from runtime.explaining.expression import (
    DOT,
    OPEN,
    PLUS,
    TIMES,
    TRANSPOSED,
    Expression,
    Fraction,
    Grid,
    Name,
    Numeral,
    Row,
    Scripts,
    Symbol,
    Wrapped,
    bracketed,
    row,
)
from runtime.explaining.latex import latex
from runtime.explaining.reading import read_latex

Letters = Mapping[str, Expression]
_GREEK = {rf"\{name}" for name in ("alpha", "delta", "lambda", "epsilon", "mu", "sigma")}
_OPENING = {"(", "[", "|", ",", "=", r"\left("}


def letters_of(module: Module) -> dict[str, str]:
    """How the module's formulas write its ports and numbers: LaTeX -> port or attribute.

    A port that no letter stands for is called by its own name; of a run `x0` is `x_{0}`.
    """
    found = {latex(read_latex(text)): name for text, name in type(module).letters.items()}
    for name in module.ports:
        if name not in found.values():
            head, digits = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
            found[f"{head}_{{{digits}}}" if digits else name] = name
    return found


def without_absent(formula: Expression, module: Module) -> Expression:
    """The formula without the term of a port that these settings take away, as `+ b`."""
    if not isinstance(formula, Row):
        return formula
    gone = {key for key, name in type(module).letters.items() if name in module.absent()}
    items = list(formula.items)
    for place, item in enumerate(items):
        body = item.body if isinstance(item, Scripts) else item
        if latex(item) not in gone and latex(body) not in gone:
            continue
        if items[place - 1] == PLUS:
            return Row(tuple(items[: place - 1] + items[place + 1 :]))
        return Row(tuple(items[:place] + items[place + 2 :]))  # `b_o + ...`
    return formula


def put_in(item: Expression, letters: Letters, *, exact: Letters | None = None) -> Expression:
    """The formula with other things for its letters.

    In subscripts only `exact` counts: there a letter is an index, unless it is known not to be.
    """
    exact = {} if exact is None else exact
    match item:
        case Symbol():
            return letters.get(item.latex, item)
        case Row():
            return _row(item, letters, exact)
        case Fraction():
            return Fraction(
                put_in(item.over, letters, exact=exact), put_in(item.under, letters, exact=exact)
            )
        case Wrapped():
            if item.command in (r"\mathrm", r"\mathbf"):
                return item
            if item.command == r"\hat":  # a letter of its own
                return letters.get(latex(item), item)
            return Wrapped(item.command, put_in(item.inside, letters, exact=exact))
        case Grid():
            rows = tuple(
                tuple(put_in(cell, letters, exact=exact) for cell in cells) for cells in item.rows
            )
            return Grid(item.kind, rows, item.shape)
        case Scripts():
            return _scripts(item, letters, exact)
        case Name() | Numeral():
            return item


def _row(item: Row, letters: Letters, exact: Letters) -> Expression:
    found: list[Expression] = []
    was_put = False  # whether what stands before was put in for a letter
    for part in item.items:
        made = put_in(part, letters, exact=exact)
        is_put = made != part
        if is_put and _needs_brackets(made, found):
            made = bracketed(made)
        if (is_put or was_put) and found and _is_operand(found[-1]) and _is_operand(made):
            found.append(DOT)
        found.append(made)
        was_put = is_put
    return row(*found)


def _is_operand(item: Expression) -> bool:
    """Whether it is a factor that wants a sign between it and the next one, once it has a name."""
    if isinstance(item, Symbol):
        return item.latex[0].isalnum() or item.latex in _GREEK
    if isinstance(item, Scripts):
        return _is_operand(item.body)
    if isinstance(item, Row):
        return _is_operand(item.items[0]) or item.items[0] == OPEN
    return isinstance(item, Name | Numeral | Fraction | Grid)


def _needs_brackets(made: Expression, before: list[Expression]) -> bool:
    """Whether a negative number or a sum, put in behind these, must stand in brackets."""
    if isinstance(made, Numeral):
        last = before[-1] if before else OPEN
        return made.is_negative and not (isinstance(last, Symbol) and last.latex in _OPENING)
    return False


def _scripts(item: Scripts, letters: Letters, exact: Letters) -> Expression:
    whole = letters.get(latex(Scripts(item.body, item.sub)))
    sup = None if item.sup is None else put_in(item.sup, letters, exact=exact)
    if whole is not None:
        return whole if sup is None else Scripts(whole, None, sup)
    body = put_in(item.body, letters, exact=exact)
    if isinstance(body, Numeral) and (body.is_negative or "e" in body.text):
        body = Row((body,))
    sub = None if item.sub is None else put_in(item.sub, exact, exact=exact)
    return Scripts(body, sub, sup)


def can_hold_numbers(item: Expression, letters: Letters) -> bool:
    """Whether numbers can stand for these letters: none of them is taken entry by entry."""
    match item:
        case Scripts():
            indexed = item.sub is not None and latex(Scripts(item.body, item.sub)) not in letters
            if indexed and _has(item.body, letters):
                return False
            parts = [item.body, item.sup]
        case Row():
            parts = list(item.items)
        case Fraction():
            parts = [item.over, item.under]
        case Wrapped():
            parts = [item.inside]
        case Grid():
            return item.kind == "matrix"
        case _:
            return True
    return all(part is None or can_hold_numbers(part, letters) for part in parts)


def can_hold_matrices(item: Expression, letters: Letters, *, entrywise: bool) -> bool:
    """Whether matrices can: a product of letters and transposed letters, sums of such products.

    A formula that is meant `entrywise` may have functions and products with a sign besides.
    """
    parts = item.items if isinstance(item, Row) else (item,)
    return all(_is_factor(part, letters, entrywise) for part in parts)


def _is_factor(part: Expression, letters: Letters, entrywise: bool) -> bool:
    if isinstance(part, Symbol):
        return entrywise or part.latex in letters or part.latex in ("+", "-", "=", "(", ")")
    if isinstance(part, Fraction):
        made = put_in(part, letters)
        return isinstance(made, Fraction) and not _has_grid(made)
    if isinstance(part, Wrapped):
        return entrywise and part.command == r"\mathrm"
    if isinstance(part, Scripts) and part.sup == TRANSPOSED and part.sub is None:
        return isinstance(part.body, Symbol) and part.body.latex in letters
    return isinstance(part, Scripts) and latex(part) in letters


def _has_grid(item: Expression) -> bool:
    """Whether a tensor stands in it."""
    if isinstance(item, Row):
        return any(_has_grid(part) for part in item.items)
    if isinstance(item, Fraction):
        return _has_grid(item.over) or _has_grid(item.under)
    return isinstance(item, Grid)


def with_circles(item: Expression) -> Expression:
    """Products of single numbers as products entry by entry."""
    if isinstance(item, Row):
        return Row(tuple(with_circles(part) for part in item.items))
    return TIMES if item == DOT else item


def _has(item: Expression, letters: Letters) -> bool:
    return isinstance(item, Symbol) and item.latex in letters


def with_dots(item: Expression) -> Expression:
    """Products entry by entry of single numbers as plain products."""
    if isinstance(item, Symbol):
        return DOT if item == TIMES else item
    if isinstance(item, Row):
        return Row(tuple(with_dots(part) for part in item.items))
    if isinstance(item, Fraction):
        return Fraction(with_dots(item.over), with_dots(item.under))
    if isinstance(item, Scripts):
        return Scripts(with_dots(item.body), item.sub, item.sup)
    return item
