"""Finite differences: central, in float64, with smaller steps where a curve is steep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.feeds import Host
from runtime.streams import stream

EPS = float(np.finfo(np.float64).eps)
STEP: float = EPS ** (1 / 3)  # balances truncation, of order h^2, and rounding, of order eps / h
ALL_ENTRIES = 256  # inputs up to this size are tried entry by entry, larger ones along directions
DIRECTIONS = 8
TOLERANCE = 1e-6
SMALLER = (1.0, 1 / 16, 1 / 256, 1 / 4096, 1 / 65536)
"""Parts of the step: the later ones tell a steep curve from a wrong derivative."""

Function = Callable[[Host], Sequence[Host]]
"""From a tensor to some tensors, all float64."""

Pair = tuple[Host | float, Host | float]
"""A derivative, and the difference it should be equal to."""


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction `t` of an input's shape, and the step `h` to go along it both ways."""

    tangent: Host
    h: float


def directions(x: Host, key: str, *, all_up_to: int = ALL_ENTRIES) -> Iterator[Direction]:
    """Every entry by itself up to a size, else 8 directions of signs drawn from `key`.

    Entries are stepped by h = eps^(1/3) max(1, |x|).
    """
    scale = np.maximum(1.0, np.abs(np.where(np.isfinite(x), x, 0.0)))
    if x.size <= all_up_to:
        for index in np.ndindex(x.shape):
            unit = np.zeros(x.shape)
            unit[index] = 1.0
            yield Direction(unit, STEP * float(scale[index]))
        return
    draw = stream(0, key, "direction")
    for _ in range(DIRECTIONS):
        yield Direction(draw.choice((-1.0, 1.0), x.shape) * scale, STEP)


def smallest_step(x: Host) -> float:
    """The smallest h among the entries."""
    return STEP * max(1.0, float(np.abs(x).min()) if x.size else 0.0)


def largest_step(x: Host) -> float:
    """The largest h among the entries."""
    return STEP * max(1.0, _greatest(x))


@dataclass
class Comparison:
    """Derivatives against differences of one function at `x`, gathered direction by direction.

    `agrees` is the verdict so far; `reaches` whether the function had finite values on both
    sides; `jump` the greatest difference between the slopes on both sides, relative to them.
    What may differ grows with the slopes, up to `size_at_most`.
    """

    function: Function
    x: Host
    size_at_most: float = math.inf
    agrees: bool = True
    reaches: bool = True
    jump: float = 0.0
    _distance: float = 0.0
    _size: float = 1.0

    def __post_init__(self) -> None:
        self._at_x = self.function(self.x)

    @property
    def error(self) -> float:
        """The greatest |a - b| over max(1, greatest |b|), b being the differences."""
        return self._distance / self._size

    def along(self, direction: Direction, derive: Callable[[Sequence[Host]], list[Pair]]) -> None:
        """Compare along a direction; `derive` is given the slopes, one per tensor."""
        tries = (self._try(direction, part, derive) for part in SMALLER)
        best: _Try | None = None
        for found in tries:
            if found is not None and (best is None or found.distance < best.distance):
                best = found
            if found is not None and found.agrees:
                best = found
                break
        if best is None:
            self.reaches = False
            return
        self._distance = float(np.maximum(self._distance, best.distance))  # NaN if either is
        self._size = max(self._size, best.size)
        self.jump = max(self.jump, best.jump)
        self.agrees = self.agrees and best.agrees

    def _try(
        self, direction: Direction, part: float, derive: Callable[[Sequence[Host]], list[Pair]]
    ) -> _Try | None:
        """With one size of step; None where the function leaves its domain."""
        h = direction.h * part
        step = h * direction.tangent
        above, below = self.function(self.x + step), self.function(self.x - step)
        if not all(np.isfinite(y).all() for y in (*above, *below)):
            return None
        slopes = [(a - b) / (2 * h) for a, b in zip(above, below, strict=True)]
        bends = zip(above, self._at_x, below, slopes, strict=True)
        jump = max(
            (_greatest((a - y) - (y - b)) / h / max(1.0, _greatest(s)) for a, y, b, s in bends)
        )
        pairs = derive(slopes)
        distance = max(_greatest(np.subtract(a, b)) for a, b in pairs)
        size = max(_greatest(b) for _, b in pairs)
        magnitude = max(1.0, _greatest(self.x), *map(_greatest, above))
        rounding = 4 * EPS * magnitude / h * max(1, *(y.size for y in above)) ** 0.5
        allowed = TOLERANCE * max(1.0, min(size, self.size_at_most))
        # A smaller step rounds more: there, rounding must not excuse a wrong derivative.
        allowed += rounding if part == 1 else min(rounding, allowed)
        agrees = distance <= allowed
        return _Try(distance, size, agrees, jump)


@dataclass(frozen=True, slots=True)
class _Try:
    """What one size of step gave."""

    distance: float
    size: float
    agrees: bool
    jump: float


def _greatest(array: Host | float) -> float:
    return float(np.abs(array).max(initial=0.0))
