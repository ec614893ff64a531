"""What is drawn in a formula rather than written: brackets of any height, roots, bars."""

from __future__ import annotations

from itertools import pairwise

from gui.formula.boxes import Bar, Box, Mark, Point, Shape, shifted

AXIS = 0.258  # ems from the baseline to where fractions and minus signs stand
THIN = 0.055  # ems


def hairline(size: float) -> float:
    """How thick a bar is."""
    return max(THIN * size, 1.0)


def bracket(sign: str, ascent: float, descent: float, size: float) -> Box:
    """A bracket, bar or brace of any height around the axis."""
    made = {"[": _square, "]": _square, "(": _round, ")": _round, "{": _brace, "}": _brace}
    width, marks = made.get(sign, _bar)(ascent, descent, size)
    if sign in ")]}":
        marks = tuple(_mirrored(mark, width) for mark in marks)
    return Box(width, ascent, descent, marks)


def root(inside: Box, size: float) -> Box:
    """A root sign over a box."""
    line, gap = hairline(size), 0.12 * size
    top, left = inside.ascent + gap + line, 0.62 * size
    corners = ((0.04, 0.12), (0.18, 0.18), (0.34, -inside.descent / size), (0.62, top / size))
    (x, y), *others = ((a * size, -b * size) for a, b in corners)
    tick = Shape(0.0, 0.0, ((x, y), *_straight([(x, y), *others])), line)
    over = Bar(left, -top, inside.width + 0.1 * size, line)
    width = left + inside.width + 0.1 * size
    return Box(width, top, inside.descent, (tick, over, *shifted(inside, left, 0.0)))


def overline(inside: Box, size: float) -> Box:
    """A bar over a box."""
    line, gap = hairline(size), 0.1 * size
    over = Bar(0.0, -inside.ascent - gap - line, inside.width, line)
    return Box(inside.width, inside.ascent + gap + line, inside.descent, (over, *inside.marks))


def hat(inside: Box, size: float) -> Box:
    """A roof over a letter."""
    line, gap, high, wide = hairline(size), 0.06 * size, 0.16 * size, 0.2 * size
    middle, low = inside.width / 2 + 0.04 * size, -inside.ascent - gap
    tip = [(middle - wide, low), (middle, low - high), (middle + wide, low)]
    roof = Shape(0.0, 0.0, (tip[0], *_straight(tip)), line)
    return Box(
        inside.width, inside.ascent + gap + high + line, inside.descent, (roof, *inside.marks)
    )


def _square(ascent: float, descent: float, size: float) -> tuple[float, tuple[Mark, ...]]:
    line, foot, left = hairline(size), 0.2 * size, 0.08 * size
    side = Bar(left, -ascent, line, ascent + descent)
    feet = (Bar(left, y, foot, line) for y in (-ascent, descent - line))
    return left + foot + 0.06 * size, (side, *feet)


def _bar(ascent: float, descent: float, size: float) -> tuple[float, tuple[Mark, ...]]:
    return 0.28 * size, (Bar(0.11 * size, -ascent, hairline(size), ascent + descent),)


def _round(ascent: float, descent: float, size: float) -> tuple[float, tuple[Mark, ...]]:
    """A crescent: thick in its middle, thin at its ends."""
    tall = ascent + descent
    deep = min(0.16 * size + 0.05 * tall, 0.5 * size)
    line, thick = hairline(size), hairline(size) * 1.7
    right = 0.1 * size + deep
    outer = _arc(right, -ascent, right - deep, descent)
    inner = _arc(right, descent, right - deep + thick, -ascent)
    tip = [(right + line / 2, descent)]
    points = (*outer, *_straight([outer[-1], *tip]), *_arc_on(tip[0], inner))
    return right + 0.06 * size, (Shape(0.0, 0.0, tuple(points)),)


def _arc(x: float, top: float, middle: float, bottom: float) -> list[Point]:
    """From (x, top) over a middle that is as far left as `middle` to (x, bottom)."""
    far = middle - (x - middle) / 3  # a cubic reaches three quarters of the way to its handles
    quarter = (bottom - top) / 4
    return [(x, top), (far, top + quarter), (far, bottom - quarter), (x, bottom)]


def _arc_on(start: Point, arc: list[Point]) -> list[Point]:
    """The rest of an arc, going on from a point beside its start."""
    dx = start[0] - arc[0][0]
    return [(x + dx, y) for x, y in arc[1:]]


def _brace(ascent: float, descent: float, size: float) -> tuple[float, tuple[Mark, ...]]:
    width = 0.34 * size
    middle, turn = (descent - ascent) / 2, 0.3 * size
    x, left, right = 0.17 * size, 0.04 * size, 0.32 * size
    upper: list[Point] = [(right, -ascent), (x, -ascent), (x, -ascent), (x, -ascent + turn)]
    upper += _straight([upper[-1], (x, middle - turn)])
    upper += [(x, middle), (left, middle), (left, middle)]
    lower: list[Point] = [(left, middle), (x, middle), (x, middle + turn)]
    lower += _straight([lower[-1], (x, descent - turn)])
    lower += [(x, descent), (x, descent), (right, descent)]
    return width, (Shape(0.0, 0.0, (*upper, *lower), hairline(size)),)


def _straight(corners: list[Point]) -> list[Point]:
    """Straight lines from corner to corner, as curves; without the first point."""
    found: list[Point] = []
    for (ax, ay), (bx, by) in pairwise(corners):
        found += [((2 * ax + bx) / 3, (2 * ay + by) / 3), ((ax + 2 * bx) / 3, (ay + 2 * by) / 3)]
        found.append((bx, by))
    return found


def _mirrored(mark: Mark, width: float) -> Mark:
    if isinstance(mark, Bar):
        return Bar(width - mark.x - mark.width, mark.y, mark.width, mark.height)
    assert isinstance(mark, Shape)
    return Shape(0.0, mark.y, tuple((width - x - mark.x, y) for x, y in mark.points), mark.line)
