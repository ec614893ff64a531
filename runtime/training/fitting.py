"""Learning a set that is at hand in a program: a session on its arrays instead of Data nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from graph.errors import GraphError
from graph.rules import Stop
from graph.training import check_training
from runtime.data.batches import Batches, Part, Split
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.training.figures import figures
from runtime.training.history import Epoch, History
from runtime.training.session import Session

if TYPE_CHECKING:
    from graph.training import Training
    from runtime.data.dataset import Dataset
    from runtime.training.trainer import Trainer

Callback = Callable[[Epoch], bool | None]
"""Called after each epoch; True ends the training."""
ENDED_BY_CALLBACK = "a callback ended it"


@dataclass(frozen=True)
class Fitting:
    """How a set is learned. Metrics are of what the loss compares."""

    epochs: int = 10
    batch: int | None = 32
    shuffle: bool = True
    split: Split = field(default_factory=Split)
    metrics: Sequence[str] = ()
    stop: Stop = field(default_factory=Stop)

    def training(self, known: Training) -> Training:
        """What a graph's `training` becomes by it; raises `BadSetting`."""
        metrics = tuple(self.metrics)
        found = replace(known, epochs=self.epochs, metrics=metrics, stop=self.stop)
        try:
            check_training(found, lambda at: True)
        except GraphError as error:
            raise BadSetting(str(error)) from None
        return found


class SetFeeder:
    """Gives a set's arrays to the inputs of their names, in batches of the training part."""

    def __init__(self, data: Dataset, how: Fitting | None = None, seed: int = 0) -> None:
        how = how or Fitting(shuffle=False)
        self._data, self._parts = data, how.split.parts(len(data), seed)
        self._batches = Batches(len(self._parts["train"]), how.batch, how.shuffle, seed)
        self._order = (-1, self._parts["train"])

    @property
    def updates_per_epoch(self) -> int:
        """Batches of one epoch."""
        return len(self._batches)

    def length(self, part: Part) -> int:
        """Samples of a part."""
        return len(self._parts[part])

    def samples(self, number: int) -> int:
        """Samples of a batch."""
        size = self._batches.size or self._batches.count
        return min(size, self._batches.count - number * size)

    def batch(self, epoch: int, number: int) -> dict[str, Host]:
        """The feeds of a batch."""
        if self._order[0] != epoch:
            self._order = epoch, self._batches.order(epoch)
        size = self._batches.size or self._batches.count
        return self.feeds("train", self._order[1][number * size : (number + 1) * size])

    def feeds(self, part: Part, indices: Any) -> dict[str, Host]:
        """The feeds of some samples of a part, by their place in it."""
        return self._data.feeds(self._parts[part][indices])


def fit(
    trainer: Trainer,
    data: Dataset | None = None,
    how: Fitting | None = None,
    callbacks: Iterable[Callback] = (),
) -> History:
    """Train on a set, or on the graph's own Data nodes; its arrays go to inputs of their names.

    Raises as `Trainer.step`; what was learned until then stays in the trainer.
    """
    graph, feeder, training = trainer.graph, None, trainer.graph.training
    if data is not None:
        how = how or Fitting()
        feeder, training = SetFeeder(data, how, graph.seed), how.training(training)
    elif how is not None:
        training = how.training(training)
    session = Session(graph, feeder=feeder, trainer=trainer, training=training)
    play(session, tuple(callbacks))
    if training.stop.keep_best:
        trainer.restore(session.learned)
    return session.history


def play(session: Session, callbacks: Sequence[Callback] = ()) -> None:
    """Go on with a session until it is over."""
    while not session.is_over:
        epoch = session.step().epoch
        wishes = [] if epoch is None else [callback(epoch) for callback in callbacks]
        if any(wishes):
            session.end(ENDED_BY_CALLBACK)


def evaluate(trainer: Trainer, data: Dataset, metrics: Sequence[str] = ()) -> dict[str, float]:
    """Loss and metrics of a whole set, in evaluation mode, with what was learned so far."""
    return figures(trainer, SetFeeder(data), "train", metrics)
