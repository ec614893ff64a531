"""Single numbers in arrays: those that lie side by side in memory are read and written at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from runtime.array import Array


def side_by_side(arrays: Iterable[Array]) -> tuple[Array, ...]:
    """0-d arrays of float64 as 1-d views, in their order; neighbours share one."""
    found: list[tuple[Array, int, int]] = []  # an owner of memory, and which bytes of it
    for array in arrays:
        owner = _owner(array)
        start = _address(array) - _address(owner)
        end = start + array.nbytes
        if found and found[-1][0] is owner and found[-1][2] == start:
            start = found.pop()[1]
        found.append((owner, start, end))
    return tuple(
        owner.reshape(-1).view(np.uint8)[start:end].view(np.float64) for owner, start, end in found
    )


def read(arrays: Sequence[Array]) -> list[float]:
    """The numbers of 1-d arrays, one after the other."""
    if len(arrays) == 1:
        return list(arrays[0].tolist())
    return [number for array in arrays for number in array.tolist()]


def put(arrays: Sequence[Array], numbers: Sequence[float]) -> None:
    """Write numbers into 1-d arrays, one after the other."""
    start = 0
    for array in arrays:
        end = start + len(array)
        array[:] = numbers[start:end]
        start = end


def _owner(array: Array) -> Array:
    """The array whose memory a view lies in; the array itself where that one has gaps."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    return owner if owner.flags.c_contiguous else array


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address
