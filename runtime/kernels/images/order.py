"""Images with the batch as the innermost axis, [channels, *sizes, samples] in C order.

What a kernel reads along the last axes is then one long run of memory, however small the images
are, and a product of matrices puts its results where they belong.
"""

from __future__ import annotations

from runtime.array import Array


def batch_last(array: Array) -> Array:
    """[N, C, *sizes] -> a view [C, *sizes, N]."""
    return array.transpose(*range(1, array.ndim), 0)


def batch_first(array: Array) -> Array:
    """[C, *sizes, N] -> a view [N, C, *sizes]."""
    return array.transpose(array.ndim - 1, *range(array.ndim - 1))
