"""What a run leaves for its curves: frozen numbers, whoever made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gui.training.words import run_name

if TYPE_CHECKING:
    from gui.training.runs import Run
    from runtime.training.history import Epoch
    from runtime.training.worker.series import ByEpoch

NOTHING = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Record:
    """One run: figures of each update ([n], numbered from 1 in `update`), and curves by epoch.

    `per_epoch` is how many updates an epoch has.
    """

    name: str
    update: np.ndarray = field(default_factory=lambda: NOTHING)
    loss: np.ndarray = field(default_factory=lambda: NOTHING)
    rate: np.ndarray = field(default_factory=lambda: NOTHING)
    norm: np.ndarray = field(default_factory=lambda: NOTHING)
    by_epoch: ByEpoch = field(default_factory=dict)
    per_epoch: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not len(self.update) and not self.by_epoch


def record_of(run: Run, per_epoch: int) -> Record:
    """What a run has left so far."""
    series = run.series
    return Record(
        run_name(run.id),
        series.update,
        series.loss,
        series.rate,
        series.norm,
        series.by_epoch,
        _per_epoch(series.epochs, per_epoch),
    )


def _per_epoch(epochs: Sequence[Epoch], usual: int) -> int:
    """How many updates an epoch of these has; runs may have had batches of other sizes."""
    return epochs[-1].updates // epochs[-1].number if epochs else usual


def figures_of(records: Sequence[Record]) -> tuple[str, ...]:
    """What can be drawn: the loss, the metrics as they come, learning rate, gradient norm."""
    named = (figure for record in records for _, figure in record.by_epoch)
    return ("loss", *dict.fromkeys(name for name in named if name != "loss"), "rate", "norm")
