"""The loss on a line or on a grid of directions: what a picture of a landscape is made of."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host
from runtime.geometry.contours import contour
from runtime.geometry.window import Window
from runtime.numbering import PlanStep
from runtime.training.landscape.directions import Directions, down_the_gradient
from runtime.training.landscape.objective import Objective

Progress = Callable[[float], None]
SIDE, POINTS, RINGS = 41, 121, 12
DOUBLINGS = 40
UPHILL = 0.1  # of the way down that is also shown up the gradient
BULK = 90  # percent of the losses that lie in the rings; a pole would take them all


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss over a plane: `losses` [side, side] at `window.grid(side)`, up is the second axis.

    NaN or infinite where the numbers leave their range. `here` [2] is the place that was asked
    about, `loss` the loss there.
    """

    directions: Directions
    window: Window
    losses: Host
    here: Host
    loss: float

    @property
    def side(self) -> int:
        """Samples along each axis."""
        return len(self.losses)

    @functools.cached_property
    def heights(self) -> list[float]:
        """The losses at which lines are drawn: evenly apart in a bowl, close at the bottom."""
        return rings(self.losses)

    @functools.cached_property
    def lines(self) -> dict[float, Host]:
        """Segments [count, 2, 2] of the line at each height."""
        grid = self.window.grid(self.side)
        return {level: contour(grid, self.losses, level) for level in self.heights}

    @property
    def lowest(self) -> tuple[Host, float]:
        """The sample with the least loss: where [2], and how much; NaN where none is finite."""
        finite = np.where(np.isfinite(self.losses), self.losses, np.inf)
        place = np.unravel_index(int(np.argmin(finite)), finite.shape)
        found: Host = self.window.grid(self.side)[place]
        least = float(finite[place])
        return found, least if math.isfinite(least) else math.nan


@dataclass(frozen=True, eq=False)
class Profile:
    """The loss along one direction: `at` [count] and `losses` [count].

    `loss` and `slope` are those at coordinate `here`, `best` the sample with the least loss.
    """

    directions: Directions
    at: Host
    losses: Host
    here: float
    loss: float
    slope: float

    @property
    def best(self) -> int | None:
        """The index of the least loss; None where none is finite."""
        finite = np.isfinite(self.losses)
        return int(np.argmin(np.where(finite, self.losses, np.inf))) if finite.any() else None

    @property
    def tangent(self) -> Host:
        """What the slope at `here` foretells: [count]."""
        found: Host = self.loss + self.slope * (self.at - self.here)
        return found


def rings(losses: Host, most: int = RINGS) -> list[float]:
    """Heights for contours: the least loss and squares above it, up to what most samples have.

    In a round bowl such lines are evenly apart.
    """
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        return []
    low, high = float(finite.min()), float(np.percentile(finite, BULK))
    if not high > low:
        high = float(finite.max())
    if not high > low:
        return []
    return [low + (high - low) * (ring / most) ** 2 for ring in range(1, most + 1)]


def sample_plane(
    objective: Objective,
    directions: Directions,
    window: Window,
    here: Host,
    side: int = SIDE,
    progress: Progress | None = None,
    known: Landscape | None = None,
) -> Landscape:
    """The loss over a grid of two directions. `progress(share)` is called after each sample.

    It may raise, to end the work; raises `RunError` as `Objective.loss`. A landscape that is
    `known` of the same directions and window, with half as many gaps, gives its samples.
    """
    steps = objective.depending(directions.moving)
    grid, losses = window.grid(side), np.empty((side, side))
    is_known = np.zeros((side, side), bool)
    if known is not None and known.window == window and 2 * known.side - 1 == side:
        losses[::2, ::2], is_known[::2, ::2] = known.losses, True
    left = np.argwhere(~is_known).tolist()
    for count, (row, column) in enumerate(left, 1):
        losses[row, column] = objective.loss(directions.theta(grid[row, column]), steps)
        if progress is not None:
            progress(count / len(left))
    loss = objective.loss(directions.theta(here), steps)
    return Landscape(directions, window, losses, np.asarray(here, float), loss)


def sample_line(
    objective: Objective,
    directions: Directions,
    window: Window,
    here: float,
    points: int = POINTS,
    progress: Progress | None = None,
) -> Profile:
    """The loss along one direction, `here` among the samples; otherwise as `sample_plane`."""
    steps = objective.depending(directions.moving)
    at = np.unique(np.append(window.line(points), here))
    losses = np.empty(len(at))
    for place, coordinate in enumerate(at.tolist()):
        losses[place] = objective.loss(directions.theta(np.array([coordinate])), steps)
        if progress is not None:
            progress((place + 1) / len(at))
    loss, gradient = objective.slope(directions.theta(np.array([here])), steps)
    slope = float(gradient @ directions.vectors[0])
    return Profile(directions, at, losses, here, loss, slope)


def sample_gradient(
    objective: Objective, theta: Host, points: int = POINTS, progress: Progress | None = None
) -> Profile:
    """The loss down the gradient, by the learning rate of one step of plain SGD.

    From a little uphill to where the loss is as high as at the start again. Raises `BadSetting`
    where the gradient is 0.
    """
    loss, gradient = objective.slope(theta)
    directions = down_the_gradient(theta, gradient)
    steps = objective.depending(directions.moving)
    reach = _reach(objective, directions, loss, float(gradient @ gradient), steps)
    window = Window((-UPHILL * reach,), (reach,))
    return sample_line(objective, directions, window, 0.0, points, progress)


def _reach(
    objective: Objective,
    directions: Directions,
    loss: float,
    squared: float,
    steps: tuple[PlanStep, ...],
) -> float:
    """The learning rate at which the way down ends: the loss is what it was, or no number.

    The search begins where the tangent meets 0 (Polyak's step).
    """

    def is_down(rate: float) -> bool:
        return objective.loss(directions.theta(np.array([rate])), steps) < loss

    rate = abs(loss) / squared if loss else 1 / math.sqrt(squared)
    is_growing = is_down(rate)
    for _ in range(DOUBLINGS):
        other = rate * 2 if is_growing else rate / 2
        if is_down(other) != is_growing:
            return other if is_growing else rate
        rate = other
    return rate
