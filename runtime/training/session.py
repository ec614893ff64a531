"""A training that can be stopped at any update, kept, and gone on with to the bit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graph import edits as e
from graph.port import PortRef
from graph.rules import LOWER_IS_BETTER
from graph.tensor import Tensor
from runtime.data.batches import Part
from runtime.data.feeding import Feeder
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.training.clipping import Clip
from runtime.training.figures import Feeding, figures, judged_loss
from runtime.training.history import ALL_DONE, Epoch, History, Update
from runtime.training.moment import Moment, Position
from runtime.training.optimizers import optimizer_of
from runtime.training.schedules import Plateau, schedule_of
from runtime.training.trainer import Trainer

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.training import Training


class Session:
    """The training that a graph's `training` describes, on the samples of its Data nodes.

    `folder` is where the paths of the graph's data begin; `overrides` gives Data nodes another
    source. A `feeder` stands in for the Data nodes, `training` for the graph's own, a `trainer` for
    what that says of the optimizer. The graph is not changed; `edit()` takes the result over.

    Raises `BackendError`, `BadSetting`, `CheckFailed`, `NoTarget`, and as the feeder where the
    samples cannot be had.
    """

    def __init__(
        self,
        graph: Graph,
        folder: Path | None = None,
        device: str | None = "cpu",
        *,
        overrides: Mapping[str, str] | None = None,
        feeder: Feeding | None = None,
        trainer: Trainer | None = None,
        training: Training | None = None,
    ) -> None:
        self.training = graph.training if training is None else training
        self.feeder: Feeding = Feeder.of(graph, folder, overrides) if feeder is None else feeder
        if trainer is None:
            trainer = _trainer(graph, self.training, device, self.total_updates)
        self.trainer = trainer
        self.history = History()
        self._batch, self._losses = 0, 0.0
        self._first = self.trainer.count
        self._best: float | None = None
        self._kept: Mapping[str, Host] = {}
        self.trainer.begin(self.feeder.batch(0, 0))
        if self.training.metrics:
            judged_loss(self.trainer.plan)
        self._settle()

    @property
    def position(self) -> Position:
        """The batch that comes next."""
        return Position(len(self.history.epochs), self._batch, self.trainer.count - self._first)

    @property
    def updates_per_epoch(self) -> int:
        """Batches of an epoch, each of which is an update."""
        return self.feeder.updates_per_epoch

    @property
    def total_updates(self) -> int:
        """Updates of all epochs."""
        return self.training.epochs * self.feeder.updates_per_epoch

    @property
    def is_over(self) -> bool:
        """Whether no batch is left, or it was ended."""
        return bool(self.history.why_ended)

    @property
    def why_ended(self) -> str:
        """Why it is over; the empty text where it is not."""
        return self.history.why_ended

    def feeds(self) -> dict[str, Host]:
        """The feeds of the batch that comes next."""
        return self.feeder.batch(len(self.history.epochs), self._batch)

    def step(self) -> Update:
        """Train on the next batch; at an epoch's last one the update has its figures.

        Raises as `Trainer.step`: then nothing has changed, and the same batch comes next.
        """
        if self.is_over:
            raise BadSetting(f"training: found it over, since {self.why_ended}.")
        if self._batch < self.updates_per_epoch:  # else an epoch's figures could not be had
            loss = float(self.trainer.step(self.feeds()))
            self._losses += loss * self.feeder.samples(self._batch)
            self._batch += 1
        update = self.trainer.last
        assert update is not None
        if self._batch < self.updates_per_epoch:
            return update
        return replace(update, epoch=self._end_epoch())

    def end(self, why: str) -> None:
        """End it here; `why` goes on "since ..."."""
        self.history.why_ended = why

    def moment(self) -> Moment:
        """All that is needed to go on from here."""
        trainer = self.trainer
        schedule = trainer.schedule
        return Moment(
            self.position,
            trainer.parameters,
            trainer.state,
            trainer.memory,
            dict(schedule.kept) if isinstance(schedule, Plateau) else {},
            self._losses,
            tuple(self.history.epochs),
            self.history.best,
            self._best,
            self._kept,
            self.why_ended,
        )

    def go_to(self, moment: Moment) -> None:
        """Be at a moment of this training, or of one with more or fewer epochs, again.

        What ended it then ends it now only where that still holds. Raises `BadSetting` where it was
        kept of another graph, optimizer or set.
        """
        epoch, batch, update = moment.position
        if batch > self.updates_per_epoch or update != epoch * self.updates_per_epoch + batch:
            raise BadSetting(
                f"training: found update {update:,} in epoch {epoch + 1}, expected"
                f" {self.updates_per_epoch:,} updates an epoch as the samples give."
            )
        kept = {**moment.parameters, **moment.state}
        self.trainer.restore(kept, moment.memory, self._first + update)
        if isinstance(self.trainer.schedule, Plateau) and moment.schedule:
            self.trainer.schedule.restore(moment.schedule)
        self.history.epochs[:] = moment.epochs
        self.history.best = moment.best
        self._batch, self._losses = batch, moment.losses
        self._best, self._kept = moment.best_figure, moment.kept
        self.history.why_ended = ""
        if batch == self.updates_per_epoch:
            self._end_epoch()
        self._settle()

    @property
    def learned(self) -> Mapping[str, Host]:
        """Parameters and state as the training leaves them: the best epoch's where it keeps them.

        By address.
        """
        return self._kept or self.trainer.parameters | self.trainer.state

    def edit(self) -> e.Edit:
        """The edit that takes the result over into the graph."""
        return taking_over(self.learned)

    # --- inside ---------------------------------------------------------------------------

    def _end_epoch(self) -> Epoch:
        history = self.history
        mean = self._losses / max(self.feeder.length("train"), 1)
        number = len(history.epochs) + 1
        rate = self.trainer.rate
        epoch = Epoch(number, self.trainer.count, rate, self._figures(mean))
        history.epochs.append(epoch)
        self._batch, self._losses = 0, 0.0
        name, figure = self.training.stop.figure, self._watched(epoch)
        if isinstance(self.trainer.schedule, Plateau):
            is_higher_better = name not in LOWER_IS_BETTER
            self.trainer.schedule.tell(figure, is_higher_better=is_higher_better)
        self._compare(number, figure)
        self._settle()
        return epoch

    def _figures(self, mean: float) -> dict[Part, dict[str, float]]:
        metrics = self.training.metrics
        found: dict[Part, dict[str, float]] = {"train": {"loss": mean}}
        if metrics:
            judged = figures(self.trainer, self.feeder, "train", metrics)
            found["train"] |= {name: judged[name] for name in metrics}
        if self.feeder.length("validation"):
            found["validation"] = figures(self.trainer, self.feeder, "validation", metrics)
        return found

    def _watched(self, epoch: Epoch) -> float:
        part: Part = "validation" if "validation" in epoch.figures else "train"
        return epoch.figures[part][self.training.stop.figure]

    def _compare(self, number: int, figure: float) -> None:
        """Remember the epoch where it is better than all before it."""
        stop = self.training.stop
        better = -figure if stop.figure not in LOWER_IS_BETTER else figure
        if math.isnan(better) or not (self._best is None or better < self._best):
            return
        self._best, self.history.best = better, number
        if stop.keep_best:
            self._kept = self.trainer.parameters | self.trainer.state

    def _settle(self) -> None:
        """Say why it is over, where it is."""
        stop, history = self.training.stop, self.history
        if history.why_ended:
            return
        waited = len(history.epochs) - history.best
        if stop.patience is not None and waited >= stop.patience:
            epochs = "epoch" if stop.patience == 1 else "epochs"
            text = f"{stop.figure} has not become better for {stop.patience} {epochs}"
            history.why_ended = text
        elif len(history.epochs) >= self.training.epochs:
            history.why_ended = ALL_DONE


def taking_over(learned: Mapping[str, Host]) -> e.Edit:
    """The edit that writes parameters and state, by address, into their graph."""
    found = {PortRef.parse(name): Tensor.of(array) for name, array in learned.items()}
    return e.Batch(tuple(e.SetTensor(ref, tensor) for ref, tensor in found.items()))


def _trainer(graph: Graph, training: Training, device: str | None, updates: int) -> Trainer:
    return Trainer(
        graph,
        optimizer_of(training.optimizer),
        device,
        schedule=schedule_of(training.schedule, updates),
        clip=Clip(training.clip.value, training.clip.norm),
        frozen=training.frozen,
        lr_factors=training.lr_factors,
    )
