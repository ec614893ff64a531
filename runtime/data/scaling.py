"""Features brought to like sizes: by numbers of the training part alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from runtime.feeds import Host

CHUNK = 4096
"""Samples that are turned into numbers of 64 bits at a time: images are many."""
How = Literal["none", "standardise", "unit"]


@dataclass(frozen=True, eq=False)
class Scaling:
    """x ↦ (x − shift) · factor, feature by feature; `shift` and `factor` fit a sample."""

    shift: Host
    factor: Host

    @classmethod
    def fitted(cls, how: How, train: Host) -> Scaling:
        """Mean 0 and deviation 1, or from 0 to 1 (`unit`), over the samples of the training part.

        What is measured together shares its numbers: all of a feature, and of an image [C, H, W]
        all pixels of a channel. What is the same in all samples is only shifted.
        """
        shape = train.shape[1:]
        if how == "none" or not train.size:
            return cls(np.zeros(shape), np.ones(shape))
        axes = (0, *range(2, train.ndim)) if train.ndim == 4 else 0
        if how == "standardise":
            shift = train.mean(axes, dtype=np.float64, keepdims=True)[0]
            squares = sum(_squares(train[i : i + CHUNK] - shift, axes) for i in _starts(train))
            spread = np.sqrt(squares / (train.size / shift.size))
        else:
            shift = train.min(axes, keepdims=True)[0].astype(np.float64)
            spread = train.max(axes, keepdims=True)[0] - shift
        return cls(shift, 1 / np.where(spread > 0, spread, 1.0))

    def divided(self, divisor: float) -> Scaling:
        """The same for numbers that have been divided before."""
        return Scaling(self.shift / divisor, self.factor * divisor)

    def apply(self, array: Host) -> Host:
        """Samples, scaled; floating, in float64 where they were integers."""
        return (array - self.shift) * self.factor

    def undo(self, array: Host) -> Host:
        """Scaled samples as they were."""
        return array / self.factor + self.shift


def _starts(train: Host) -> range:
    return range(0, len(train), CHUNK)


def _squares(apart: Host, axes: int | tuple[int, ...]) -> Host:
    """The sum of squares of what is apart from the mean."""
    found: Host = np.square(apart, out=apart).sum(axes, keepdims=True)[0]
    return found
