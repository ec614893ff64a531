"""A slice on a line or on a grid: few points first, so that there is something to see at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runtime.feeds import Host
from runtime.geometry.window import Window

if TYPE_CHECKING:
    from runtime.geometry.slicing import Slice
    from runtime.maps.stacking import Progress

LINES = (33, 257)  # points of a line, roughly and in full
SIDES = (9, 17, 33)  # of a grid
MOST_WORK = 400_000_000  # numbers; finer stages that would take more are left out


@dataclass(frozen=True, eq=False)
class Sampled:
    """The outputs of a slice at points: `points` [..., inputs], `values` [..., outputs].

    Of one input they lie on a line, [count], of two on a grid, [side, side].
    """

    slice: Slice
    window: Window
    points: Host
    values: Host

    @property
    def is_line(self) -> bool:
        """Whether there is one input."""
        return len(self.slice.inputs) == 1

    @property
    def is_finite(self) -> bool:
        """Whether the function has a value anywhere."""
        return bool(np.isfinite(self.values).all(axis=-1).any())


def stages(slice_: Slice) -> tuple[int, ...]:
    """How many points along a side, from rough to fine, as far as the work allows; one at least."""
    sizes = LINES if len(slice_.inputs) == 1 else SIDES
    work = slice_.function.work
    possible = [size for size in sizes if work * size ** len(slice_.inputs) <= MOST_WORK]
    return tuple(possible) or sizes[:1]


def sample(slice_: Slice, window: Window, side: int, progress: Progress | None = None) -> Sampled:
    """The slice in a window, `side` points along each axis; `progress` may raise to end it."""
    points = window.line(side)[:, None] if len(slice_.inputs) == 1 else window.grid(side)
    return Sampled(slice_, window, points, slice_.at(points, progress))
