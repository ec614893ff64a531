"""Epochs: all batches of a set, figures of every part, and when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from runtime.backend import to_numpy
from runtime.data.batches import Batches, Part, Split
from runtime.engine import Engine
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.training.metrics import HIGHER_IS_BETTER, metric
from runtime.training.schedules import Plateau

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset
    from runtime.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch came to. `figures` has `loss` and the metrics, by part.

    `number` counts from 1, `updates` all updates so far. The loss of the training part is the mean
    over the epoch's batches, each before its update.
    """

    number: int
    updates: int
    rate: float
    figures: Mapping[Part, Mapping[str, float]]


Callback = Callable[[Epoch], bool | None]
"""Called after each epoch; True ends the training."""


@dataclass(frozen=True)
class Stop:
    """Ends a training where `figure` has not become better for `patience` epochs.

    `figure` is `loss` or a metric, of the validation part where there is one, else of training.
    """

    figure: str = "loss"
    patience: int = 10

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise BadSetting(f"stop.patience: found {self.patience}, expected at least 1.")


@dataclass
class History:
    """All epochs of a training. `best` is the number of the best one by the watched figure."""

    epochs: list[Epoch] = field(default_factory=list)
    best: int = 0
    why_ended: str = "all epochs are done"

    def figure(self, part: Part, name: str) -> list[float]:
        """One figure over the epochs."""
        return [epoch.figures[part][name] for epoch in self.epochs if part in epoch.figures]


@dataclass(frozen=True)
class Fitting:
    """How a set is learned; `prediction` is the port that metrics are of."""

    epochs: int = 10
    batch: int | None = 32
    shuffle: bool = True
    split: Split = field(default_factory=Split)
    metrics: Sequence[str] = ()
    prediction: str = ""
    stop: Stop | None = None
    keep_best: bool = False

    def __post_init__(self) -> None:
        if self.epochs < 0:
            raise BadSetting(f"epochs: found {self.epochs}, expected 0 or more.")
        for name in self.metrics:
            metric(name)
        if self.metrics and not self.prediction:
            raise BadSetting("metrics: found no prediction, expected the port that they are of.")


def fit(
    trainer: Trainer, data: Dataset, how: Fitting, callbacks: Iterable[Callback] = ()
) -> History:
    """Train on a set; its arrays are fed to the inputs of their names.

    Raises as `Trainer.step`; what was learned until then stays in the trainer.
    """
    return _Run(trainer, data, how).play(tuple(callbacks))


class _Run:
    def __init__(self, trainer: Trainer, data: Dataset, how: Fitting) -> None:
        self._trainer, self._data, self._how = trainer, data, how
        self._seed = trainer.graph.seed
        self._parts = how.split.parts(len(data), self._seed)
        self._best = math.inf
        self._kept: Mapping[str, Host] | None = None

    def play(self, callbacks: tuple[Callback, ...]) -> History:
        history, train = History(), self._parts["train"]
        batches = Batches(len(train), self._how.batch, self._how.shuffle, self._seed)
        for number in range(1, self._how.epochs + 1):
            losses = []
            for indices in batches.of(number - 1):
                loss = self._trainer.step(self._data.feeds(train[indices]))
                losses.append(float(loss) * len(indices))
            mean = sum(losses) / max(len(train), 1)
            epoch = Epoch(number, self._trainer.count, self._trainer.rate, self._figures(mean))
            history.epochs.append(epoch)
            if isinstance(self._trainer.schedule, Plateau):
                self._trainer.schedule.tell(self._watched(epoch))
            if self._is_better(epoch):
                history.best = number
            wishes = [callback(epoch) for callback in callbacks]
            if any(wishes):
                history.why_ended = "a callback ended it"
                break
            if self._is_over(history):
                break
        if self._how.keep_best and self._kept is not None:
            self._trainer.restore(self._kept)
        return history

    def _is_over(self, history: History) -> bool:
        stop = self._how.stop
        if stop is None or len(history.epochs) - history.best < stop.patience:
            return False
        history.why_ended = f"{stop.figure} has not become better for {stop.patience} epochs"
        return True

    def _is_better(self, epoch: Epoch) -> bool:
        name = self._how.stop.figure if self._how.stop else "loss"
        figure = self._watched(epoch)
        figure = -figure if name in HIGHER_IS_BETTER else figure
        if not figure < self._best:
            return False
        self._best = figure
        if self._how.keep_best:
            self._kept = self._trainer.parameters | self._trainer.state
        return True

    def _watched(self, epoch: Epoch) -> float:
        name = self._how.stop.figure if self._how.stop else "loss"
        part: Part = "validation" if "validation" in epoch.figures else "train"
        if name not in epoch.figures[part]:
            known = ", ".join(epoch.figures[part])
            raise BadSetting(f'stop.figure: found "{name}", expected one of {known}.')
        return epoch.figures[part][name]

    def _figures(self, mean: float) -> dict[Part, dict[str, float]]:
        found: dict[Part, dict[str, float]] = {"train": {"loss": mean}}
        if self._how.metrics:
            found["train"] |= self._measured("train")
        if len(self._parts["validation"]):
            found["validation"] = self._measured("validation")
        return found

    def _measured(self, part: Part) -> dict[str, float]:
        figures = evaluate(self._trainer, self._data.take(self._parts[part]), self._how)
        return {k: v for k, v in figures.items() if part != "train" or k != "loss"}


def evaluate(trainer: Trainer, data: Dataset, how: Fitting, *, size: int = 256) -> dict[str, float]:
    """Loss and metrics of a set, in evaluation mode, with what was learned so far.

    The loss is the mean over samples, in batches of `size`.
    """
    graph = trainer.graph.copy()
    graph.apply(trainer.edit())
    engine = Engine(graph, trainer.device, trainer.dtype, "eval", trainer.target)
    losses, found = [], []
    for indices in Batches(len(data), size, shuffle=False).of(0):
        trace = engine.run(data.feeds(indices), phase="forward")
        target = trace.plan.end
        assert target is not None
        losses.append(float(to_numpy(trace.values[target]).sum()) * len(indices))
        if how.prediction:
            found.append(trace.value(how.prediction))
    figures = {"loss": sum(losses) / max(len(data), 1)}
    if how.metrics:
        scores = np.concatenate(found)
        figures |= {name: metric(name)(scores, data.arrays["t"]) for name in how.metrics}
    return figures
