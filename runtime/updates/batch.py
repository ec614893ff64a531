"""One batch of a training, opened: run forward, in reverse and updated again, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graph import edits as e
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.engine import Engine
from runtime.feeds import Host
from runtime.training.clipping import Clip
from runtime.training.moment import Position
from runtime.training.optimizers import optimizer_of
from runtime.training.schedules import Plateau, schedule_of
from runtime.updates.learning import Learning

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.training import Training
    from runtime.records import Watch
    from runtime.trace import Trace
    from runtime.training.moment import Moment


@dataclass(frozen=True, eq=False)
class Batch:
    """All that the next update of a training starts from. Arrays are by address.

    `feeds` are the batch's, `tensors` parameters and state before it, `learning` the optimizer with
    what it remembers. `position` counts epochs and batches from 0; `per_epoch` batches are in one.
    """

    position: Position
    per_epoch: int
    feeds: Mapping[str, Host]
    tensors: Mapping[str, Host]
    learning: Learning

    def run(self, graph: Graph, watch: Watch | None = None) -> Trace:
        """The run of the batch in training mode, not updated yet; the graph is not changed.

        The trace counts as one of the graph's own revision. Raises as `Engine.run`.
        """
        own = graph.copy()
        tensors = {PortRef.parse(name): Tensor.of(array) for name, array in self.tensors.items()}
        own.apply(e.Batch(tuple(e.SetTensor(ref, tensor) for ref, tensor in tensors.items())))
        engine = Engine(own, "cpu", mode="train", partial=True)
        trace = engine.run(self.feeds, training_step=self.learning.count, watch=watch)
        return replace(trace, plan=replace(trace.plan, revision=graph.revision))


def batch_of(graph: Graph, moment: Moment, folder: Path | None = None) -> Batch:
    """The batch that comes next at a moment of a training of this graph.

    `folder` is where the paths of its data begin. Raises as `Feeder.of`.
    """
    from runtime.data.feeding import Feeder

    feeder, training = Feeder.of(graph, folder), graph.training
    epoch, batch, update = moment.position
    updates = training.epochs * feeder.updates_per_epoch
    learning = Learning(
        optimizer_of(training.optimizer),
        Clip(training.clip.value, training.clip.norm),
        training.frozen,
        training.lr_factors,
        _share(training, moment, updates),
        update,
        moment.memory,
    )
    tensors = {**moment.parameters, **moment.state}
    feeds = feeder.batch(epoch, batch)
    return Batch(moment.position, feeder.updates_per_epoch, feeds, tensors, learning)


def _share(training: Training, moment: Moment, updates: int) -> float:
    """The schedule's share of the learning rate at a moment."""
    schedule = schedule_of(training.schedule, updates)
    if not isinstance(schedule, Plateau):
        return schedule.factor(moment.position.update)
    if moment.schedule:
        schedule.restore(moment.schedule)
    return schedule.factor
