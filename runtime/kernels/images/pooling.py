"""Windows of an image that become one number each: the largest entry, or a weighted sum.

Images are [N, C, *size], places [N, C, *out], in whatever order their axes lie in memory; what is
made lies in the same order. One call works on one kernel entry at all places, where it reads
inside the image: padding is never there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from runtime.array import Array
from runtime.maps.windows import Windows

if TYPE_CHECKING:
    from runtime.compiled.site import Site


def largest(site: Site, image: Array, windows: Windows) -> Array:
    """The largest entry of each window; NaN wins."""
    places = site.make_like(image, (*image.shape[:2], *windows.out))
    views = [(places[(..., *outs)], image[(..., *ins)]) for _, outs, ins in windows.taps()]
    if len(views) > 1 and all(part.shape == places.shape for part, _ in views[:2]):
        (_, one), (_, other), *views = views
        site.call(np.maximum, one, other, out=places)
    else:
        site.call(np.copyto, places, -math.inf)
    for part, entries in views:
        site.call(np.maximum, part, entries, out=part)
    return places


def back_to_largest(
    site: Site, gradient: Array, image: Array, places: Array, windows: Windows
) -> Array:
    """The gradient of each window at its largest entry, the first of equals; else 0."""
    gradient = in_order_of(site, gradient, places)
    total, is_apart = _started(site, image, windows)
    hit, taken = (site.make_like(places, dtype=bool) for _ in range(2))
    found = site.make_like(places)
    site.call(np.copyto, taken, False)
    for _, outs, ins in windows.taps():
        mask, before, into = hit[(..., *outs)], taken[(..., *outs)], total[(..., *ins)]
        site.call(np.equal, image[(..., *ins)], places[(..., *outs)], mask)
        site.call(np.greater, mask, before, mask)  # here, and not at an entry before
        site.call(np.logical_or, before, mask, before)
        part = into if is_apart else found[(..., *outs)]
        site.call(np.multiply, gradient[(..., *outs)], mask, part)
        if not is_apart:
            site.call(np.add, into, part, into)
    return total


def weighted(site: Site, image: Array, windows: Windows, share: Array) -> Array:
    """The sum of each window times its share, which is broadcastable to the places."""
    places = site.make_like(image, (*image.shape[:2], *windows.out))
    site.call(np.copyto, places, 0)
    for _, outs, ins in windows.taps():
        part = places[(..., *outs)]
        site.call(np.add, part, image[(..., *ins)], part)
    site.call(np.multiply, places, share, places)
    return places


def back_to_weighted(
    site: Site, gradient: Array, image: Array, windows: Windows, share: Array
) -> Array:
    """The adjoint of `weighted`; of the image only its shape and order matter."""
    total, is_apart = _started(site, image, windows)
    each = site.make_like(image, gradient.shape)
    site.call(np.multiply, gradient, share, each)
    for _, outs, ins in windows.taps():
        into, part = total[(..., *ins)], each[(..., *outs)]
        if is_apart:
            site.call(np.copyto, into, part)
        else:
            site.call(np.add, into, part, into)
    return total


def in_order_of(site: Site, array: Array, like: Array) -> Array:
    """An array of another's shape, in its order in memory: itself, or a copy."""
    steps = zip(array.strides, like.strides, array.shape, strict=True)
    if all(one == other for one, other, size in steps if size > 1):
        return array
    made = site.make_like(like)
    site.call(np.copyto, made, array)
    return made


def _started(site: Site, image: Array, windows: Windows) -> tuple[Array, bool]:
    """Room for an image's gradient, and whether no two windows read the same entry.

    It is cleared where entries are read by several windows, or by none.
    """
    total = site.make_like(image)
    is_apart = all(
        dilation == 1 and stride >= kernel
        for dilation, stride, kernel in zip(
            windows.dilation, windows.stride, windows.kernel, strict=True
        )
    )
    boxes = (ins for _, _, ins in windows.taps())
    read = sum(math.prod(len(range(*s.indices(s.stop))) for s in box) for box in boxes)
    if not (is_apart and read == math.prod(windows.size)):
        site.call(np.copyto, total, 0)
    return total, is_apart
