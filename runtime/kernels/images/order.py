"""Images with the batch as the innermost axis, [channels, *sizes, samples] in C order.

What a kernel reads along the last axes is then one long run of memory, however small the images
are, and a product of matrices puts its results where they belong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runtime.array import Array

if TYPE_CHECKING:
    from runtime.compiled.site import Site

APART = 1024  # bytes
TOGETHER = 8  # how many such samples the cache holds at a time


def batch_last(array: Array) -> Array:
    """[N, C, *sizes] -> a view [C, *sizes, N]."""
    return array.transpose(*range(1, array.ndim), 0)


def batch_first(array: Array) -> Array:
    """[C, *sizes, N] -> a view [N, C, *sizes]."""
    return array.transpose(array.ndim - 1, *range(array.ndim - 1))


def settled(site: Site, image: Array) -> Array:
    """[N, C, *sizes] in any order -> [C, *sizes, N] in C order: a view, or a copy."""
    moved = batch_last(image)
    if moved.flags.c_contiguous:
        return moved
    made = site.make(moved.shape, moved.dtype)
    count = len(image)
    # Samples that lie a multiple of this apart share a few lines of the cache.
    step = TOGETHER if image.strides[0] % APART == 0 else count
    for start in range(0, count, max(step, 1)):
        part = (..., slice(start, start + step))
        site.call(np.copyto, made[part], moved[part])
    return made
