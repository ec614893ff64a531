"""A slice on a line or on a grid: few points first, so that there is something to see at once."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from runtime.feeds import Host
from runtime.geometry.contours import contour, levels
from runtime.geometry.window import Window

if TYPE_CHECKING:
    from runtime.geometry.slicing import Slice
    from runtime.maps.stacking import Progress

LINES = (33, 257)  # points of a line, roughly and in full
SIDES = (9, 17, 33, 65)  # of a grid
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

    @functools.cached_property
    def seen(self) -> Window:
        """The outputs that a picture has room for: all samples but those at a pole."""
        return Window.usual(self.values)

    @functools.cached_property
    def lines(self) -> dict[float, Host]:
        """Of two inputs and one output: the lines at round heights, [segments, 2, 2] each."""
        heights, (low,), (high,) = self.values[..., 0], self.seen.low, self.seen.high
        usual = np.where((heights >= low) & (heights <= high), heights, np.nan)
        return {level: contour(self.points, heights, level) for level in levels(usual, 0.0)}

    @functools.cached_property
    def steepest(self) -> float:
        """Of the same: the greatest slope from sample to sample, 0 where there is none."""
        usual = np.where(np.isfinite(self.values[..., 0]), self.values[..., 0], np.nan)
        step = self.window.spans[0] / (len(usual) - 1)
        slopes = np.hypot(*np.gradient(usual, step))
        return float(np.nan_to_num(slopes).max())


def stages(slice_: Slice) -> tuple[int, ...]:
    """How many points along a side, from rough to fine, as far as the work allows; one at least."""
    sizes = LINES if len(slice_.inputs) == 1 else SIDES
    work = slice_.function.work
    possible = [size for size in sizes if work * size ** len(slice_.inputs) <= MOST_WORK]
    return tuple(possible) or sizes[:1]


def sample(slice_: Slice, window: Window, side: int, progress: Progress | None = None) -> Sampled:
    """The slice in a window, `side` points along each axis; `progress` may raise to end it."""
    points = window.line(side)[:, None] if len(slice_.inputs) == 1 else window.grid(side)
    sampled = Sampled(slice_, window, points, slice_.at(points, progress))
    if (len(slice_.inputs), len(slice_.outputs)) == (2, 1):
        _ = sampled.lines, sampled.steepest  # worked out here, where nobody waits
    return sampled
