"""Convolutions as products of spectra: what a kernel costs does not depend on its size.

Images are [C, *size, N], places [O, *out, N], both in C order; the kernel moves by one entry, its
entries stand side by side, and all channels are one group. With transforms F over axes long enough
that nothing comes round into what is read, F(y) = conj(F(w)) F(x) frequency by frequency, each a
product of matrices [O, C] and [C, N]. Source: Mathieu, Henaff and LeCun, Fast training of
convolutional networks through FFTs, 2014, arXiv:1312.5851.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from runtime.array import Array
from runtime.maps.windows import Windows

if TYPE_CHECKING:
    from runtime.compiled.site import Site

Box = tuple[slice, ...]


def convolve(site: Site, image: Array, weight: Array, windows: Windows) -> Array:
    """The image seen through the weight [O, C, *kernel], at each place."""
    lengths = transformed(windows)
    ours = _spectrum(site, _frequencies_first(weight, 2), lengths)
    theirs = _spectrum(site, _image_axes(image), lengths)
    site.call(np.conjugate, ours, ours)
    found = _back(site, _product(site, ours, theirs), lengths)
    places = site.make((len(weight), *windows.out, image.shape[-1]))
    _come_round(site, found, _image_axes(places), windows.padding, windows.out)
    return places


def back_to_image(site: Site, places: Array, weight: Array, windows: Windows) -> Array:
    """The adjoint of `convolve` in the image."""
    lengths = transformed(windows)
    ours = _spectrum(site, _frequencies_first(weight, 2), lengths)
    theirs = _spectrum(site, _image_axes(places), lengths)
    found = _back(site, _product(site, ours.swapaxes(-1, -2), theirs), lengths)
    image = site.make((weight.shape[1], *windows.size, places.shape[-1]))
    starts = zip(windows.padding, windows.size, strict=True)
    box = tuple(slice(padding, padding + size) for padding, size in starts)
    site.call(np.copyto, _image_axes(image), found[box])
    return image


def back_to_kernel(site: Site, places: Array, image: Array, windows: Windows, out: Array) -> None:
    """The adjoint of `convolve` in the weight, into `out` [O, C, *kernel]."""
    lengths = transformed(windows)
    ours = _spectrum(site, _image_axes(places), lengths)
    theirs = _spectrum(site, _image_axes(image), lengths)
    site.call(np.conjugate, ours, ours)
    found = _back(site, _product(site, ours, theirs.swapaxes(-1, -2)), lengths)
    _come_round(site, found, _frequencies_first(out, 2), windows.padding, windows.kernel)


def transformed(windows: Windows) -> tuple[int, ...]:
    """How long the transformed axes are: room for the padding, and no prime factor above 5."""
    pairs = zip(windows.size, windows.padding, strict=True)
    return tuple(_smooth(size + padding) for size, padding in pairs)


# --- inside -------------------------------------------------------------------------------


def _smooth(least: int) -> int:
    found = max(least, 1)
    while True:
        rest = found
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return found
        found += 1


def _image_axes(array: Array) -> Array:
    """[C, *sizes, N] -> a view [*sizes, C, N]."""
    return array.transpose(*range(1, array.ndim - 1), 0, array.ndim - 1)


def _frequencies_first(array: Array, lead: int) -> Array:
    """[a, b, *sizes] -> a view [*sizes, a, b]."""
    return array.transpose(*range(lead, array.ndim), *range(lead))


def _spectrum(site: Site, array: Array, lengths: Sequence[int]) -> Array:
    """[*sizes, a, b] -> its transform [*frequencies, a, b], with zeros behind the sizes."""
    rank = len(lengths)
    kind = np.result_type(site.dtype, np.complex64)
    sizes = list(array.shape)
    for axis in reversed(range(rank)):
        function = np.fft.rfft if axis == rank - 1 else np.fft.fft
        sizes[axis] = lengths[axis] // 2 + 1 if axis == rank - 1 else lengths[axis]
        made = site.make(sizes, kind)
        site.call(function, array, lengths[axis], axis, None, made)
        array = made
    return array


def _back(site: Site, spectrum: Array, lengths: Sequence[int]) -> Array:
    """The adjoint way of `_spectrum`: [*frequencies, a, b] -> [*lengths, a, b]."""
    *others, last = range(len(lengths))
    for axis in others:
        made = site.make(spectrum.shape, spectrum.dtype)
        site.call(np.fft.ifft, spectrum, lengths[axis], axis, None, made)
        spectrum = made
    found = site.make((*lengths, *spectrum.shape[-2:]))
    site.call(np.fft.irfft, spectrum, lengths[last], last, None, found)
    return found


def _product(site: Site, one: Array, other: Array) -> Array:
    made = site.make((*one.shape[:-1], other.shape[-1]), one.dtype)
    site.call(np.matmul, one, other, made)
    return made


def _come_round(
    site: Site, found: Array, into: Array, padding: Sequence[int], wanted: Sequence[int]
) -> None:
    """Copy the entries from -padding on, as many as wanted; those below 0 stand at the end."""
    lengths = found.shape[: len(padding)]
    parts = [_parts(*given) for given in zip(lengths, padding, wanted, strict=True)]
    for boxes in itertools.product(*parts):
        source, target = zip(*boxes, strict=True)
        site.call(np.copyto, into[target], found[source])


def _parts(length: int, padding: int, wanted: int) -> Iterator[tuple[slice, slice]]:
    """Where entries stand along one axis, and where they go."""
    before = min(padding, wanted)
    if before:
        yield slice(length - padding, length - padding + before), slice(0, before)
    if wanted > padding:
        yield slice(0, wanted - padding), slice(padding, wanted)
