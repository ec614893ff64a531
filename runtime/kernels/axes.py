"""Leading axes taken as one; said in numbers, for -1 cannot be worked out from no entries."""

from __future__ import annotations

import math

from runtime.array import Array


def rows(array: Array) -> Array:
    """[..., k] as [n, k]."""
    return array.reshape(math.prod(array.shape[:-1]), array.shape[-1])


def matrices(array: Array) -> Array:
    """[..., t, k] as [n, t, k]."""
    return array.reshape(math.prod(array.shape[:-2]), *array.shape[-2:])
