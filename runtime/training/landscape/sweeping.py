"""The loss that a training comes to, by its learning rate: too low crawls, too high diverges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graph.rules import Stop
from runtime.backend import to_numpy
from runtime.errors import BadSetting, NotFinite
from runtime.feeds import Host
from runtime.training.landscape.sampling import Progress
from runtime.training.session import Session

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.training import Training
    from runtime.training.figures import Feeding

SAMPLES = 512  # that the loss is measured on
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
    graph: Graph,
    rates: Sequence[float] | Host,
    updates: int,
    folder: Path | None = None,
    *,
    feeder: Feeding | None = None,
    training: Training | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Train from the same start once for each rate, otherwise as a `Session` of these arguments.

    The losses are those of the first samples of the training part, in evaluation mode.
    `progress(share)` is called after each update; it may raise, to end the work. Raises as
    `Session`, but for numbers that are not finite: these are what one looks for.
    """
    if not 1 <= updates <= MOST_UPDATES:
        raise BadSetting(f"sweep: found {updates:,} updates, expected 1 to {MOST_UPDATES:,}.")
    settings = graph.training if training is None else training
    rates = np.asarray(rates, float)
    losses = np.empty(len(rates))
    begun = _at_rate(settings, settings.optimizer.lr, 1)
    first = Session(graph, folder, feeder=feeder, training=begun)
    feeder, start = first.feeder, _loss(first)
    epochs = math.ceil(updates / feeder.updates_per_epoch)
    for place, rate in enumerate(rates.tolist()):
        session = Session(graph, feeder=feeder, training=_at_rate(settings, rate, epochs))
        try:
            for number in range(updates):
                session.step()
                if progress is not None:
                    progress((place + (number + 1) / updates) / len(rates))
            losses[place] = _loss(session)
        except NotFinite:
            losses[place] = math.inf
    return Sweep(rates, np.where(np.isfinite(losses), losses, math.inf), start, updates)


def _at_rate(training: Training, rate: float, epochs: int) -> Training:
    """The same with another learning rate, to the end."""
    return replace(
        training,
        epochs=epochs,
        optimizer=replace(training.optimizer, lr=rate),
        metrics=(),
        stop=Stop(),
    )


def _loss(session: Session) -> float:
    count = min(session.feeder.length("train"), SAMPLES)
    trace = session.trainer.judge(session.feeder.feeds("train", np.arange(count)))
    assert trace.plan.end is not None
    with np.errstate(all="ignore"):
        return float(to_numpy(trace.values[trace.plan.end]).sum())
