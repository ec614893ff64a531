"""From where on a gradient or an activation is called sick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a person can set.

    `dead` is a share of units, `saturated` a share of entries; `vanishing` and `exploding` are
    ratios of a layer's gradient to that of the last layer behind it, or of the first time step's
    part to the last one's.
    """

    dead: float = 0.5
    saturated: float = 0.5
    vanishing: float = 1e-3
    exploding: float = 1e3

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            found = getattr(self, name)
            if not least <= found <= most:
                raise ValueError(f"{name}: found {found}, expected {least} to {most}.")


LIMITS: Mapping[str, tuple[float, float]] = {
    "dead": (0.001, 1.0),
    "saturated": (0.001, 1.0),
    "vanishing": (1e-12, 1.0),
    "exploding": (1.0, 1e12),
}
