"""The way in which a convolution is computed: the one that is likely to be quickest.

It follows from the shapes alone. What was quickest when it was tried would depend on what else a
machine did, and with it the last bits of all numbers: a training could not be repeated.
`benchmarks/convolution.py` measures what the constants here say, and how far off the choices are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from runtime.array import Array
from runtime.kernels.images import columns, spectrum
from runtime.maps.windows import Windows

if TYPE_CHECKING:
    from runtime.compiled.site import Site

# Nanoseconds on one core of an AMD EPYC of the third generation, in single precision.
READ = 0.35  # for an entry of a column in a product of matrices
MULTIPLIED = 0.02  # besides, for each number that it is multiplied with
COPIED = 0.15  # to copy an entry into a column
ADDED = 0.55  # to add an entry of a column back to the image
TRANSFORMED = 8.0  # to transform a number; the logarithm of the length does not show
MIXED = 0.5  # for one complex number times another, in a small product for each frequency

Way = Literal["columns", "turned", "spectra"]


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

    def by_columns(self, moved: float) -> float:
        """Nanoseconds of products with a column for each place.

        `moved` is what it takes to move an entry there, or back; a kernel of one entry moves none.
        """
        places = math.prod(self.windows.out) * self.samples
        move = 0.0 if columns.is_pointwise(self.windows) else moved
        return self.groups * self.ins * self.taps * places * (move + _product(self.outs))

    def by_turning(self) -> float:
        """Nanoseconds of going back to the image with the kernel turned round."""
        if columns.turned_windows(self.windows) is None:
            return math.inf
        places = math.prod(self.windows.size) * self.samples
        return self.groups * self.outs * self.taps * places * (COPIED + _product(self.ins))

    def by_spectrum(self) -> float:
        """Nanoseconds of the three transforms and the products between them."""
        if not self.has_spectrum:
            return math.inf
        length = math.prod(spectrum.transformed(self.windows))
        one, other, samples = self.ins, self.outs, self.samples
        arrays = one * samples + other * samples + one * other
        return length * (TRANSFORMED * arrays + MIXED * one * other * samples / 2)

    @property
    def has_spectrum(self) -> bool:
        """Whether a product of spectra can say it: steps of one, and one group."""
        plain = (1,) * self.windows.rank
        return self.windows.stride == plain == self.windows.dilation and self.groups == 1


def _product(rows: int) -> float:
    return READ + MULTIPLIED * rows


def shape_of(windows: Windows, weight: Array, groups: int, samples: int) -> Shape:
    """The sizes of a convolution with a weight [O, C / groups, *kernel]."""
    return Shape(windows, groups, weight.shape[1], len(weight) // groups, samples)


def way_to_places(shape: Shape) -> Way:
    """How to convolve, or to go back to the kernel."""
    return "spectra" if shape.by_spectrum() < shape.by_columns(COPIED) else "columns"


def way_to_image(shape: Shape) -> Way:
    """How to go back to the image."""
    costs: dict[Way, float] = {
        "columns": shape.by_columns(ADDED),
        "turned": shape.by_turning(),
        "spectra": shape.by_spectrum(),
    }
    return min(costs, key=costs.__getitem__)


def convolve(site: Site, image: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The image seen through the weight, at each place."""
    if way_to_places(shape_of(windows, weight, groups, image.shape[-1])) == "spectra":
        return spectrum.convolve(site, image, weight, windows)
    return columns.convolve(site, image, weight, windows, groups)


def back_to_image(site: Site, places: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The adjoint of `convolve` in the image."""
    way = way_to_image(shape_of(windows, weight, groups, places.shape[-1]))
    if way == "spectra":
        return spectrum.back_to_image(site, places, weight, windows)
    back = columns.convolve_back if way == "turned" else columns.back_to_image
    return back(site, places, weight, windows, groups)


def back_to_kernel(
    site: Site, places: Array, image: Array, windows: Windows, groups: int, out: Array
) -> None:
    """The adjoint of `convolve` in the weight, into `out`."""
    if way_to_places(shape_of(windows, out, groups, image.shape[-1])) == "spectra":
        spectrum.back_to_kernel(site, places, image, windows, out)
    else:
        columns.back_to_kernel(site, places, image, windows, groups, out)
