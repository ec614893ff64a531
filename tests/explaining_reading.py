"""Reads explanations back: whether an expression shows an array, whether LaTeX closes."""

from __future__ import annotations

import re

import numpy as np

from runtime.explaining.expression import Expression, Grid, Numeral, Row, Scripts, Symbol
from runtime.explaining.reading import read_latex

SIGNS = tuple(read_latex(sign) for sign in (r"\cdot", r"\odot", "(", ")"))


def written(text):
    """The number that a numeral stands for."""
    text = text.replace("−", "-").replace("∞", "inf").replace("NaN", "nan")
    return {"true": 1.0, "false": 0.0}.get(text) if text in ("true", "false") else float(text)


def shows(item, array):
    """Whether an expression shows an array: every entry that is not cut away, to 4 digits."""
    array = np.asarray(array)
    if isinstance(item, Numeral):
        assert array.size == 1
        return np.isclose(written(item.text), array.reshape(-1)[0], rtol=6e-4, equal_nan=True)
    assert isinstance(item, Grid)
    assert item.shape == array.shape
    columns = array.shape[-1]
    flat = array.reshape(-1, columns) if array.size else array.reshape(0, columns)
    rows = [row for row in item.rows if row[0] != read_latex(r"\vdots")]
    places = range(len(flat)) if len(rows) == len(flat) else [*range(len(rows) - 1), len(flat) - 1]
    for place, row in zip(places, rows, strict=True):
        cells = [cell for cell in row if isinstance(cell, Numeral)]
        cut = len(cells) < columns
        wanted = [*flat[place][: len(cells) - 1], flat[place][-1]] if cut else flat[place]
        found = [written(cell.text) for cell in cells]
        if not np.allclose(found, wanted, rtol=6e-4, atol=0, equal_nan=True):
            return False
    return True


def balanced(text):
    """Whether all braces and environments of a LaTeX text close."""
    bare = re.sub(r"\\[{}\\]", "", text)
    depth = 0
    for sign in bare:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0, text
    opened = re.findall(r"\\(begin|end)\{(\w+)\}", text)
    return depth == 0 and sum(1 if kind == "begin" else -1 for kind, _ in opened) == 0


class NotEvaluated(Exception):
    """The expression has a function or a cut tensor in it."""


def evaluated(item: Expression):
    """The array that a row of numbers stands for; raises `NotEvaluated` where it has functions."""
    items = list(item.items) if isinstance(item, Row) else [item]
    found, rest = _sum(items)
    if rest:
        raise NotEvaluated
    return found


def _sum(items):
    sign = 1
    if items and items[0] == Symbol("-"):
        sign, items = -1, items[1:]
    total, items = _product(items)
    total = sign * total
    while items and items[0] in (Symbol("+"), Symbol("-")):
        sign = 1 if items[0] == Symbol("+") else -1
        part, items = _product(items[1:])
        total = total + sign * part
    return total, items


def _product(items):
    if items and isinstance(items[0], Scripts) and items[0].body == Symbol(r"\sum"):
        part, rest = _product(items[1:])
        return part.sum(_axes(items[0].sub, part.ndim)), rest
    left, items = _factor(items)
    while items and items[0] not in (Symbol("+"), Symbol("-")) and not _closes(items[0]):
        entrywise = items[0] == Symbol(r"\odot")
        if items[0] in SIGNS[:2]:
            items = items[1:]
        right, items = _factor(items)
        simple = entrywise or left.ndim == 0 or right.ndim == 0
        left = left * right if simple else _matmul(left, right)
    return left, items


def _axes(under, count):
    """The axes below a sum: numbers, or a letter for the rows of a matrix."""
    parts = under.items if isinstance(under, Row) else (under,)
    if all(isinstance(part, Symbol) and part.latex.isdigit() for part in parts):
        return tuple(int(part.latex) for part in parts)
    if len(parts) == 1 and count == 2:
        return (0,)
    raise NotEvaluated


def _matmul(left, right):
    """A matrix product; vectors that fit in no other way are a column and a row."""
    if max(left.ndim, right.ndim) > 2:
        raise NotEvaluated
    if left.shape[-1] != right.shape[0] or left.ndim == right.ndim == 1:
        return np.outer(left, right)
    return left @ right


def _closes(item):
    return isinstance(item, Symbol) and item.latex in (")", r"\right)")


def _factor(items):
    if not items:
        raise NotEvaluated
    item, rest = items[0], items[1:]
    if isinstance(item, Symbol) and item.latex in ("(", r"\left("):
        inside, rest = _sum(rest)
        if not rest or not _closes(rest[0]):
            raise NotEvaluated
        return inside, rest[1:]
    if isinstance(item, Scripts) and item.sup == Symbol(r"\top"):
        return _factor([item.body])[0].T, rest
    if isinstance(item, Numeral):
        return np.array(written(item.text)), rest
    if isinstance(item, Symbol) and item.latex.isdigit():
        return np.array(float(item.latex)), rest
    if isinstance(item, Grid) and sum(map(len, item.rows)) == np.prod(item.shape):
        cells = [cell for row in item.rows for cell in row]
        if all(isinstance(cell, Numeral) for cell in cells):
            return np.array([written(cell.text) for cell in cells]).reshape(item.shape), rest
    raise NotEvaluated
