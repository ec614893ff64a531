"""Where a slice is looked at: an interval of each of its inputs, and round numbers in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host

AROUND = 1.5  # of the largest coordinate, at least of 1: zero is in sight
MARGIN = 0.08  # around what is held
FAR_OUT = 8.0  # times the span of most values: beyond it a pole would squeeze all else flat
NARROWEST, WIDEST = 1e-9, 1e12  # of a radius
ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Window:
    """From `low` to `high`, a number of each axis."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    @classmethod
    def around(cls, point: Host, radius: float | None = None) -> Window:
        """A square window about a point; by default so wide that zero is in sight."""
        middle = [float(x) if math.isfinite(x) else 0.0 for x in point]
        if radius is None:
            radius = round_up(AROUND * max(1.0, *map(abs, middle)))
        return cls(tuple(x - radius for x in middle), tuple(x + radius for x in middle))

    @classmethod
    def over(cls, values: Host) -> Window:
        """What holds all the finite among `values` [..., axes], with a margin."""
        flat = values.reshape(-1, values.shape[-1])
        flat = flat[np.isfinite(flat).all(axis=1)]
        if not len(flat):
            return cls((-1.0,) * values.shape[-1], (1.0,) * values.shape[-1])
        low, high = flat.min(axis=0), flat.max(axis=0)
        span = high - low
        is_flat = span <= 1e-9 * np.maximum(1.0, np.abs(high))
        margin = np.where(is_flat, 0.5 * np.maximum(1.0, np.abs(high)), MARGIN * span)
        return cls(tuple((low - margin).tolist()), tuple((high + margin).tolist()))

    @classmethod
    def usual(cls, values: Host) -> Window:
        """The same, but for the few far beyond the others, as beside a pole."""
        flat = values.reshape(-1, values.shape[-1])
        finite = flat[np.isfinite(flat).all(axis=1)]
        if len(finite):
            low, high = np.percentile(finite, (5, 95), axis=0)
            reach = FAR_OUT * (high - low)
            usual = ((finite >= low - reach) & (finite <= high + reach)).all(axis=1)
            finite = finite[usual] if (high > low).any() and usual.any() else finite
        return cls.over(finite)

    @property
    def spans(self) -> tuple[float, ...]:
        """How long each axis is."""
        return tuple(b - a for a, b in zip(self.low, self.high, strict=True))

    @property
    def radius(self) -> float:
        """Half of the longest axis."""
        return max(self.spans) / 2

    @property
    def square(self) -> Window:
        """All axes as long as the longest, about the same middle: right angles look right."""
        middle = [(a + b) / 2 for a, b in zip(self.low, self.high, strict=True)]
        return Window.around(np.array(middle), self.radius)

    def zoomed(self, factor: float, point: Host) -> Window:
        """Narrower by a factor (wider below 1), with a point in the middle."""
        radius = min(max(self.radius / factor, NARROWEST), WIDEST)
        return Window.around(point, radius)

    def holds(self, point: Host) -> bool:
        """Whether a point is inside."""
        pairs = zip(self.low, point, self.high, strict=True)
        return all(low <= x <= high for low, x, high in pairs)

    def line(self, count: int, axis: int = 0) -> Host:
        """So many numbers along an axis, both ends included: [count]."""
        return np.linspace(self.low[axis], self.high[axis], count)

    def grid(self, side: int) -> Host:
        """Points of a grid: [side, side, 2]; the first axis of the window runs along columns."""
        across, up = np.meshgrid(self.line(side, 0), self.line(side, 1))
        return np.stack([across, up], axis=-1)


def round_up(number: float) -> float:
    """The least of 1, 2, 5, 10, 20, ... and 0.5, 0.2, ... that is not below a positive number."""
    power = 10.0 ** math.floor(math.log10(number))
    return next((x * power for x in ROUND if x * power >= number * (1 - 1e-12)), 10 * power)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from low to high, at most about so many."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return []
    step = round_up(span / most)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [(first + place) * step for place in range(min(count, 4 * most))]
