"""A race: several optimizers from one place on the same landscape, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.training.landscape.directions import Directions
from runtime.training.landscape.objective import Objective
from runtime.training.landscape.sampling import Progress
from runtime.training.optimizers import Optimizer, Turn

UPDATES, MOST_UPDATES = 100, 10_000
Look = Callable[[Host], tuple[float, Host]]
FAR = 1e12  # coordinates beyond are not followed


@dataclass(frozen=True)
class Racer:
    """Who takes part: an update rule, under a name."""

    name: str
    optimizer: Optimizer


@dataclass(frozen=True, eq=False)
class Course:
    """Where a racer was: `points` [updates + 1, k] on the plane, `losses` [updates + 1] there.

    `has_left` says that it left the numbers: the course ends before.
    """

    racer: Racer
    points: Host
    losses: Host
    has_left: bool = False

    def at(self, update: int) -> tuple[Host, float]:
        """Place and loss after so many updates; a course that has ended stays at its end."""
        last = min(update, len(self.points) - 1)
        return self.points[last], float(self.losses[last])


def race(
    objective: Objective,
    directions: Directions,
    start: Host,
    racers: Sequence[Racer],
    updates: int = UPDATES,
    progress: Progress | None = None,
) -> tuple[Course, ...]:
    """All courses from coordinates `start` [k].

    Only the coordinates move, by the loss's gradient with respect to them, so that everybody
    stays on the landscape that is drawn. On two chosen numbers that is a training with all other
    parameters frozen. Raises `BadSetting` for a number of updates out of range, `RunError` as
    `Objective.loss`, and what `progress` raises.
    """
    if not 1 <= updates <= MOST_UPDATES:
        raise BadSetting(f"race: found {updates:,} updates, expected 1 to {MOST_UPDATES:,}.")
    steps = objective.depending(directions.moving)

    def look(at: Host) -> tuple[float, Host]:
        loss, gradient = objective.slope(directions.theta(at), steps)
        return loss, directions.vectors @ gradient

    found = []
    for place, racer in enumerate(racers):
        course = _Course(racer, start, look)
        for update in range(1, updates + 1):
            if not course.go(update):
                break
            if progress is not None:
                progress((place + update / updates) / len(racers))
        found.append(course.done())
    return tuple(found)


class _Course:
    """One racer under way."""

    def __init__(self, racer: Racer, start: Host, look: Look) -> None:
        self._racer, self._look = racer, look
        self._at = np.array(start, float)
        self._state = racer.optimizer.begin(np, self._at)
        loss, self._gradient = look(self._at)
        self._points, self._losses = [self._at.copy()], [loss]
        self._has_left = False

    def go(self, update: int) -> bool:
        """One update; False where it leads out of the numbers."""
        optimizer = self._racer.optimizer
        with np.errstate(all="ignore"):
            turn = Turn(np, optimizer.lr, update)
            optimizer.update(turn, self._at, self._gradient.copy(), self._state)
        loss, self._gradient = self._look(self._at)
        is_inside = np.abs(self._at).max() < FAR  # NaN is not
        if not is_inside or not np.isfinite(loss) or not np.isfinite(self._gradient).all():
            self._has_left = True
            return False
        self._points.append(self._at.copy())
        self._losses.append(loss)
        return True

    def done(self) -> Course:
        return Course(self._racer, np.array(self._points), np.array(self._losses), self._has_left)
