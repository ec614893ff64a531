"""Euclidean lengths that neither overflow nor underflow on the way."""

from __future__ import annotations

import math

import numpy as np

from runtime.array import Array


def length(array: Array) -> float:
    """The root of the sum of squares; infinite where an entry is not finite."""
    most = float(np.abs(array).max(initial=0.0))
    if not math.isfinite(most):
        return math.inf
    return most * float(np.linalg.norm(array / most)) if most else 0.0
