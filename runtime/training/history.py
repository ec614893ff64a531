"""What a training came to: its updates, its epochs with their figures, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runtime.data.batches import Part

ALL_DONE = "all epochs are done"


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


@dataclass(frozen=True, slots=True)
class Update:
    """What one training step did: number from 1, loss before it, learning rate, gradient norm.

    The norm is that before clipping. A trainer that `measures` also gives the gradient norm of each
    parameter, and the norm of its change over its own, in the order of `Trainer.names`. `epoch` is
    what an epoch came to, at its last update in a session.
    """

    number: int
    loss: float
    rate: float
    norm: float
    norms: tuple[float, ...] = ()
    ratios: tuple[float, ...] = ()
    epoch: Epoch | None = None


@dataclass
class History:
    """All epochs of a training. `best` is the number of the best one by the watched figure."""

    epochs: list[Epoch] = field(default_factory=list)
    best: int = 0
    why_ended: str = ""

    def figure(self, part: Part, name: str) -> list[float]:
        """One figure over the epochs."""
        return [epoch.figures[part][name] for epoch in self.epochs if part in epoch.figures]
