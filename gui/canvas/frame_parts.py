"""Where a frame that is drawn otherwise is to be painted again: rims and titles, mostly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gui.canvas.placing import Box

if TYPE_CHECKING:
    from graph import Frame

TITLE = 28.0  # height of the bar with the title, in canvas units
WIDE = 2.0  # of a rim: what more it takes on a screen, a picture adds to every part
Drawn = tuple["Frame", Box]


def rim_of(box: Box) -> list[Box]:
    """The four sides of a frame."""
    left, top, right, bottom = box
    return [
        (left - WIDE, top, left + WIDE, bottom),
        (right - WIDE, top, right + WIDE, bottom),
        (left, top - WIDE, right, top + WIDE),
        (left, bottom - WIDE, right, bottom + WIDE),
    ]


def other_parts(was: Drawn | None, now: Drawn | None) -> list[Box]:
    """What of a frame is other: all of it, unless it has another size and nothing else."""
    if was is None or now is None or was[0].folded or replace(was[0], box=now[0].box) != now[0]:
        return [drawn[1] for drawn in (was, now) if drawn is not None]
    parts = [part for _, box in (was, now) for part in (*rim_of(box), _title_of(box))]
    return [*parts, *_without(was[1], now[1]), *_without(now[1], was[1])]


def _title_of(box: Box) -> Box:
    left, top, right, bottom = box
    return (left, top, right, min(top + TITLE, bottom))


def _without(box: Box, other: Box) -> list[Box]:
    """What of a box another does not hold."""
    left, top, right, bottom = box
    inner = max(left, other[0]), max(top, other[1]), min(right, other[2]), min(bottom, other[3])
    if inner[0] >= inner[2] or inner[1] >= inner[3]:
        return [box]
    parts = [
        (left, top, inner[0], bottom),
        (inner[2], top, right, bottom),
        (inner[0], top, inner[2], inner[1]),
        (inner[0], inner[3], inner[2], bottom),
    ]
    return [part for part in parts if part[0] < part[2] and part[1] < part[3]]
