"""Features brought to like sizes: by numbers of the training part alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from runtime.feeds import Host

How = Literal["none", "standardise", "0 to 1"]


@dataclass(frozen=True, eq=False)
class Scaling:
    """x ↦ (x − shift) · factor, feature by feature; `shift` and `factor` have a sample's shape."""

    shift: Host
    factor: Host

    @classmethod
    def fitted(cls, how: How, train: Host) -> Scaling:
        """Mean 0 and deviation 1, or from 0 to 1, over the samples of the training part.

        A feature that is the same in all samples is only shifted.
        """
        shape = train.shape[1:]
        if how == "none" or not len(train):
            return cls(np.zeros(shape), np.ones(shape))
        if how == "standardise":
            shift, spread = train.mean(0, dtype=np.float64), train.std(0, dtype=np.float64)
        else:
            shift = train.min(0).astype(np.float64)
            spread = train.max(0) - shift
        return cls(shift, 1 / np.where(spread > 0, spread, 1.0))

    def apply(self, array: Host) -> Host:
        """Samples, scaled; floating, in float64 where they were integers."""
        return (array - self.shift) * self.factor

    def undo(self, array: Host) -> Host:
        """Scaled samples as they were."""
        return array / self.factor + self.shift
