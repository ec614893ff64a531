"""How the learning rate changes while one trains: a factor by the number of the update.

Definitions follow `torch.optim.lr_scheduler` (PyTorch 2.13); counts are updates, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from runtime.errors import BadSetting


@dataclass(frozen=True)
class Schedule:
    """Gives each update its share of the learning rate. With `warm_up` updates it rises first.

    The rise is linear, from 1/warm_up to 1; the schedule itself begins behind it.
    """

    warm_up: int = 0

    name: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, int | float) and not 0 <= value < math.inf:
                raise BadSetting(f"{self.name}.{item.name}: found {value!r}, expected 0 or more.")

    def factor(self, update: int) -> float:
        """The share at an update; 1 is the whole learning rate."""
        if update < self.warm_up:
            return (update + 1) / self.warm_up
        return self.after(update - self.warm_up)

    def after(self, update: int) -> float:
        """The share, counted from behind the warm-up."""
        return 1.0

    @property
    def settings(self) -> dict[str, Any]:
        """Name and settings as the file's `training.schedule` holds them."""
        return {"name": self.name} | {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True)
class Steps(Schedule):
    """Times `factor_each` after every `every` updates (`StepLR`)."""

    every: int = 1000
    factor_each: float = 0.1

    name: ClassVar[str] = "step"

    def after(self, update: int) -> float:
        return float(self.factor_each ** (update // max(self.every, 1)))


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 down to `least` over `updates` updates, then `least`.

    Source: Loshchilov, Hutter, SGDR, arXiv:1608.03983, without restarts (`CosineAnnealingLR`).
    """

    updates: int = 1000
    least: float = 0.0

    name: ClassVar[str] = "cosine"

    def after(self, update: int) -> float:
        share = min(update / max(self.updates, 1), 1.0)
        return self.least + (1 - self.least) * (1 + math.cos(math.pi * share)) / 2


@dataclass
class Plateau:
    """Times `factor_each` where a figure has not become better for `patience` epochs in a row.

    Better is by a share of `threshold` at least (`ReduceLROnPlateau`, relative). Unlike the
    others it remembers: `kept` and `restore` are for a run that goes on later.
    """

    factor_each: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    least: float = 0.0
    mode: Literal["min", "max"] = "min"
    factor: float = field(default=1.0, init=False)
    best: float | None = field(default=None, init=False)
    waited: int = field(default=0, init=False)

    name: ClassVar[str] = "plateau"

    def tell(self, figure: float) -> None:
        """An epoch is over, with this figure."""
        if self._is_better(figure):
            self.best, self.waited = figure, 0
            return
        self.waited += 1
        if self.waited > self.patience:
            self.factor = max(self.factor * self.factor_each, self.least)
            self.waited = 0

    @property
    def kept(self) -> dict[str, Any]:
        """What it remembers, as plain data."""
        return {"factor": self.factor, "best": self.best, "waited": self.waited}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Remember what was kept."""
        self.factor, self.best, self.waited = kept["factor"], kept["best"], kept["waited"]

    def _is_better(self, figure: float) -> bool:
        if self.best is None:
            return not math.isnan(figure)
        if self.mode == "min":
            return figure < self.best * (1 - self.threshold)
        return figure > self.best * (1 + self.threshold)


SCHEDULES: Mapping[str, type[Schedule]] = {kind.name: kind for kind in (Schedule, Steps, Cosine)}
