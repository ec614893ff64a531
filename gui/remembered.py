"""What was worked out about arrays of a trace, kept as long as they live.

A trace's arrays never change, and the same ones are shown at every step and repaint.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

Result = TypeVar("Result")


class Remembered:
    """Results by array and key. Arrays are known by identity and are not kept alive."""

    def __init__(self, most: int = 2048) -> None:
        self._most = most
        self._kept: dict[tuple[int, Hashable], tuple[weakref.ref, Any]] = {}

    def of(self, array: np.ndarray, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result for an array, made by `make` the first time."""
        place = (id(array), key)
        known = self._kept.get(place)
        # An id can be taken over by another array, so the array itself is compared.
        if known is not None and known[0]() is array:
            return known[1]
        result = make()
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[place] = (weakref.ref(array), result)
        return result
