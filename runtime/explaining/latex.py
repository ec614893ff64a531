"""A formula as LaTeX: brackets balance, and names from files are escaped."""

from __future__ import annotations

import re

from runtime.explaining.expression import (
    Expression,
    Fraction,
    Grid,
    Name,
    Numeral,
    Row,
    Scripts,
    Symbol,
    Wrapped,
)

_IN_NAMES = {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", " ": r"\ "}
_IN_NAMES |= {sign: f"\\{sign}" for sign in "{}$&#%_"}
_IN_PROSE = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
_IN_PROSE |= {sign: f"\\{sign}" for sign in "{}$&#%_"}
_IN_PROSE |= {"−": "$-$", "∂": r"$\partial$", "×": r"$\times$", "→": r"$\to$", "α": r"$\alpha$"}
_IN_PROSE |= {"λ": r"$\lambda$", "∞": r"$\infty$", "<": "$<$", ">": "$>$", "|": "$|$"}
REPLACED = "\ufffd"


def visible(text: str) -> str:
    """A text from a file on one line: what cannot be printed is replaced."""
    return "".join(sign if sign.isprintable() else REPLACED for sign in text)


def prose(text: str) -> str:
    """Plain words for LaTeX's text mode."""
    return "".join(_IN_PROSE.get(sign, sign) for sign in visible(text))


def latex(item: Expression) -> str:
    """The formula for LaTeX's mathematical mode."""
    match item:
        case Symbol():
            return item.latex
        case Name():
            return _name(item.text)
        case Numeral():
            return numeral(item.text)
        case Row():
            return " ".join(latex(part) for part in item.items)
        case Fraction():
            return f"\\frac{{{latex(item.over)}}}{{{latex(item.under)}}}"
        case Wrapped():
            return f"{item.command}{{{_tight(item.inside)}}}"
        case Grid():
            return _grid(item)
        case Scripts():
            return _scripts(item)


def numeral(text: str) -> str:
    """`−1.23e−5` as `-1.23 \\times 10^{-5}`."""
    text = text.replace("−", "-").replace("∞", r"\infty")
    if text.lstrip("-").isalpha():
        return f"\\mathrm{{{text}}}"
    return re.sub(r"e(-?\d+)$", r" \\times 10^{\1}", text)


def _name(text: str) -> str:
    if len(text) == 1 and text.isalpha():
        return text
    return f"\\mathrm{{{''.join(_IN_NAMES.get(sign, sign) for sign in visible(text))}}}"


def _tight(item: Expression) -> str:
    """What stands in a command: letters of one word without spaces between."""
    parts = item.items if isinstance(item, Row) else (item,)
    if all(isinstance(part, Symbol) and _is_text(part.latex) for part in parts):
        return "".join(latex(part) for part in parts)
    return latex(item)


def _is_text(sign: str) -> bool:
    return len(sign) == 1 or sign in ("\\,", "\\ ")


def _scripts(item: Scripts) -> str:
    body = latex(item.body)
    if isinstance(item.body, Fraction | Row):
        body = f"{{\\left({body}\\right)}}"
    elif isinstance(item.body, Grid):
        body = f"{{{body}}}"
    sub = "" if item.sub is None else f"_{{{latex(item.sub)}}}"
    sup = "" if item.sup is None else f"^{{{latex(item.sup)}}}"
    return body + sub + sup


def _grid(item: Grid) -> str:
    rows = r" \\ ".join(" & ".join(latex(cell) for cell in cells) for cells in item.rows)
    if item.kind == "cases":
        return f"\\begin{{cases}} {rows} \\end{{cases}}"
    shape = r" \times ".join(map(str, item.shape))
    return f"{{\\begin{{bmatrix}} {rows} \\end{{bmatrix}}}}_{{{shape}}}"
