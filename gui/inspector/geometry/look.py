"""What a picture shows: a sampled function, its linear approximation at a point, names."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gui.inspector.axes import Array
from runtime.geometry.contours import contour
from runtime.geometry.function import Moved
from runtime.geometry.sampling import Sampled
from runtime.geometry.slicing import CLOSE, Linear, Slice
from runtime.geometry.stretch import Stretch, square
from runtime.geometry.window import Window, round_up

Kind = Literal["curve", "path", "contour", "plane"]
KINDS: dict[tuple[int, int], Kind] = {
    (1, 1): "curve", (1, 2): "path", (2, 1): "contour", (2, 2): "plane",
}  # fmt: skip
PER_EDGE = 9  # points along an edge of the square that is followed through the function
OUTLINE = 4 * (PER_EDGE - 1) + 1


@dataclass(frozen=True, eq=False)
class Here:
    """The function at the point: what it is, its derivative, and a small square sent through it.

    `kinks` are the conventions of the steps whose derivative jumps there.
    Of two inputs and outputs `outline` is a square with a corner at the point, [count, 2], and
    `image` what becomes of it; else both are empty.
    """

    slice: Slice
    moved: Moved
    linear: Linear
    kinks: tuple[str, ...]
    outline: Array
    image: Array

    @classmethod
    def of(cls, slice_: Slice, point: Array, window: Window) -> Here:
        """Worked out anew; fit for the background."""
        moved = slice_.moved(point)
        outline = image = np.zeros((0, 2))
        if len(slice_.inputs) == len(slice_.outputs) == 2:
            outline = square(point, side_of(window), PER_EDGE)
            image = slice_.at(outline)
        return cls(slice_, moved, slice_.linear_of(moved), moved.kinks(), outline, image)

    @property
    def point(self) -> Array:
        """The chosen inputs."""
        return self.linear.point


def side_of(window: Window) -> float:
    """A round side for the square in a window: a quarter of it, about."""
    return round_up(window.radius / 2.5)


@dataclass(frozen=True, eq=False)
class Look:
    """All that is drawn. `home` is where the run stands, `at_home` the outputs there."""

    sampled: Sampled
    here: Here
    home: Array
    at_home: Array
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Which picture it is."""
        return KINDS[len(self.inputs), len(self.outputs)]

    @property
    def is_moved(self) -> bool:
        """Whether the point is elsewhere than in the run."""
        return not np.array_equal(self.here.point, self.home)

    @functools.cached_property
    def error(self) -> Array:
        """How far off the approximation is at each sample, relative; NaN where nobody knows."""
        return self.here.linear.error(self.sampled.points, self.sampled.values)

    @functools.cached_property
    def close(self) -> Array:
        """Where the approximation is close."""
        return np.nan_to_num(self.error, nan=np.inf) <= CLOSE

    @property
    def closeness(self) -> Array:
        """The same as a tint: 1 where it is good, a half at the border, 0 where it is bad."""
        return np.clip(1.5 - np.nan_to_num(self.error, nan=np.inf) / CLOSE, 0, 1)

    @functools.cached_property
    def reach(self) -> float | None:
        """How far from the point the approximation is close all around; None: as far as is seen."""
        far = ~self.close & np.isfinite(self.sampled.values).all(axis=-1)
        away = np.linalg.norm(self.sampled.points - self.here.point, axis=-1)
        return float(away[far].min()) if far.any() else None

    @functools.cached_property
    def stretch(self) -> Stretch | None:
        """What a 2 x 2 derivative does to the plane."""
        return Stretch.of(self.here.linear.matrix)

    @functools.cached_property
    def lines(self) -> tuple[Array, dict[float, Array]]:
        """The line of equal height through the point, and those of the tangent plane."""
        sampled, linear = self.sampled, self.here.linear
        own = float(linear.value[0])
        through = contour(sampled.points, sampled.values[..., 0], own)
        corners = sampled.window.grid(2)
        said = linear(corners)[..., 0] if linear.is_finite else np.full((2, 2), np.nan)
        levels = (*sampled.lines, own)
        return through, {level: contour(corners, said, level) for level in levels}

    def nearest(self, point: Array) -> tuple[int, ...]:
        """The sample nearest to a point, as an index into the samples."""
        away = np.linalg.norm(self.sampled.points - point, axis=-1)
        return tuple(int(i) for i in np.unravel_index(np.argmin(away), away.shape))
