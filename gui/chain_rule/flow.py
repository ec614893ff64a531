"""How explanations stand below each other: words, then formulas that break at their `=`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui.chain_rule.seen import tr
from gui.chain_rule.typeset import Typeset, TypesetLine
from gui.formula import Box
from gui.theme import Theme
from runtime.explaining import Explanation, Of
from runtime.explaining.latex import visible

MARGIN, GAP, APART = 16.0, 10.0, 20.0  # around, between lines, between explanations
CAPTION = 224.0  # pixels at most of the words beside a formula
AFTER_PHASE = 12.0
AIR = 4.0  # above and below a line that is pointed at
AROUND_EQUALS = 0.28  # ems
BETWEEN_ROWS = 8.0
WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
PHASES = {
    "forward": N("ChainRule", "Forward"),
    "tangent": N("ChainRule", "Tangent"),
    "reverse": N("ChainRule", "Reverse"),
    "update": N("ChainRule", "Update"),
}
# The ink of a line's result, by what it tells.
INKS = {"value": "forward", "gradient": "reverse", "sum": "reverse", "tangent": "tangent"}


@dataclass(frozen=True, slots=True)
class Words:
    """A text in a box; `ink` is a token of the theme."""

    text: str
    box: QRectF
    font: QFont
    ink: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A box of a formula; its baseline begins at (x, y)."""

    box: Box
    x: float
    y: float
    ink: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything at its place, and the room that it takes; wider than asked where it must be.

    `rooms` are those of the lines whose numbers tell something of one port.
    """

    items: tuple[Words | Formula, ...]
    width: float
    height: float
    rooms: tuple[tuple[QRectF, Of], ...] = ()

    def told_at(self, x: float, y: float) -> Of | None:
        """What the line at a point tells of."""
        return next((of for room, of in self.rooms if room.contains(x, y)), None)


def flow(found: Iterable[Typeset], width: float, size: float, theme: Theme) -> Page:
    """Lay explanations out in a width; `size` is that of the formulas' letters."""
    writer = _Writer(max(width, 240.0), size, theme)
    for each in found:
        writer.explanation(each)
    return writer.page()


class _Writer:
    def __init__(self, width: float, size: float, theme: Theme) -> None:
        self.width, self.size, self._theme = width, size, theme
        self.items: list[Words | Formula] = []
        self.rooms: list[tuple[QRectF, Of]] = []
        self.y = MARGIN - APART
        self.right = 0.0

    def page(self) -> Page:
        height = max(self.y + MARGIN, 0.0)
        wide = max(self.width, self.right + MARGIN)
        for room, _ in self.rooms:
            room.setWidth(wide - MARGIN)
        return Page(tuple(self.items), wide, height, tuple(self.rooms))

    def explanation(self, found: Typeset) -> None:
        """The sentence, the lines, the notes."""
        self.y += APART
        self._sentence(found.explanation)
        captions = [visible(line.line.words) for line in found.lines]
        indent = self._caption_width(captions)
        widest = max((_least_width(line, self.size) for line in found.lines), default=0.0)
        if 2 * MARGIN + indent + widest > self.width:
            indent = 0.0  # the words stand above
        for line, caption in zip(found.lines, captions, strict=True):
            self._line(line, caption, indent)
        for note in found.explanation.notes:
            self.y += 4
            self._words(note, self._theme.font(12), "muted")

    def _sentence(self, found: Explanation) -> None:
        """The pass in bold, as above the timeline, and what happens in it."""
        phase = found.about.get("phase", "")
        if phase not in PHASES:
            self._words(found.words, self._theme.font(13), "text")
            return
        text, font = tr(PHASES[phase]), self._theme.font(13, 600)
        metrics = QFontMetricsF(font)
        place = QRectF(MARGIN, self.y, metrics.horizontalAdvance(text) + 1, metrics.height())
        self.items.append(Words(text, place, font, phase))
        words = found.words.removeprefix(found.lead)
        self._words(words, self._theme.font(13), "text", place.width() + AFTER_PHASE)

    def _words(self, text: str, font: QFont, ink: str, indent: float = 0.0) -> None:
        room = QRectF(0, 0, self.width - 2 * MARGIN - indent, 1e6)
        shown = visible(text)
        box = QFontMetricsF(font).boundingRect(room, int(WRAP), shown)
        place = QRectF(MARGIN + indent, self.y, room.width(), box.height())
        self.items.append(Words(shown, place, font, ink))
        self.y += box.height()

    def _caption_width(self, captions: Sequence[str]) -> float:
        """The column of the words beside formulas; none where there are no words."""
        metrics = QFontMetricsF(self._theme.font(12))
        widest = max((metrics.horizontalAdvance(text) for text in captions), default=0.0)
        return min(widest, CAPTION, self.width / 4) + APART if widest else 0.0

    def _line(self, line: TypesetLine, caption: str, indent: float) -> None:
        self.y += GAP
        if caption and not indent:
            self._words(caption, self._theme.font(12), "muted")
            self.y += GAP / 2
        start, gap = MARGIN + indent, AROUND_EQUALS * self.size
        parts = _parts(line)
        step = line.equals.width + 2 * gap  # what an `=` takes
        room = self.width - MARGIN - start - line.left.width
        rows = _rows([box.width + step for box, _ in parts], room)
        top, base = self.y, self.y
        for place, row in enumerate(rows):
            boxes = [parts[i] for i in row]
            tall = [line.left, *(box for box, _ in boxes)] if place == 0 else [b for b, _ in boxes]
            base = self.y + max(box.ascent for box in tall)
            if place == 0:
                self._put(line.left, start, base, "text")
                axis = base - 0.26 * self.size
            x = start + line.left.width
            for box, ink in boxes:
                self._put(line.equals, x + gap, base, "text")
                self._put(box, x + step, base, ink)
                x += step + box.width
            self.y = base + max(box.descent for box in tall) + BETWEEN_ROWS
        self.y -= BETWEEN_ROWS
        if caption and indent:
            self._caption(caption, indent - APART, top, axis)
        if line.line.of is not None:
            room = QRectF(MARGIN / 2, top - AIR, 0.0, self.y - top + 2 * AIR)
            self.rooms.append((room, line.line.of))

    def _caption(self, text: str, width: float, top: float, axis: float) -> None:
        """Words beside the first row of a formula."""
        font = self._theme.font(12)
        room = QRectF(0, 0, width, 1e6)
        height = QFontMetricsF(font).boundingRect(room, int(WRAP), text).height()
        place = QRectF(MARGIN, max(axis - height / 2, top), width, height)
        self.items.append(Words(text, place, font, "muted"))
        self.y = max(self.y, place.bottom())

    def _put(self, box: Box, x: float, y: float, ink: str) -> None:
        self.items.append(Formula(box, x, y, ink))
        self.right = max(self.right, x + box.width)


def _least_width(line: TypesetLine, size: float) -> float:
    """What a line takes when each of its parts stands in a row of its own."""
    widest = max((box.width for box, _ in _parts(line)), default=0.0)
    return line.left.width + line.equals.width + 2 * AROUND_EQUALS * size + widest


def _parts(line: TypesetLine) -> list[tuple[Box, str]]:
    """What a line's left side is equal to, with inks: the result has that of its direction."""
    parts = [(box, "text") for box in (*line.symbols, *line.numbers)]
    if line.numbers and line.line.of is not None:
        parts[-1] = line.numbers[-1], INKS.get(line.line.of.told, "text")
    return parts


def _rows(widths: Sequence[float], room: float) -> list[range]:
    """Which parts stand in one row; the first stands beside the left side whatever its width."""
    rows, start, free = [], 0, room
    for place, width in enumerate(widths):
        if width > free and place > start:
            rows.append(range(start, place))
            start, free = place, room
        free -= width
    return [*rows, range(start, len(widths))]
