"""Convolutions as products of matrices: what the kernel reads at each place becomes a column.

Images are [C, *size, N], places [O, *out, N], both in C order. Columns are copied for some places
at a time, so that they stay in the cache, and copied again where they are read again: that costs
less than it does to keep them. Source: Chellapilla, Puri and Simard, High performance
convolutional neural networks for document processing, 2006.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from runtime.array import Array
from runtime.maps.windows import Windows

if TYPE_CHECKING:
    from runtime.compiled.site import Site

BLOCK = 2 << 20
"""How many bytes of columns there are at a time, if one row of places has not more."""


def convolve(site: Site, image: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The image seen through the weight [O, C / groups, *kernel], at each place."""
    seen, rows = _seen(site, image, windows), by_group(weight, groups)
    places = site.make((len(weight), *windows.out, image.shape[-1]))
    for part, columns in _blocks(site, seen, windows, groups):
        _product(site, rows, columns, _part(places, groups, part))
    return places


def back_to_kernel(
    site: Site, places: Array, image: Array, windows: Windows, groups: int, out: Array
) -> None:
    """The adjoint of `convolve` in the weight, into `out` [O, C / groups, *kernel]."""
    seen, total = _seen(site, image, windows), by_group(out, groups)
    target = total
    for part, columns in _blocks(site, seen, windows, groups):
        _product(site, _part(places, groups, part), columns.swapaxes(1, 2), target)
        if target is not total:
            site.call(np.add, total, target, total)
        elif part.stop < windows.out[0]:
            target = site.make(total.shape)


def back_to_image(site: Site, places: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The adjoint of `convolve` in the image: places back to what they read, overlaps added."""
    rows = by_group(weight, groups).swapaxes(1, 2)
    count, samples = groups * weight.shape[1], places.shape[-1]
    image = site.make((count, *windows.size, samples))
    if is_pointwise(windows):
        _product(site, rows, by_group(places, groups), by_group(image, groups))
        return image
    site.call(np.copyto, image, 0)
    shape = (count, *windows.kernel, *windows.out, samples)
    for part, columns in _room(site, shape, windows):
        _product(site, rows, _part(places, groups, part), _as_matrices(columns, windows, groups))
        for tap, outs, ins in windows.taps(part):
            inside = image[(slice(None), *ins)]
            site.call(np.add, inside, columns[(slice(None), *tap, *outs)], inside)
    return image


def convolve_back(site: Site, places: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """What `back_to_image` gives, as a convolution of the places with the kernel turned round.

    For a stride of 1. More is copied where the image has fewer channels than the places, but
    nothing is added.
    """
    turned = turned_windows(windows)
    assert turned is not None
    split = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    flipped = split[(..., *(slice(None, None, -1),) * windows.rank)].swapaxes(1, 2)
    made = site.make(flipped.shape)
    site.call(np.copyto, made, flipped)
    each = made.reshape(groups * weight.shape[1], *made.shape[2:])
    return convolve(site, places, each, turned, groups)


def turned_windows(windows: Windows) -> Windows | None:
    """Where the turned kernel of `convolve_back` stands; None where no convolution does it."""
    padding = tuple(
        dilation * (kernel - 1) - before
        for dilation, kernel, before in zip(
            windows.dilation, windows.kernel, windows.padding, strict=True
        )
    )
    if min(padding) < 0 or max(windows.stride) > 1:
        return None
    return replace(windows, size=windows.out, out=windows.size, padding=padding)


def is_pointwise(windows: Windows) -> bool:
    """Whether each place reads one entry, and each entry is read at one place."""
    return windows.out == windows.size == windows.reach and math.prod(windows.kernel) == 1


def by_group(array: Array, groups: int) -> Array:
    """[count, ...] -> a view [groups, count / groups, all others]."""
    return array.reshape(groups, len(array) // groups, math.prod(array.shape[1:]))


# --- inside -------------------------------------------------------------------------------


def _seen(site: Site, image: Array, windows: Windows) -> Array:
    """[C, *size, N] -> a view [C, *kernel, *out, N] of it, or of a copy between zeros."""
    inside, part = windows.overlap()
    if not any(windows.padding):
        padded = site.contiguous(image)
    else:
        padded = site.make((len(image), *windows.reach, image.shape[-1]))
        if _sizes(part) != windows.reach:
            site.call(np.copyto, padded, 0)
        site.call(np.copyto, padded[(slice(None), *inside)], image[(slice(None), *part)])
    first, *steps, last = padded.strides
    strides = (
        first,
        *(step * dilation for step, dilation in zip(steps, windows.dilation, strict=True)),
        *(step * stride for step, stride in zip(steps, windows.stride, strict=True)),
        last,
    )
    shape = (len(image), *windows.kernel, *windows.out, image.shape[-1])
    return np.lib.stride_tricks.as_strided(padded, shape, strides)


def _sizes(box: Sequence[slice]) -> tuple[int, ...]:
    return tuple(one.stop - one.start for one in box)


def _blocks(
    site: Site, seen: Array, windows: Windows, groups: int
) -> Iterator[tuple[slice, Array]]:
    """Rows of places, and a call that makes their columns: [groups, C / groups K, places]."""
    if is_pointwise(windows):
        yield slice(0, windows.out[0]), by_group(seen, groups)
        return
    for part, columns in _room(site, seen.shape, windows):
        site.call(np.copyto, columns, seen[(*(slice(None),) * (1 + windows.rank), part)])
        yield part, _as_matrices(columns, windows, groups)


def _room(site: Site, shape: tuple[int, ...], windows: Windows) -> Iterator[tuple[slice, Array]]:
    """Rows of places, and room for their columns [C, *kernel, *some of out, N]; the same for all.

    `shape` is that of all columns.
    """
    axis, total = 1 + windows.rank, shape[1 + windows.rank]
    row = math.prod(shape) // total
    most = max(1, min(total, BLOCK // max(1, row * site.dtype.itemsize)))
    room = site.make((row * most,))
    for start in range(0, total, most):
        part = slice(start, min(start + most, total))
        count = part.stop - part.start
        yield part, room[: row * count].reshape(*shape[:axis], count, *shape[axis + 1 :])


def _as_matrices(columns: Array, windows: Windows, groups: int) -> Array:
    """[C, *kernel, *some of out, N] -> a view [groups, C / groups K, places]."""
    axis = 1 + windows.rank
    entries, places = math.prod(columns.shape[:axis]), math.prod(columns.shape[axis:])
    return columns.reshape(groups, entries // groups, places)


def _part(places: Array, groups: int, part: slice) -> Array:
    """Rows of places [O, *out, N] as a view [groups, O / groups, places]."""
    each, (total, *rest) = len(places) // groups, places.shape[1:]
    inner = math.prod(rest)
    split = places.reshape(groups, each, total * inner)
    return split[:, :, part.start * inner : part.stop * inner]


def _product(site: Site, one: Array, other: Array, out: Array) -> None:
    """Products of matrices, one for each group; `dot` is quickest for one."""
    if len(one) > 1:
        site.call(np.matmul, one, other, out)
    else:
        is_whole = out[0].flags.c_contiguous
        site.call(np.dot if is_whole else np.matmul, one[0], other[0], out[0])
