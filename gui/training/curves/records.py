"""What a run leaves for its curves: frozen numbers, whoever made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from runtime.training.history import Epoch

NOTHING = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Record:
    """One run: figures of each update ([n], numbered from 1 in `update`) and of each epoch.

    `per_epoch` is how many updates an epoch has.
    """

    name: str
    update: np.ndarray = field(default_factory=lambda: NOTHING)
    loss: np.ndarray = field(default_factory=lambda: NOTHING)
    rate: np.ndarray = field(default_factory=lambda: NOTHING)
    norm: np.ndarray = field(default_factory=lambda: NOTHING)
    epochs: tuple[Epoch, ...] = ()
    per_epoch: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not len(self.update) and not self.epochs


def figures_of(records: Sequence[Record]) -> tuple[str, ...]:
    """What can be drawn: the loss, the metrics as they come, learning rate, gradient norm."""
    metrics = {
        name: None
        for record in records
        for epoch in record.epochs
        for part in epoch.figures.values()
        for name, figure in part.items()
        if name != "loss" and np.ndim(figure) == 0
    }
    return ("loss", *metrics, "rate", "norm")
