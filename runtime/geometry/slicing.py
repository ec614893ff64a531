"""A slice of a function between two ports: one or two coordinates of each end, the rest held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host
from runtime.geometry.function import Moved, PortFunction
from runtime.maps.stacking import Progress

CLOSE = 0.1
"""How far off a linear approximation may be that is called close, relative to what it says at
most for a point as far away."""
ROUNDED = 16.0  # times the precision of a number: less than that is no error


@dataclass(frozen=True, eq=False)
class Linear:
    """The best straight stand-in for a slice near `point` [inputs]: value + matrix (p - point).

    `value` is [outputs], `matrix` [outputs, inputs]; `eps` is the precision of the function.
    """

    point: Host
    value: Host
    matrix: Host
    eps: float = float(np.finfo(np.float64).eps)

    def __call__(self, points: Host) -> Host:
        """What it says at `points` [..., inputs]: [..., outputs]."""
        said: Host = self.value + (points - self.point) @ self.matrix.T
        return said

    @property
    def is_finite(self) -> bool:
        """Whether it says anything."""
        return bool(np.isfinite(self.value).all() and np.isfinite(self.matrix).all())

    def error(self, points: Host, values: Host) -> Host:
        """How far off it is at `points`, where the function is `values`: [...].

        The distance of both, divided by the greatest that the approximation says for a point as
        far away (its largest singular value times the distance). 0 where rounding tells no
        difference, NaN where the matrix is zero and the function moves nevertheless.
        """
        distance = np.linalg.norm(points - self.point, axis=-1)
        said = self(points)
        off = np.linalg.norm(values - said, axis=-1)
        rounding = ROUNDED * self.eps * (np.abs(values) + np.abs(said)).max(axis=-1)
        greatest = np.linalg.norm(self.matrix, 2) if self.is_finite else np.nan
        with np.errstate(all="ignore"):
            relative: Host = off / (greatest * distance)
        relative = np.where(np.isinf(relative), np.nan, relative)
        return np.where(off <= rounding, 0.0, relative)


@dataclass(frozen=True, eq=False)
class Slice:
    """A function of `inputs`, flat indices of its source, as seen at `outputs` of its target.

    The other coordinates of the source stay as in `base` [columns].
    """

    function: PortFunction
    base: Host
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def point(self) -> Host:
        """The chosen coordinates of the base, [inputs]."""
        return self.base[list(self.inputs)]

    def moved(self, point: Host) -> Moved:
        """The whole function where the chosen coordinates are `point`."""
        return self.function.at(self._with(point))

    def _with(self, point: Host) -> Host:
        x = self.base.copy()
        x[list(self.inputs)] = point
        return x

    def at(self, points: Host, progress: Progress | None = None) -> Host:
        """The chosen outputs at `points` [..., inputs]: [..., outputs]; NaN where undefined."""
        flat = points.reshape(-1, len(self.inputs))
        values = np.empty((len(flat), len(self.outputs)))
        found = self.function.sweep((self._with(point) for point in flat), self.outputs)
        for place, value in enumerate(found):
            values[place] = value
            if progress is not None:
                progress((place + 1) / len(flat))
        return values.reshape(*points.shape[:-1], len(self.outputs))

    def linear(self, point: Host) -> Linear:
        """The function and its derivative at a point."""
        return self.linear_of(self.moved(point))

    def linear_of(self, moved: Moved) -> Linear:
        """The same of a function that is at the point already."""
        outputs = list(self.outputs)
        matrix = moved.columns(self.inputs)[outputs]
        return Linear(moved.x[list(self.inputs)], moved.y[outputs], matrix, self.function.eps)
