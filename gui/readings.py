"""One thing to show of a run: a word, or a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from runtime.maps.linear_map import LinearMap

State = Literal["blank", "value", "no path", "not differentiable", "too large", "failed"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing to show. `array` and `map` are set in the state `value` alone."""

    state: State
    array: np.ndarray | None = None
    map: LinearMap | None = None

    @property
    def is_value(self) -> bool:
        """Whether there is something to read."""
        return self.state == "value"


BLANK = Reading("blank")
