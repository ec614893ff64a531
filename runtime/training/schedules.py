"""How the learning rate changes while one trains: a factor by the number of the update.

Definitions follow `torch.optim.lr_scheduler` (PyTorch 2.13); counts are updates, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph import rules
from runtime.errors import BadSetting


class Schedule(rules.Schedule):
    """Gives each update its share of the learning rate. With `warm_up` updates it rises first.

    The rise is linear, from 1/warm_up to 1; the schedule itself begins behind it.
    """

    def factor(self, update: int) -> float:
        """The share at an update; 1 is the whole learning rate."""
        if update < self.warm_up:
            return (update + 1) / self.warm_up
        return self.after(update - self.warm_up)

    def after(self, update: int) -> float:
        """The share, counted from behind the warm-up."""
        return 1.0


class Steps(Schedule, rules.Steps):
    """Times `factor_each` after every `every` updates (`StepLR`)."""

    def after(self, update: int) -> float:
        return float(self.factor_each ** (update // self.every))


class Cosine(Schedule, rules.Cosine):
    """Half a cosine from 1 down to `least` over `updates` updates, then `least`.

    Source: Loshchilov, Hutter, SGDR, arXiv:1608.03983, without restarts (`CosineAnnealingLR`).
    """

    def after(self, update: int) -> float:
        if self.updates is None:
            raise BadSetting(
                "cosine.updates: found none, expected how many updates the training has."
            )
        share = min(update / self.updates, 1.0)
        return self.least + (1 - self.least) * (1 + math.cos(math.pi * share)) / 2


class Plateau(rules.Plateau):
    """Times `factor_each` where a figure has not become better for `patience` epochs in a row.

    Better is by a share of `threshold` at least (`ReduceLROnPlateau`, relative). Unlike the
    others it remembers: `kept` and `restore` are for a run that goes on later.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        memory: dict[str, Any] = {"factor": 1.0, "best": None, "waited": 0}
        object.__setattr__(self, "_memory", memory)

    @property
    def factor(self) -> float:
        """The share of the learning rate now."""
        return float(self.kept["factor"])

    def tell(self, figure: float, *, is_higher_better: bool = False) -> None:
        """An epoch is over, with this figure."""
        kept = self.kept
        if self._is_better(figure, kept["best"], is_higher_better):
            self.restore(kept | {"best": figure, "waited": 0})
        elif kept["waited"] < self.patience:
            self.restore(kept | {"waited": kept["waited"] + 1})
        else:
            factor = max(kept["factor"] * self.factor_each, self.least)
            self.restore(kept | {"factor": factor, "waited": 0})

    @property
    def kept(self) -> dict[str, Any]:
        """What it remembers, as plain data."""
        memory: dict[str, Any] = vars(self)["_memory"]
        return memory

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Remember what was kept."""
        object.__setattr__(self, "_memory", dict(kept))

    def _is_better(self, figure: float, best: float | None, is_higher_better: bool) -> bool:
        if best is None:
            return not math.isnan(figure)
        if is_higher_better:
            return figure > best * (1 + self.threshold)
        return figure < best * (1 - self.threshold)


SCHEDULES: Mapping[str, type[Schedule | Plateau]] = {
    kind.name: kind for kind in (Schedule, Steps, Cosine, Plateau)
}


def schedule_of(declared: rules.Schedule | rules.Plateau, updates: int) -> Schedule | Plateau:
    """The schedule that computes what a rule declares, in a training of so many updates."""
    settings = declared.settings
    made = SCHEDULES[settings.pop("name")](**settings)
    if isinstance(made, Cosine) and made.updates is None:
        made = replace(made, updates=max(updates - made.warm_up, 1))
    return made


def share_at(schedule: Schedule | Plateau, update: int) -> float:
    """The share of the learning rate after so many updates; `Plateau` has its present one."""
    return schedule.factor if isinstance(schedule, Plateau) else schedule.factor(update)
