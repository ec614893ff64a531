"""What is drawn for order alone: frames behind the nodes, and bends of edges. No number changes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.errors import BadAttribute
from graph.port import PortRef
from graph.records import MAX_NAME, Place, bad_character

MAX_FRAMES = 10_000
MAX_BENDS = 64  # of one edge
MAX_AWAY = 10**9  # canvas units; beyond it a window's arithmetic loses pixels

FrameBox = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True, slots=True)
class Frame:
    """A box on the canvas with a title; what stands inside belongs to it.

    `box` is left, top, width and height in canvas units. A folded frame is drawn as one small box,
    and what stands inside is not. `extra` keeps keys that begin with `x-`.
    """

    title: str
    box: FrameBox
    note: str | None = None
    folded: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


def check_frames(frames: tuple[Frame, ...]) -> None:
    """Raise `BadAttribute` for the first frame that no canvas can show."""
    if len(frames) > MAX_FRAMES:
        raise BadAttribute(
            node="graph",
            port="frames",
            found=f"{len(frames)} frames",
            expected=f"at most {MAX_FRAMES}",
        )
    for frame in frames:
        _check(frame)


def _check(frame: Frame) -> None:
    reason = bad_character(frame.title)
    if len(frame.title) > MAX_NAME:
        reason = f"{len(frame.title)} characters"
    if reason is None and frame.note:
        reason = bad_character(frame.note, lines=True)
    if reason:
        expected = f"a plain title of at most {MAX_NAME}, and a plain note"
        raise BadAttribute(node="graph", port="frames", found=reason, expected=expected)
    fits = all(math.isfinite(x) and abs(x) <= MAX_AWAY for x in frame.box)
    if not fits or min(frame.box[2:]) <= 0:
        found = ", ".join(map(str, frame.box))
        expected = "left, top, and a width and height above 0"
        raise BadAttribute(node="graph", port="frames", found=found, expected=expected)


def check_route(target: PortRef, route: tuple[Place, ...]) -> None:
    """Raise `BadAttribute` for points that no canvas can show; `target` names the edge."""
    found = f"{len(route)} bends" if len(route) > MAX_BENDS else ""
    for place in route:
        if not all(math.isfinite(x) and abs(x) <= MAX_AWAY for x in place):
            found = str(place)
    if found:
        expected = f"at most {MAX_BENDS} points of two numbers"
        raise BadAttribute(node=target.node, port=target.port, found=found, expected=expected)
