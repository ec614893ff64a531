"""The way in which a convolution is computed: the one that is likely to be quickest.

It follows from the shapes alone. What was quickest when it was tried would depend on what else a
machine did, and with it the last bits of all numbers: a training could not be repeated.
`benchmarks/convolution.py` measures what the constants here say, and how far off the choices are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.array import Array
from runtime.kernels.images import columns, spectrum
from runtime.maps.windows import Windows

if TYPE_CHECKING:
    from runtime.compiled.site import Site

MULTIPLIED = 0.03  # nanoseconds for one number times another, in a large product of matrices
COPIED = 0.15  # to copy a number into a column
ADDED = 0.65  # to add a number of a column back to the image
TRANSFORMED = 0.7  # to transform a number, for each doubling of what is transformed
MIXED = 0.5  # for one complex number times another, in a small product for each frequency
CALL = 1000.0  # for a call


@dataclass(frozen=True)
class Shape:
    """What costs depend on: `ins` and `outs` are channels of one group, `samples` the batch."""

    windows: Windows
    groups: int
    ins: int
    outs: int
    samples: int

    @property
    def taps(self) -> int:
        """How many entries the kernel has."""
        return math.prod(self.windows.kernel)

    def by_columns(self, places: int, each: float) -> float:
        """Nanoseconds of products with so many columns; `each` is what an entry of them costs."""
        entries = self.groups * self.ins * self.taps * places * self.samples
        return entries * (each + MULTIPLIED * self.outs)

    def by_spectrum(self) -> float:
        """Nanoseconds of the three transforms and the products between them."""
        if not self.has_spectrum:
            return math.inf
        length = math.prod(spectrum.transformed(self.windows))
        one, other, samples = self.ins, self.outs, self.samples
        arrays = one * samples + other * samples + one * other
        transforms = TRANSFORMED * arrays * length * math.log2(length + 1)
        return transforms + MIXED * one * other * samples * length / 2

    @property
    def has_spectrum(self) -> bool:
        """Whether a product of spectra can say it: steps of one, and one group."""
        plain = (1,) * self.windows.rank
        return self.windows.stride == plain == self.windows.dilation and self.groups == 1


def shape_of(windows: Windows, weight: Array, groups: int, samples: int) -> Shape:
    """The sizes of a convolution with a weight [O, C / groups, *kernel]."""
    return Shape(windows, groups, weight.shape[1], len(weight) // groups, samples)


def convolve(site: Site, image: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The image seen through the weight, at each place."""
    shape = shape_of(windows, weight, groups, image.shape[-1])
    if shape.by_spectrum() < shape.by_columns(math.prod(windows.out), COPIED):
        return spectrum.convolve(site, image, weight, windows)
    return columns.convolve(site, image, weight, windows, groups)


def back_to_image(site: Site, places: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The adjoint of `convolve` in the image."""
    shape = shape_of(windows, weight, groups, places.shape[-1])
    if shape.by_spectrum() < shape.by_columns(math.prod(windows.out), ADDED):
        return spectrum.back_to_image(site, places, weight, windows)
    return columns.back_to_image(site, places, weight, windows, groups)


def back_to_kernel(
    site: Site, places: Array, image: Array, windows: Windows, groups: int, out: Array
) -> None:
    """The adjoint of `convolve` in the weight, into `out`."""
    shape = shape_of(windows, out, groups, image.shape[-1])
    if shape.by_spectrum() < shape.by_columns(math.prod(windows.out), COPIED):
        spectrum.back_to_kernel(site, places, image, windows, out)
    else:
        columns.back_to_kernel(site, places, image, windows, groups, out)
