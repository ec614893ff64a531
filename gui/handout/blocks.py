"""What stands on the pages: headings, and formulas with a number in the margin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from gui.chain_rule.flow import AROUND_EQUALS, MARGIN, WRAP, Formula, flow
from gui.chain_rule.sheet import paint_page
from gui.chain_rule.typeset import TypesetLine, typeset
from gui.formula import Box, lay_out, paint
from gui.formula.boxes import beside
from gui.handout.paper import FORMULA, ROOM
from gui.theme import Theme
from runtime.explaining import Explanation, Line
from runtime.explaining.expression import Symbol
from runtime.explaining.latex import visible
from runtime.practice.sheet import BLANK, GIVEN

INDENT = 44.0  # pixels of the column of numbers
WRITING = 20.0  # below what is to be filled in
BY_HAND = 26.0  # above the line to write on
ABOVE = 7.0  # between a heading and a formula
APART = 28.0  # between what is given


@dataclass(frozen=True, slots=True)
class Block:
    """A piece that is not parted by the end of a page; `is_head` stays with what follows.

    `paint` paints it with its upper left corner at a point.
    """

    height: float
    paint: Callable[[QPainter, QPointF], None]
    is_head: bool = False


def gap(height: float) -> Block:
    """Some room."""
    return Block(height, lambda painter, at: None)


def words(text: str, font: QFont, theme: Theme, *, is_head: bool = False) -> Block:
    """A text, broken at the width of the page."""
    shown = visible(text)
    room = QRectF(0, 0, ROOM.width(), 1e6)
    height = QFontMetricsF(font).boundingRect(room, int(WRAP), shown).height()

    def draw(painter: QPainter, at: QPointF) -> None:
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(at.x(), at.y(), ROOM.width(), height + 1), int(WRAP), shown)

    return Block(height, draw, is_head)


def exercise(found: Explanation, theme: Theme, *, below: float) -> Iterator[Block]:
    """A step: its heading and rule, then each numbered formula with what belongs to it."""
    yield words(found.words, theme.font(12, 600), theme, is_head=True)
    for note in found.notes:
        yield words(note, theme.font(12), theme, is_head=True)
    for number, lines in _numbered(found.lines):
        block = _formulas(number, lines, theme)
        if number == GIVEN:  # it goes with what is to be found from it
            yield replace(block, is_head=True)
        else:
            yield block
            yield gap(below)


def _numbered(lines: Iterable[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Lines with the number, or other word, that the first of them begins with."""
    heads: list[str] = []

    def group(line: Line) -> int:
        if line.words or not heads:
            heads.append(line.words)
        return len(heads)

    for _, own in groupby(list(lines), group):
        first, *others = own
        yield first.words, [replace(first, words=""), *others]


def _formulas(number: str, lines: Sequence[Line], theme: Theme) -> Block:
    """Formulas, broken at their `=`; one that is still too wide is drawn smaller."""
    room = ROOM.width() - INDENT
    (found,) = typeset([Explanation({}, "", tuple(lines))], FORMULA)
    tall = replace(found, lines=tuple(map(_with_room, found.lines)))
    page = flow([tall], room + MARGIN, FORMULA, theme)
    scale = min(1.0, room / (page.width - MARGIN))
    formulas = [item for item in page.items if isinstance(item, Formula)]
    top = min(item.y - item.box.ascent for item in formulas) - ABOVE
    first = formulas[0].y

    def draw(painter: QPainter, at: QPointF) -> None:
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text"))
        painter.drawText(at + QPointF(0, (first - top) * scale), number)
        painter.save()
        painter.translate(at + QPointF(INDENT, 0))
        painter.scale(scale, scale)
        painter.translate(QPointF(-MARGIN, -top))
        paint_page(painter, page, theme.color)
        painter.restore()

    return Block((page.height - MARGIN - top) * scale, draw)


def _with_room(line: TypesetLine) -> TypesetLine:
    """The line, with room above what is written by hand."""
    pairs = zip(line.line.numbers, line.numbers, strict=True)
    boxes = (replace(box, ascent=BY_HAND) if item == BLANK else box for item, box in pairs)
    return replace(line, numbers=tuple(boxes))


def given(found: Explanation, theme: Theme) -> Iterator[Block]:
    """What is given, in rows from left to right."""
    yield words(found.words, theme.font(12, 600), theme, is_head=True)
    row: list[Box] = []
    for box in map(_equation, found.lines):
        if row and sum(each.width + APART for each in row) + box.width > ROOM.width():
            yield _row(row, theme)
            row = []
        row.append(box)
    if row:
        yield _row(row, theme)
    for note in found.notes:
        yield words(note, theme.font(12), theme)


def _equation(line: Line) -> Box:
    parts = [line.left, Symbol("="), *line.numbers]
    return beside([lay_out(part, FORMULA) for part in parts], [0.0, *[FORMULA * AROUND_EQUALS] * 2])


def _row(boxes: list[Box], theme: Theme) -> Block:
    ascent = max(box.ascent for box in boxes)
    descent = max(box.descent for box in boxes)
    scale = min(1.0, ROOM.width() / boxes[0].width)
    line = beside(boxes, [0.0, *[APART] * (len(boxes) - 1)])

    def draw(painter: QPainter, at: QPointF) -> None:
        painter.save()
        painter.translate(at)
        painter.scale(scale, scale)
        paint(painter, line, QPointF(0, ascent + 8), theme.color("text"))
        painter.restore()

    return Block((ascent + descent + 8) * scale, draw)
