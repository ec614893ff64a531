"""With what a run's update is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.feeds import Host
from runtime.training.clipping import Clip
from runtime.training.optimizers import SGD, Optimizer, optimizer_of
from runtime.training.schedules import schedule_of, share_at

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.training import Training


@dataclass(frozen=True, eq=False)
class Learning:
    """An optimizer and all that an update depends on besides values and gradients.

    `count` is how many updates were done before, `memory` what the optimizer remembers of them
    (arrays [n] over all trained numbers in the plan's order, as `Optimizer.begin` makes them; empty
    before the first one). `share` is the schedule's factor of the learning rate at this update.
    `frozen` and `lr_factors` name parameters or nodes, as `Trainer` takes them.
    """

    optimizer: Optimizer = field(default_factory=SGD)
    clip: Clip = field(default_factory=Clip)
    frozen: tuple[str, ...] = ()
    lr_factors: Mapping[str, float] = field(default_factory=dict)
    share: float = 1.0
    count: int = 0
    memory: Mapping[str, Host] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """The learning rate of this update."""
        return self.optimizer.lr * self.share

    @classmethod
    def of(cls, graph: Graph) -> Learning:
        """The first update that a graph's `training` describes."""
        training = graph.training
        return cls(
            optimizer_of(training.optimizer),
            Clip(training.clip.value, training.clip.norm),
            training.frozen,
            training.lr_factors,
            first_share(training),
        )


def first_share(training: Training) -> float:
    """The schedule's share of the learning rate at the first update."""
    return share_at(schedule_of(training.schedule, 1), 0)
