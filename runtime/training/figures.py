"""How good what was learned so far is: loss and metrics of a part of the samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from graph.port import PortRef
from runtime.backend import to_numpy
from runtime.data.batches import Part
from runtime.errors import BadSetting
from runtime.feeds import Host
from runtime.moments import apart
from runtime.training.metrics import metric

if TYPE_CHECKING:
    from runtime.plan import Plan
    from runtime.trace import Trace
    from runtime.training.trainer import Trainer

AT_ONCE = 256  # samples that are judged in one run
COMPARED = frozenset({"prediction", "target"})


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


def figures(
    trainer: Trainer, feeder: Feeding, part: Part, metrics: Sequence[str] = ()
) -> dict[str, float]:
    """Loss and metrics of a part, in evaluation mode, with what was learned so far.

    The loss is the mean over samples, in runs of at most 256. Raises as `Engine.run`, and
    `BadSetting` where metrics are asked for and no loss says what they are of.
    """
    count, total = feeder.length(part), 0.0
    predictions, targets = [], []
    for start in range(0, count, AT_ONCE):
        indices = np.arange(start, min(start + AT_ONCE, count))
        trace = trainer.judge(feeder.feeds(part, indices))
        assert trace.plan.end is not None
        total += float(to_numpy(trace.values[trace.plan.end]).sum()) * len(indices)
        if metrics:
            prediction, target = compared(trace)
            predictions.append(prediction)
            targets.append(target)
    found = {"loss": total / count if count else float("nan")}
    if metrics and predictions:
        scores, truth = np.concatenate(predictions), np.concatenate(targets)
        found |= {name: metric(name)(scores, truth) for name in metrics}
    return found


def compared(trace: Trace) -> tuple[Host, Host]:
    """What the target's loss compares, prediction and target, samples along axis 0.

    Inside time each step of a sample counts for itself.
    """
    loss = loss_of(trace.plan)
    ports = (PortRef(loss, "prediction"), PortRef(loss, "target"))
    found = [trace.value(port) for port in ports]
    if trace.plan.times(ports[0]):
        found = [array.reshape(-1, *array.shape[2:]) for array in found]
    return found[0], found[1]


def loss_of(plan: Plan) -> str:
    """The address of the loss before the target: the nearest node with a prediction and a target.

    Metrics are of what it compares. Raises `BadSetting` where there is none.
    """
    graph, waiting, seen = plan.flat.graph, deque[str](), set[str]()
    if plan.target is not None:
        waiting.append(plan.flat.inner(apart(plan.target)[0]).node)
    while waiting:
        id_ = waiting.popleft()
        module = graph.module(id_)
        if module is not None and {port.name for port in module.wired_ports} >= COMPARED:
            return id_
        for edge in graph.arriving(id_).values():
            if edge.source.node not in seen:
                seen.add(edge.source.node)
                waiting.append(edge.source.node)
    raise BadSetting(
        f"metrics: found no loss before {plan.target}, expected one with a prediction and a target."
    )
