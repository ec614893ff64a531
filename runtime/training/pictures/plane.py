"""What is predicted over one input or over two, sampled on a line or on a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from runtime.feeds import Host
from runtime.geometry.contours import contour, levels
from runtime.geometry.window import Window
from runtime.training.pictures.verdicts import Reading

POINTS = 257  # of a curve
SIDE = 65  # of a grid that is drawn while it changes
FINE = 161  # of one that stays
LEVELS = 8  # lines of equal height

Evaluate = Callable[[Host], Host]
"""Scores [count, ...] at points [count, inputs]."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Predictions `y` [points, outputs] over one input `x` [points]."""

    x: Host
    y: Host


@dataclass(frozen=True, eq=False)
class Regions:
    """Scores over a window of two inputs: `points` [side, side, 2], `scores` [side, side, k]."""

    window: Window
    points: Host
    scores: Host
    reading: Reading

    @cached_property
    def shares(self) -> Host:
        """What is said for each class, [side, side, classes]."""
        side = len(self.scores)
        flat = self.scores.reshape(side * side, -1)
        return self.reading.shares(flat).reshape(side, side, -1)

    @cached_property
    def classes(self) -> Host:
        """The class at each point, [side, side]."""
        side = len(self.scores)
        return self.reading.classes_of(self.scores.reshape(side * side, -1)).reshape(side, side)

    @cached_property
    def lines(self) -> dict[float, Host]:
        """Where the decision turns, or lines of equal height by their height.

        Segments [count, 2, 2]. Borders between several classes are those of each class against
        the best other one, at the height 0.
        """
        reading, scores = self.reading, self.scores
        if reading.is_single:
            return {reading.turn: contour(self.points, scores[..., 0], reading.turn)}
        if not reading.classes:
            heights = scores[..., 0]
            return {at: contour(self.points, heights, at) for at in levels(heights, 0.0, LEVELS)}
        found = [
            contour(self.points, _margin(scores, class_), 0.0)
            for class_ in np.unique(self.classes).tolist()
        ]
        return {0.0: np.concatenate(found)}


def curve(evaluate: Evaluate, window: Window) -> Curve:
    """What is predicted along a line of one input."""
    x = window.line(POINTS)
    scores = evaluate(x[:, None])
    return Curve(x, scores.reshape(len(x), -1).astype(np.float64))


def regions(evaluate: Evaluate, window: Window, reading: Reading, side: int = SIDE) -> Regions:
    """What is predicted over a window of two inputs; all of it is worked out here."""
    points = window.grid(side)
    scores = evaluate(points.reshape(-1, 2)).reshape(side, side, -1).astype(np.float64)
    found = Regions(window, points, scores, reading)
    _ = found.lines, reading.classes and (found.classes, found.shares)
    return found


def _margin(scores: Host, class_: int) -> Host:
    """By how much a class is ahead of the best other one."""
    others = np.delete(scores, class_, axis=-1)
    margin: Host = scores[..., class_] - others.max(axis=-1)
    return margin
