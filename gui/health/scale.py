"""The scale of gradient norms: whole decades, from one pixel of width to six."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

THINNEST, THICKEST = 1.0, 6.0
MOST_DECADES = 12  # what is smaller still is as thin as the smallest
ROUNDING = 1e-14  # beside the largest norm: what is below it is rounding, and stretches no scale


@dataclass(frozen=True, slots=True)
class Scale:
    """From ten to the power of `low` to ten to the power of `high`."""

    low: int
    high: int

    @classmethod
    def over(cls, norms: Iterable[float]) -> Scale:
        """The decades that positive, finite norms lie in; one at least."""
        found = [norm for norm in norms if norm > 0 and math.isfinite(norm)]
        if not found:
            return cls(-1, 0)
        high = math.ceil(math.log10(max(found)))
        least = min(norm for norm in found if norm >= max(found) * ROUNDING)
        low = max(math.floor(math.log10(least)), high - MOST_DECADES)
        return cls(min(low, high - 1), high)

    def share(self, norm: float) -> float:
        """Where a norm lies, from 0 at the lower end to 1; what lies beyond stands at the end."""
        if not norm > 0:
            return 0.0
        if math.isinf(norm):
            return 1.0
        found = (math.log10(norm) - self.low) / (self.high - self.low)
        return min(max(found, 0.0), 1.0)

    def width(self, norm: float) -> float:
        """How wide an edge of this norm is drawn, in pixels."""
        return THINNEST + (THICKEST - THINNEST) * self.share(norm)

    @property
    def powers(self) -> tuple[int, ...]:
        """The powers of ten that an axis names: at most seven, both ends among them."""
        step = math.ceil((self.high - self.low) / 6)
        inner = range(self.high, self.low, -step)
        return (self.low, *reversed([power for power in inner if power - self.low >= step / 2]))
