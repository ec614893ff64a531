"""A Data node's set made ready: dealt into parts, scaled, in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from runtime.data.batches import Batches, Part, Split
from runtime.data.dataset import Dataset
from runtime.data.opening import open_set
from runtime.data.scaling import How, Scaling
from runtime.errors import DataError
from runtime.feeds import Host

Dealing = tuple[Split, int]
"""How a set is dealt into parts, and by which seed."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The set of one Data node. `parts` are the indices of each part's samples in the set.

    `changed` says so where its file has another content than the graph knows, of the same types.
    """

    data: Dataset
    parts: Mapping[Part, Host]
    batches: Batches
    how: How = "none"
    dealing: Dealing = (Split(), 0)
    changed: DataError | None = None

    @classmethod
    def of(
        cls,
        settings: Mapping[str, Any],
        seed: int,
        folder: Path | None,
        *,
        is_trusted: bool = False,
    ) -> Prepared:
        """As a Data node's settings say; `seed` is used where they have none of their own.

        `is_trusted` says that the person named the file. Raises `DataError` or `BadSetting`.
        """
        own = seed if settings["seed"] is None else settings["seed"]
        opened = open_set(settings, own, folder, is_trusted=is_trusted)
        data, changed = opened.data, opened.changed(settings, is_free=is_trusted)
        split = Split(settings["validation"], settings["test"], settings["split"] == "shuffled")
        parts = _parts(data, (split, own))
        batches = Batches(len(parts["train"]), settings["batch"], settings["shuffle"], own)
        return cls(data, parts, batches, settings["scale"], (split, own), changed)

    @property
    def scaling(self) -> Scaling:
        """How x is scaled: by numbers of the training part alone."""
        return _scaling(self.data, self.how, self.dealing)

    def feeds(self, part: Part, indices: Host) -> dict[str, Host]:
        """Samples of a part, by port, as a run wants them: what is a sequence has time first."""
        found = self.data.feeds(self.parts[part][indices])
        if self.how != "none" and np.issubdtype(found["x"].dtype, np.floating):
            found["x"] = self.scaling.apply(found["x"])
        return found


def _parts(data: Dataset, dealing: Dealing) -> dict[Part, Host]:
    """The indices of each part; a source's own test part is added to that which is dealt."""
    split, seed = dealing
    dealt = len(data) - data.tested
    parts = split.parts(dealt, seed)
    return parts | {"test": np.concatenate([parts["test"], np.arange(dealt, len(data))])}


@lru_cache(4)
def _scaling(data: Dataset, how: How, dealing: Dealing) -> Scaling:
    """Kept, for whoever edits a graph has its first batch run again and again."""
    train = data.arrays["x"][_parts(data, dealing)["train"]]
    if "x" in data.sequences and train.size:  # all steps share a feature's numbers
        train = train.reshape(-1, *train.shape[2:])
    return Scaling.fitted(how, train).divided(data.divisors.get("x", 1.0))
