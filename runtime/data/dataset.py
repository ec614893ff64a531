"""A set of samples: arrays side by side, entry i of each belonging to sample i."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from runtime.errors import BadSetting
from runtime.feeds import Host


@dataclass(frozen=True, eq=False)
class Dataset:
    """Named arrays with samples along axis 0: `x` what is given, `t` what is to be learned.

    `classes` names the integers of `t` where it holds classes. `sequences` are the names whose
    axis 1 is time. `source` says where the numbers come from and under which licence. `divisors`
    are what the numbers of an array are divided by when they are fed: images that are kept as bytes
    are fed from 0 to 1. The last `tested` samples are the source's own test part; `notes` say what
    was done to the numbers on their way in.

    Raises `BadSetting` where the arrays are not equally long.
    """

    name: str
    arrays: Mapping[str, Host]
    classes: tuple[str, ...] = ()
    sequences: frozenset[str] = frozenset()
    features: tuple[str, ...] = ()
    source: str = ""
    divisors: Mapping[str, float] = field(default_factory=dict)
    tested: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        counts = {name: len(array) for name, array in self.arrays.items()}
        if len(set(counts.values())) > 1:
            found = ", ".join(f"{name} with {count}" for name, count in counts.items())
            raise BadSetting(f"{self.name}: found {found} samples, expected equally many.")

    def __len__(self) -> int:
        return next((len(array) for array in self.arrays.values()), 0)

    def take(self, indices: Host) -> Dataset:
        """The samples at these indices, in their order."""
        taken = {name: array[indices] for name, array in self.arrays.items()}
        return replace(self, arrays=taken)

    def feeds(self, indices: Host) -> dict[str, Host]:
        """Samples as a run wants them: time goes to axis 0, before the samples."""
        found = {}
        for name, array in self.arrays.items():
            batch = array[indices]
            if name in self.divisors:
                batch = batch / self.divisors[name]
            found[name] = np.swapaxes(batch, 0, 1) if name in self.sequences else batch
        return found

    def class_counts(self) -> dict[str, int]:
        """How many samples each class has."""
        if not self.classes:
            return {}
        counts = np.bincount(self.arrays["t"].reshape(-1), minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))
