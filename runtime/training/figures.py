"""How good what was learned so far is: loss and metrics of a part of the samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.data.batches import Part
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.moments import apart
from runtime.training.metrics import metric
from runtime.training.pictures.verdicts import reading_of

if TYPE_CHECKING:
    from graph.model import Graph
    from runtime.plan import Plan
    from runtime.trace import Trace
    from runtime.training.trainer import Trainer

AT_ONCE = 256  # samples that are judged in one run
OF_NUMBERS = frozenset({"mae", "r2"})  # metrics that compare entry by entry


class Feeding(Protocol):
    """What gives the samples of a training; epochs, batches and places count from 0."""

    @property
    def updates_per_epoch(self) -> int:
        """Batches of one epoch."""

    def length(self, part: Part) -> int:
        """Samples of a part."""

    def samples(self, number: int) -> int:
        """Samples of a batch."""

    def batch(self, epoch: int, number: int) -> dict[str, Host]:
        """The feeds of a batch."""

    def feeds(self, part: Part, indices: Any) -> dict[str, Host]:
        """The feeds of some samples of a part, by their place in it."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """The loss of a part, and what was compared: `scores` and `truth` [N, ...], as `predicts` says.

    Without metrics nothing is compared, and N is 0.
    """

    loss: float
    predicts: str
    scores: Host
    truth: Host

    def figures(self, metrics: Sequence[str]) -> dict[str, float]:
        """Loss and metrics by name."""
        if not len(self.scores):
            return {"loss": self.loss}
        return {"loss": self.loss} | measured(metrics, self.predicts, self.scores, self.truth)


def figures(
    trainer: Trainer, feeder: Feeding, part: Part, metrics: Sequence[str] = ()
) -> dict[str, float]:
    """Loss and metrics of a part; raises as `judgement`."""
    return judgement(trainer, feeder, part, compares=bool(metrics)).figures(metrics)


def judgement(trainer: Trainer, feeder: Feeding, part: Part, *, compares: bool) -> Judgement:
    """A part in evaluation mode, with what was learned so far.

    The loss is the mean over samples, in runs of at most 256. Raises as `Engine.run`, and
    `BadSetting` where something is to be compared and no loss says what.
    """
    count, total, predicts = feeder.length(part), 0.0, ""
    found: list[tuple[Host, Host]] = []
    for start in range(0, count, AT_ONCE):
        indices = np.arange(start, min(start + AT_ONCE, count))
        trace = trainer.judge(feeder.feeds(part, indices))
        assert trace.plan.end is not None
        total += float(to_numpy(trace.values[trace.plan.end]).sum()) * len(indices)
        if compares:
            loss = judged_loss(trace.plan)
            found.append(compared(trace, loss))
            predicts = getattr(trace.plan.flat.graph.module(loss), "predicts", "numbers")
    pairs = zip(*found, strict=True) if found else (([np.empty(0)],) * 2)
    scores, truth = (np.concatenate(own) for own in pairs)
    return Judgement(total / count if count else math.nan, predicts, scores, truth)


def measured(metrics: Sequence[str], predicts: str, scores: Host, truth: Host) -> dict[str, float]:
    """Metrics of predictions [N, ...] against truths [N, ...]; `predicts` is the loss's.

    One that has no meaning for them, such as the accuracy of numbers, is NaN.
    """
    reading = reading_of(predicts, scores, truth)
    found = {}
    for name in metrics:
        if name == "multi_label_accuracy":
            given = scores - 0.5 if predicts == "probabilities" else scores
            fits, arrays = scores.shape == truth.shape, (given, truth)
        elif name in OF_NUMBERS:
            fits, arrays = scores.shape == truth.shape, (scores, truth)
        else:
            flat = scores.reshape(len(scores), -1)
            given = flat - reading.turn if reading.is_single else flat
            fits, arrays = reading.classes > 0, (given, reading.true_classes(truth))
        found[name] = metric(name)(*arrays) if fits else math.nan
    return found


def compared(trace: Trace, loss: str) -> tuple[Host, Host]:
    """What a loss compares, prediction and target, samples along axis 0.

    Inside time each step of a sample counts for itself.
    """
    ports = [PortRef(loss, "prediction"), PortRef(loss, "target")]
    found = [trace.value(port) for port in ports]
    if trace.plan.times(ports[0]):
        found = [array.reshape(-1, *array.shape[2:]) for array in found]
    return found[0], found[1]


def judged_loss(plan: Plan) -> str:
    """The address of the loss that says what metrics are of; raises `BadSetting` for none."""
    assert plan.target is not None
    loss = nearest_loss(plan.flat.graph, plan.flat.inner(apart(plan.target)[0]).node)
    if loss is None:
        raise BadSetting(f"metrics: found no loss before {plan.target}, expected one to judge by.")
    return loss


def nearest_loss(graph: Graph, start: str) -> str | None:
    """The nearest loss that a node depends on, or is, in a graph without instances."""
    return next(losses_before(graph, start), None)


def losses_before(graph: Graph, start: str) -> Iterator[str]:
    """All losses that a node depends on, or is, the nearest first."""
    seen, row = {start}, [start]
    while row:
        for id_ in row:
            module = graph.module(id_)
            if module is not None and module.outline() == "loss":
                yield id_
        before = [other for id_ in row for other in graph.predecessors(id_)]
        row = [id_ for id_ in dict.fromkeys(before) if id_ not in seen]
        seen.update(row)
