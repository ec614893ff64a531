"""A Data node's set made ready: dealt into parts, scaled, in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from runtime.data.batches import Batches, Part, Split
from runtime.data.dataset import Dataset
from runtime.data.opening import open_set
from runtime.data.scaling import Scaling
from runtime.feeds import Host


@dataclass(frozen=True, eq=False)
class Prepared:
    """The set of one Data node. `parts` are the indices of each part's samples in the set."""

    data: Dataset
    parts: Mapping[Part, Host]
    batches: Batches
    how: str = "none"

    @classmethod
    def of(cls, settings: Mapping[str, Any], seed: int, folder: Path | None) -> Prepared:
        """As a Data node's settings say; `seed` is used where they have none of their own.

        Raises `DataError` or `BadSetting`.
        """
        own = seed if settings["seed"] is None else settings["seed"]
        data = open_set(settings, own, folder)
        split = Split(settings["validation"], settings["test"], settings["split"] == "shuffled")
        parts = split.parts(len(data), own)
        batches = Batches(len(parts["train"]), settings["batch"], settings["shuffle"], own)
        return cls(data, parts, batches, settings["scale"])

    @cached_property
    def scaling(self) -> Scaling:
        """How x is scaled: by numbers of the training part alone."""
        name = "x"
        train = self.data.arrays[name][self.parts["train"]]
        if name in self.data.sequences and train.size:  # all steps share a feature's numbers
            train = train.reshape(-1, *train.shape[2:])
        if name in self.data.divisors:
            train = train / self.data.divisors[name]
        return Scaling.fitted(self.how, train)  # type: ignore[arg-type]

    def feeds(self, part: Part, indices: Host) -> dict[str, Host]:
        """Samples of a part, by port, as a run wants them: what is a sequence has time first."""
        found = self.data.feeds(self.parts[part][indices])
        if self.how != "none" and np.issubdtype(found["x"].dtype, np.floating):
            found["x"] = self.scaling.apply(found["x"])
        return found
