"""A convolution taken apart: samples, groups and channels are separate, and often the same."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.maps.linear_map import LinearMap
from runtime.maps.signs import axes_sign
from runtime.maps.toeplitz import KernelToeplitz, Toeplitz


@dataclass(frozen=True, slots=True)
class Pieces:
    """A direct sum of smaller maps, each of which stands there `repeats` times.

    `sign` is that of the orders of rows and columns in which they stand.
    """

    maps: tuple[LinearMap, ...]
    repeats: int
    sign: int = 1


def pieces_of(made: Toeplitz | KernelToeplitz) -> Pieces:
    """One map per group: of one sample, or, by the kernel, of one channel of the output."""
    return _of_input(made) if isinstance(made, Toeplitz) else _of_kernel(made)


def _of_input(made: Toeplitz) -> Pieces:
    each = len(made.weight) // made.groups
    found = [
        Toeplitz(1, made.weight[at : at + each], made.windows, transposed=made.transposed)
        for at in range(0, len(made.weight), each)
    ]
    return Pieces(tuple(found), 1 if made.count is None else made.count)


def _of_kernel(made: KernelToeplitz) -> Pieces:
    """Each channel that the kernel is not shared with reads the same entries of x."""
    each = made.x.shape[1] // made.groups
    found = [
        KernelToeplitz(made.x[:, at : at + each], 1, made.windows, transposed=made.transposed)
        for at in range(0, made.x.shape[1], each)
    ]
    count, channels, *places = made.out_shape
    repeats = channels // made.groups
    # Rows stand by sample, group and channel, columns by group and kernel entry.
    rows = axes_sign((count, made.groups, repeats, *places), (1, 2, 0, *range(3, 3 + len(places))))
    columns = 1
    if made.transposed:  # the kernel is [groups * each, repeats, *kernel]
        kernel = made.in_shape[2:]
        order = (0, 2, 1, *range(3, 3 + len(kernel)))
        columns = axes_sign((made.groups, each, repeats, *kernel), order)
    return Pieces(tuple(found), repeats, rows * columns)
