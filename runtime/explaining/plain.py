"""A formula as plain text for a terminal: signs of Unicode, matrices over several lines."""

from __future__ import annotations

import re

from runtime.explaining.boxes import Box, below, beside, table
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
from runtime.explaining.latex import visible

_SIGNS = {
    "\\cdots": "⋯", "\\vdots": "⋮", "\\ddots": "⋱", "\\times": "×",
    "-": "−", "\\cdot": "·", "\\odot": "⊙", "\\le": "≤", "\\ge": "≥", "\\ne": "≠", "\\in": "∈",
    "\\approx": "≈", "\\top": "ᵀ", "\\infty": "∞", "\\partial": "∂", "\\sum": "Σ", "\\prod": "Π",
    "\\dots": "…", "\\alpha": "α", "\\beta": "β", "\\gamma": "γ", "\\delta": "δ", "\\eta": "η",
    "\\tau": "τ", "\\Delta": "Δ", "\\epsilon": "ε", "\\lambda": "λ",
    "\\mu": "μ", "\\sigma": "σ", "\\theta": "θ", "\\Phi": "Φ", "\\varphi": "φ", "\\{": "{",
    "\\}": "}", "\\,": " ", "\\;": " ", "\\ ": " ", "\\!": "", "\\quad": "  ",
}  # fmt: skip
_TIGHT = {"∂"}
_BINARY = {"+", "−", "·", "⊙", "=", "<", ">", "≤", "≥", "≠", "∈", "≈", "+=", ":"}
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}", ",", ";", "…"}
_FENCE = re.compile(r"\\(?:left|right|[Bb]ig+[lr])(.+)")
_RAISED = str.maketrans("0123456789+−ᵀn()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀⁿ⁽⁾")
_LOWERED = str.maketrans("0123456789x", "₀₁₂₃₄₅₆₇₈₉ₓ")


def plain(item: Expression) -> Box:
    """The formula as a box of text; one line where no matrix of several rows is in it."""
    match item:
        case Symbol():
            return Box((_sign(item.latex),))
        case Name():
            return Box((visible(item.text),))
        case Numeral():
            return Box((numeral(item.text),))
        case Row():
            return _row(item.items)
        case Fraction():
            return _fraction(item)
        case Wrapped():
            return _wrapped(item)
        case Scripts():
            return _scripts(item)
        case Grid():
            return _cases(item) if item.kind == "cases" else _matrix(item)


def numeral(text: str) -> str:
    """`−1.23e−5` as `−1.23×10⁻⁵`."""
    mantissa, mark, power = text.partition("e")
    if not mark or not mantissa[-1:].isdigit():
        return text
    return f"{mantissa}×10{power.translate(_RAISED)}"


def _sign(latex: str) -> str:
    fence = _FENCE.fullmatch(latex)
    latex = fence[1] if fence else latex
    if latex in _SIGNS:
        return _SIGNS[latex]
    return latex.removeprefix("\\")


def _row(items: tuple[Expression, ...]) -> Box:
    boxes: list[Box] = []
    before, is_open = "", True  # the sign before, and whether an operand is wanted
    bars = 0
    for place, item in enumerate(items):
        box = plain(item)
        if isinstance(item, Fraction) and _is_factor(items[place + 1 :]):
            box = box if _is_derivative(item) else beside([Box(("(",)), box, Box((")",))])
        sign = box.lines[0] if box.is_line else "▯"
        bars += sign.startswith("|")
        is_closing = sign.startswith("|") and bars % 2 == 0
        if sign in _BINARY:
            gap = "" if is_open and sign == "−" else " "
            boxes.append(Box((gap + sign + gap,)))
            before, is_open = (sign if not gap else " "), True
            continue
        if (
            before
            and not is_closing
            and _parts(before, sign, isinstance(items[place - 1], Scripts))
        ):
            boxes.append(Box((" ",)))
        boxes.append(box)
        before = sign
        is_open = sign in _OPENING or sign.endswith((",", " "))
        if sign == ",":
            before = ", "
            boxes.append(Box((" ",)))
    return _trimmed(beside(boxes))


def _trimmed(box: Box) -> Box:
    """One line with single spaces; more lines as they are."""
    if not box.is_line:
        return box
    return Box((re.sub(r" {3,}", "  ", box.lines[0]).replace("+  =", "+=").strip(),))


def _is_factor(following: tuple[Expression, ...]) -> bool:
    """Whether a fraction before these multiplies the next thing, which has no sign before it."""
    texts = (plain(item).lines[0] for item in following[:1])
    return any(text.strip() and text not in _BINARY and text[0] not in _CLOSING for text in texts)


def _is_derivative(item: Fraction) -> bool:
    """Whether it is `∂u/∂v`, which binds by itself."""
    return all(
        isinstance(part, Row) and part.items[0] == Symbol("\\partial")
        for part in (item.over, item.under)
    )


def _parts(before: str, sign: str, is_scripted: bool) -> bool:
    """Whether a space belongs between two neighbours."""
    if before in _TIGHT or before in _OPENING or before[-1:] in ("−", " ", "|") or before == "":
        return False
    if sign[:1] in _CLOSING or not sign.strip():
        return False
    if sign.startswith("("):
        return is_scripted or not (before[-1:].isalpha() or before[-1:] in ")")
    return True


def _fraction(item: Fraction) -> Box:
    over, under = plain(item.over), plain(item.under)
    if _is_derivative(item):
        return Box((f"{over.lines[0]}/{under.lines[0]}",))
    parts = [_closed(item.over, over), Box((" / ",)), _closed(item.under, under)]
    return beside(parts)


def _closed(item: Expression, box: Box) -> Box:
    """In brackets, unless it is one thing."""
    is_one = not isinstance(item, Row) or (box.is_line and re.fullmatch(r"[\w.]+", box.lines[0]))
    return box if is_one else beside([Box(("(",)), box, Box((")",))])


def _wrapped(item: Wrapped) -> Box:
    inside = plain(item.inside)
    if item.command == "\\mathbf" and inside.lines == ("1",):
        return Box(("𝟏",))
    if item.command == "\\sqrt":
        return beside([Box(("√",)), _closed(item.inside, inside)])
    if item.command == "\\hat":  # over one letter
        return Box((inside.lines[0] + "\u0302",))
    if item.command == "\\overline":
        return beside([Box(("mean(",)), inside, Box((")",))])
    if isinstance(item.inside, Row):
        return Box(("".join(plain(part).lines[0] for part in item.inside.items),))
    return inside


def _scripts(item: Scripts) -> Box:
    body = plain(item.body)
    if isinstance(item.body, Row | Fraction):
        body = beside([Box(("(",)), body, Box((")",))])
    sub = "" if item.sub is None else _lower(item.sub)
    sup = "" if item.sup is None else _upper(item.sup)
    if body.is_line:
        return Box((body.lines[0] + sub + sup,))
    raised = Box((body.lines[0].rstrip() + sup,))
    return Box(below([raised, *(Box((line,)) for line in body.lines[1:])]).lines, body.base)


def _lower(item: Expression) -> str:
    text = plain(item).lines[0]
    parts = item.items if isinstance(item, Row) else (item,)
    signs = [plain(part).lines[0] for part in parts]
    if all(len(sign) == 1 and sign.isalnum() for sign in signs):
        text = "".join(signs)
    return f"_{text}" if re.fullmatch(r"[\w.]+", text) else f"_({text})"


def _upper(item: Expression) -> str:
    text = plain(item).lines[0]
    raised = text.translate(_RAISED)
    if all(a != b for a, b in zip(text, raised, strict=True)) or text == "ᵀ":
        return raised
    return f"^{text}" if re.fullmatch(r"[^\W_]+", text) else f"^({text})"


def _matrix(item: Grid) -> Box:
    lines = table([[plain(cell).lines[0] for cell in cells] for cells in item.rows] or [[""]])
    shape = "x".join(map(str, item.shape)).translate(_LOWERED)
    if len(lines) == 1:
        return Box((f"[{lines[0]}]{shape}",))
    first, middle, last = "⎡{}⎤", "⎢{}⎥", "⎣{}⎦"
    forms = [first, *[middle] * (len(lines) - 2), last]
    found = [form.format(line) for form, line in zip(forms, lines, strict=True)]
    boxes = [Box((line,)) for line in [*found[:-1], found[-1] + shape]]
    return Box(below(boxes).lines, (len(lines) - 1) // 2)


def _cases(item: Grid) -> Box:
    rows = [[plain(cell).lines[0] for cell in cells] for cells in item.rows]
    texts = [f"{cells[0]} where {', '.join(cells[1:])}" for cells in rows]
    return Box(("{" + "; ".join(texts) + "}",))
