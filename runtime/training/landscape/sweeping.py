"""The loss that a training comes to, by its learning rate: too low crawls, too high diverges."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runtime.errors import BadSetting, NotFinite
from runtime.feeds import Host
from runtime.training.landscape.objective import Objective
from runtime.training.landscape.sampling import Progress

if TYPE_CHECKING:
    from runtime.training.trainer import Trainer

LOWEST, HIGHEST, COUNT = 1e-4, 10.0, 16
MOST_RATES, MOST_UPDATES = 200, 100_000


@dataclass(frozen=True, eq=False)
class Sweep:
    """`losses` [count] after `updates` updates at `rates` [count]; infinite where it diverged.

    `start` is the loss before the first update.
    """

    rates: Host
    losses: Host
    start: float
    updates: int

    @property
    def best(self) -> int | None:
        """The index of the least loss; None where all diverged."""
        return int(np.argmin(self.losses)) if np.isfinite(self.losses).any() else None

    @property
    def diverged(self) -> Host:
        """Where the numbers left their range, or ended above the start: [count]."""
        found: Host = ~(self.losses <= self.start)
        return found


def rates_between(low: float = LOWEST, high: float = HIGHEST, count: int = COUNT) -> Host:
    """Learning rates at equal ratios, both ends included; raises `BadSetting` for a bad range."""
    if not 0 < low < high < math.inf:
        raise BadSetting(f"sweep: found {low:g} to {high:g}, expected rates above 0 that rise.")
    if not 2 <= count <= MOST_RATES:
        raise BadSetting(f"sweep: found {count:,} rates, expected 2 to {MOST_RATES}.")
    return np.geomspace(low, high, count)


def sweep(
    make: Callable[[float], Trainer],
    batch: Callable[[int], Mapping[str, Any]],
    rates: Sequence[float] | Host,
    updates: int,
    measured: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Train from the same start once for each rate.

    `make(rate)` gives a fresh trainer, `batch(number)` the feeds of each update from 0. The loss
    is that of the samples `measured`, by default of the first batch. Raises as `Trainer.step`,
    but for numbers that are not finite: these are what one looks for.
    """
    if not 1 <= updates <= MOST_UPDATES:
        raise BadSetting(f"sweep: found {updates:,} updates, expected 1 to {MOST_UPDATES:,}.")
    fed = batch(0) if measured is None else measured
    rates = np.asarray(rates, float)
    losses, start = np.empty(len(rates)), math.nan
    for place, rate in enumerate(rates.tolist()):
        trainer = make(rate)
        if not place:
            start = _loss(trainer, fed)
        try:
            for number in range(updates):
                trainer.step(batch(number))
                if progress is not None:
                    progress((place + (number + 1) / updates) / len(rates))
            losses[place] = _loss(trainer, fed)
        except NotFinite:
            losses[place] = math.inf
    return Sweep(rates, np.where(np.isfinite(losses), losses, math.inf), start, updates)


def _loss(trainer: Trainer, fed: Mapping[str, Any]) -> float:
    """The loss of some samples by what was learned so far."""
    objective = Objective(trainer.graph, fed, trainer.parameters | trainer.state)
    return objective.loss(objective.start)
