"""From the tree of a formula to a box: fractions, scripts, roots, matrices, brackets that grow."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gui.formula.boxes import EMPTY, Bar, Box, Glyphs, beside, most, placed, raised, shifted
from gui.formula.face import reach
from gui.formula.letters import (
    LARGE,
    PAIRS,
    SPACES,
    WITH_LIMITS,
    Kind,
    bold,
    kind_of,
    room,
    settled,
    sign,
    slanted,
)
from gui.formula.strokes import AXIS, bracket, hairline, hat, overline, root
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

SCRIPT, LEAST = 0.72, 9.0  # how much smaller a script is, and no smaller than so many pixels
NESTED = 0.86  # a fraction within a fraction
LARGE_SIGN = 1.5
TALL = 1.25  # ems above which brackets grow
GAP = 0.06  # ems around a bracket that has grown
PAD = 0.12  # ems left and right of a fraction
_POWER = re.compile(r"e(−?\d+)$")
_WHOLE = re.compile(r"−?\d+")
_GROWING = re.compile(r"\\(?:left|right|[Bb]ig+[lr])")
_CLOSING = re.compile(r"\\(?:right|[Bb]ig+r)")
Placed = tuple[Box, Kind]


def lay_out(item: Expression, size: float) -> Box:
    """A formula as it stands in a line of its own, letters being `size` pixels high."""
    return _Layout(size).box(item)


class _Layout:
    """Lays out at one size; `depth` counts the fractions and scripts around."""

    def __init__(self, size: float, depth: int = 0, *, is_script: bool = False) -> None:
        self.size, self.depth, self.is_script = max(size, LEAST), depth, is_script

    def box(self, item: Expression) -> Box:
        match item:
            case Symbol():
                return self._symbol(item.latex)
            case Name():
                text = visible(item.text)
                return self.text(slanted(text))
            case Numeral():
                return self._numeral(item.text)
            case Row():
                return self._row(item.items)
            case Fraction():
                return self._fraction(item)
            case Scripts():
                return self._scripts(item)
            case Wrapped():
                return self._wrapped(item)
            case Grid():
                return self._matrix(item) if item.kind == "matrix" else self._cases(item)

    def text(self, text: str, scale: float = 1.0) -> Box:
        """A text as it is."""
        size = self.size * scale
        return Box(*reach(text, size), (Glyphs(0.0, 0.0, text, size),))

    def _within(self, scale: float = 1.0) -> _Layout:
        return _Layout(self.size * scale, self.depth + 1, is_script=self.is_script)

    def _script(self) -> _Layout:
        return _Layout(self.size * SCRIPT, self.depth + 1, is_script=True)

    def _symbol(self, latex: str) -> Box:
        if latex.startswith("\\") and latex[1:] in SPACES:
            return Box(SPACES[latex[1:]] * self.size, 0.0, 0.0)
        text = sign(_GROWING.sub("", latex))
        if text in LARGE and not self.depth:
            large = self.text(text, LARGE_SIGN)
            middle = (large.ascent - large.descent) / 2
            return raised(large, AXIS * self.size - middle)
        return self.text(text)

    def _numeral(self, text: str) -> Box:
        power = _POWER.search(text)
        if power is None:
            return self.text(text)
        ten = self.text(f"{text[: power.start()]}\u2009×\u200910")
        return self._with_scripts(ten, None, self._script().text(power[1]))

    # --- rows -----------------------------------------------------------------------------

    def _row(self, items: Sequence[Expression]) -> Box:
        parts: list[Placed] = []
        place = 0
        while place < len(items):
            end = _partner(items, place)
            if end is None:
                parts.append((self.box(items[place]), _kind(items[place])))
                place += 1
            else:
                parts += self._bracketed(items[place : end + 1])
                place = end + 1
        return self._spaced(parts)

    def _spaced(self, parts: list[Placed]) -> Box:
        kinds = settled([kind for _, kind in parts])
        gaps, before = [], None
        for (box, _), kind in zip(parts, kinds, strict=True):
            is_space = not box.marks
            gaps.append(0.0 if is_space or self.is_script else self.size * room(before, kind))
            before = "open" if is_space else kind  # beside a space nothing more is wanted
        return beside([box for box, _ in parts], gaps)

    def _bracketed(self, items: Sequence[Expression]) -> list[Placed]:
        """What stands in brackets; they grow with it. The closing one may have scripts."""
        inside, last = self._row(items[1:-1]), items[-1]
        opening, closing = (sign(_GROWING.sub("", _latex(item))) for item in (items[0], last))
        scripts = self._script_boxes(last) if isinstance(last, Scripts) else (None, None)
        if inside.height <= TALL * self.size:
            end = self._with_scripts(self.text(closing), *scripts)
            return [(self.text(opening), "open"), (inside, "ordinary"), (end, "close")]
        axis = AXIS * self.size
        half = max(inside.ascent - axis, inside.descent + axis) + 0.06 * self.size
        ends = [bracket(each, half + axis, half - axis, self.size) for each in (opening, closing)]
        gap = GAP * self.size
        grown = beside([EMPTY, ends[0], inside, ends[1]], [gap] * 4)
        return [(beside([self._with_scripts(grown, *scripts), EMPTY], [0.0, gap]), "ordinary")]

    # --- fractions and scripts ------------------------------------------------------------

    def _fraction(self, item: Fraction) -> Box:
        inner = self._within(NESTED if self.depth else 1.0)
        over, under = inner.box(item.over), inner.box(item.under)
        width = max(over.width, under.width) + 0.16 * self.size
        pad, line, axis = PAD * self.size, hairline(self.size), AXIS * self.size
        gap = 0.18 * self.size
        up = -axis - line / 2 - gap - max(over.descent, 0.02 * self.size)
        down = -axis + line / 2 + gap + under.ascent
        bar = Box(width, axis, 0.0, (Bar(0.0, -axis - line / 2, width, line),))
        parts = [(over, (width - over.width) / 2, up), (under, (width - under.width) / 2, down)]
        made = placed([*parts, (bar, 0.0, 0.0)], width)
        return Box(width + 2 * pad, made.ascent, made.descent, shifted(made, pad, 0.0))

    def _scripts(self, item: Scripts) -> Box:
        if isinstance(item.body, Grid) and item.sub is None and item.sup is not None:
            return self._matrix(item.body, self._script().box(item.sup))
        body = self.box(item.body)
        if isinstance(item.body, Fraction | Row):
            body = self._spaced(self._round(body))
        sub, sup = self._script_boxes(item)
        is_sign = isinstance(item.body, Symbol) and sign(item.body.latex) in WITH_LIMITS
        if is_sign and not self.depth:
            return self._with_limits(body, sub or EMPTY, sup or EMPTY)
        return self._with_scripts(body, sub, sup)

    def _script_boxes(self, item: Scripts) -> tuple[Box | None, Box | None]:
        small = self._script()
        sub = None if item.sub is None else small.box(item.sub)
        return sub, None if item.sup is None else small.box(item.sup)

    def _round(self, body: Box) -> list[Placed]:
        axis = AXIS * self.size
        half = max(body.ascent - axis, body.descent + axis, 0.5 * self.size)
        ends = [bracket(each, half + axis, half - axis, self.size) for each in "()"]
        return [(ends[0], "open"), (body, "ordinary"), (ends[1], "close")]

    def _with_scripts(self, body: Box, sub: Box | None, sup: Box | None) -> Box:
        if sub is None and sup is None:
            return body
        size = self.size
        parts = [(body, 0.0, 0.0)]
        x, width = body.width + 0.04 * size, body.width
        if sup is not None:
            up = max(0.36 * size, body.ascent - 0.36 * size, sup.descent + 0.25 * size)
            parts.append((sup, x, -up))
            width = max(width, x + sup.width)
        if sub is not None:
            down = max(0.18 * size, body.descent + 0.06 * size, sub.ascent - 0.4 * size)
            parts.append((sub, x, down))
            width = max(width, x + sub.width)
        return placed(parts, width + 0.04 * size)

    def _with_limits(self, body: Box, sub: Box, sup: Box) -> Box:
        width, gap = most((body.width, sub.width, sup.width)), 0.12 * self.size
        parts = [
            (body, (width - body.width) / 2, 0.0),
            (sub, (width - sub.width) / 2, body.descent + gap + sub.ascent),
            (sup, (width - sup.width) / 2, -body.ascent - gap - sup.descent),
        ]
        return placed([part for part in parts if part[0].marks], width)

    def _wrapped(self, item: Wrapped) -> Box:
        if item.command == r"\sqrt":
            return root(self._within().box(item.inside), self.size)
        if item.command == r"\hat":
            return hat(self.box(item.inside), self.size)
        if item.command == r"\overline":
            return overline(self.box(item.inside), self.size)
        text = _plain_text(item.inside)
        if text is None:
            return self.box(item.inside)
        return self.text(bold(text) if item.command == r"\mathbf" else text)

    # --- tables ---------------------------------------------------------------------------

    def _matrix(self, item: Grid, sup: Box = EMPTY) -> Box:
        """A tensor in brackets with its shape; `sup` stands above the shape."""
        inside = self._table(item, 0.9, 0.3, is_left=False)
        pad = 0.1 * self.size
        ascent, descent = inside.ascent + pad, inside.descent + pad
        ends = [bracket(each, ascent, descent, self.size) for each in "[]"]
        made = beside([ends[0], inside, ends[1]])
        shape = self._script().text("\u2009×\u2009".join(map(str, item.shape)))
        parts = [
            (made, 0.0, 0.0),
            (shape if item.shape else EMPTY, made.width, descent),
            (sup, made.width, sup.ascent / 2 - ascent),
        ]
        shown = [part for part in parts if part[0].marks]
        return placed(shown, made.width + max(box.width for box, *_ in parts[1:]))

    def _cases(self, item: Grid) -> Box:
        inside = self._table(item, 1.0, 0.3, is_left=True)
        return beside([bracket("{", inside.ascent, inside.descent, self.size), inside])

    def _table(self, item: Grid, across: float, down: float, *, is_left: bool) -> Box:
        """Cells in columns around the axis: numbers by their points, dots in the middle."""
        size, inner = self.size, self._within()
        rows = [[inner.box(cell) for cell in cells] for cells in item.rows]
        columns = list(zip(*item.rows, strict=True)), list(zip(*rows, strict=True))
        places = [inner.aligned(*pair, is_left) for pair in zip(*columns, strict=True)]
        parts, y = [], 0.0
        for r, boxes in enumerate(rows):
            y += max(0.72 * size, *(box.ascent for box in boxes))
            x = 0.0
            for box, (width, lefts) in zip(boxes, places, strict=True):
                parts.append((box, x + lefts[r], y))
                x += width + across * size
            y += max(0.2 * size, *(box.descent for box in boxes)) + down * size
        width = sum(each for each, _ in places) + across * size * (len(places) - 1)
        tall = y - down * size
        top = tall / 2 + AXIS * size
        made = placed([(box, x, y - top) for box, x, y in parts], width)
        return Box(width, top, tall - top, made.marks)

    def aligned(
        self, cells: Sequence[Expression], boxes: Sequence[Box], is_left: bool
    ) -> tuple[float, list[float]]:
        """The width of a column, and where in it each cell begins."""
        heads = [self._head(cell) for cell in cells]
        if is_left or all(each is None for each in heads):
            width = max(box.width for box in boxes)
            return width, [0.0 if is_left else (width - box.width) / 2 for box in boxes]
        pairs = list(zip(heads, boxes, strict=True))
        head = max(each for each in heads if each is not None)
        width = head + max(box.width - each for each, box in pairs if each is not None)
        width = max(width, *(box.width for box in boxes))
        return width, [
            (width - box.width) / 2 if each is None else head - each for each, box in pairs
        ]

    def _head(self, cell: Expression) -> float | None:
        """How wide a number is before its point; None of what is no number."""
        if not isinstance(cell, Numeral):
            return None
        whole = _WHOLE.match(cell.text)
        return reach(whole[0] if whole else cell.text, self.size)[0]


def _kind(item: Expression) -> Kind:
    if isinstance(item, Symbol):
        return kind_of(sign(_GROWING.sub("", item.latex)))
    if isinstance(item, Scripts) and isinstance(item.body, Symbol):
        found = kind_of(sign(item.body.latex))
        return found if found in ("function", "binary", "relation", "close") else "ordinary"
    if isinstance(item, Wrapped) and item.command == r"\mathrel":
        return "relation"
    return "ordinary"


def _latex(item: Expression) -> str:
    """The command of a sign, or of a bracket with scripts."""
    body = item.body if isinstance(item, Scripts) else item
    return body.latex if isinstance(body, Symbol) else ""


def _partner(items: Sequence[Expression], start: int) -> int | None:
    """Where the bracket that opens at a place is closed; None where none opens or none closes."""
    opening = _latex(items[start]) if isinstance(items[start], Symbol) else ""
    bare = sign(_GROWING.sub("", opening))
    is_opening = bare in PAIRS or (opening.startswith(r"\left") and bool(bare))
    if not is_opening:
        return None
    depth = 0
    for place in range(start, len(items)):
        latex = _latex(items[place])
        text = sign(_GROWING.sub("", latex))
        if text in PAIRS or latex.startswith((r"\left", r"\Bigl", r"\bigl")):
            depth += 1
        elif text in PAIRS.values() or _CLOSING.match(latex):
            depth -= 1
            if not depth:
                return place
    return None


def _plain_text(item: Expression) -> str | None:
    """Letters of one word, upright; None where more than letters is in it."""
    parts = item.items if isinstance(item, Row) else (item,)
    if not all(isinstance(part, Symbol) for part in parts):
        return None
    latex = [part.latex for part in parts if isinstance(part, Symbol)]
    return "".join(" " if each in (r"\,", r"\ ") else each for each in latex)
