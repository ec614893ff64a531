"""What a laid out formula consists of: marks around a baseline. Plain data, in pixels, y downward.

Boxes in boxes as TeX has them: Knuth, The TeXbook, 1984, chapters 11 and 17.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A text; `x`, `y` is where its baseline begins."""

    x: float
    y: float
    text: str
    size: float

    def moved(self, x: float, y: float) -> Glyphs:
        """The same elsewhere; written out, for `dataclasses.replace` takes most of the layout."""
        return Glyphs(self.x + x, self.y + y, self.text, self.size)


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle: a fraction's bar, a side of a bracket."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Bar:
        """The same elsewhere."""
        return Bar(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Shape:
    """A path: a point to begin at, then three a curve (cubic). Filled, or a line of `line` px."""

    x: float
    y: float
    points: tuple[Point, ...]
    line: float = 0.0

    def moved(self, x: float, y: float) -> Shape:
        """The same elsewhere."""
        return Shape(self.x + x, self.y + y, self.points, self.line)


Mark = Glyphs | Bar | Shape


@dataclass(frozen=True, slots=True)
class Box:
    """Marks with the room they take: `ascent` above the baseline, `descent` below it."""

    width: float
    ascent: float
    descent: float
    marks: tuple[Mark, ...] = ()

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.ascent + self.descent

    @property
    def texts(self) -> list[str]:
        """Everything that is written in it, in the order in which it is drawn."""
        return [mark.text for mark in self.marks if isinstance(mark, Glyphs)]


EMPTY = Box(0.0, 0.0, 0.0)


def shifted(box: Box, x: float, y: float) -> tuple[Mark, ...]:
    """The marks of a box whose origin is put at a place."""
    return tuple(mark.moved(x, y) for mark in box.marks) if x or y else box.marks


def raised(box: Box, by: float) -> Box:
    """The box with its baseline lower: what is in it stands higher."""
    return Box(box.width, box.ascent + by, box.descent - by, shifted(box, 0.0, -by))


def beside(boxes: Sequence[Box], gaps: Sequence[float] = ()) -> Box:
    """Boxes from left to right on one baseline; `gaps[i]` stands before box i."""
    x, marks = 0.0, []
    for place, box in enumerate(boxes):
        x += gaps[place] if gaps else 0.0
        marks += shifted(box, x, 0.0)
        x += box.width
    return Box(x, most(b.ascent for b in boxes), most(b.descent for b in boxes), tuple(marks))


def placed(parts: Sequence[tuple[Box, float, float]], width: float) -> Box:
    """Boxes at places (x, y of their baselines), in one box of a width."""
    marks = [mark for box, x, y in parts for mark in shifted(box, x, y)]
    ascent = most(box.ascent - y for box, _, y in parts)
    return Box(width, ascent, most(box.descent + y for box, _, y in parts), tuple(marks))


def most(numbers: Iterable[float]) -> float:
    """The largest, at least 0."""
    return max(numbers, default=0.0)
