"""Where the arrays of a compiled step lie: one stretch of memory, shared by what lives in turns.

A program is drawn twice. The first time every buffer has memory of its own, none of which is
touched, and it is noted which call reads or writes which. From that follows when each lives, and
where it can lie; the second time the same buffers, in the same order, are views of one block.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.array import Array

ALIGNED = 64  # bytes: a line of the cache, and the widest registers


@dataclass(frozen=True, slots=True)
class Place:
    """Where each buffer lies: its offset in a block of `nbytes` bytes.

    `over` says of those that replace another's numbers entry by entry which that is;
    `nbytes_alone` is what all would take if none shared memory.
    """

    offsets: tuple[int, ...]
    nbytes: int
    over: Mapping[int, int]
    nbytes_alone: int

    def lies_on(self, number: int | None, others: Collection[int | None]) -> bool:
        """Whether a buffer replaces one of these, directly or through others."""
        while number is not None and number in self.over:
            number = self.over[number]
            if number in others:
                return True
        return False


class Buffers:
    """Makes the arrays that calls write into; `place` says where they lie, or that is found out."""

    def __init__(self, place: Place | None = None) -> None:
        self._place = place
        self._block = None if place is None else _aligned(place.nbytes)
        self._count = 0
        self._numbers: dict[int, int] = {}
        self._owners: list[Array] = []
        self._over: dict[int, list[int]] = {}
        self._sizes: list[int] = []

    def make(self, shape: Sequence[int], dtype: Any) -> Array:
        """A C-contiguous array of unknown numbers."""
        number, self._count = self._count, self._count + 1
        dtype = np.dtype(dtype)
        nbytes = math.prod(shape) * dtype.itemsize
        if self._place is not None:
            assert self._block is not None
            start = self._place.offsets[number]
            return self._block[start : start + nbytes].view(dtype).reshape(shape)
        owner = np.empty(nbytes, np.uint8)
        self._owners.append(owner)
        self._numbers[id(owner)] = number
        self._sizes.append(nbytes)
        return owner.view(dtype).reshape(shape)

    def may_lie(self, array: Array, over: Array) -> None:
        """Let a buffer lie on another where the call that first writes it is the last for that.

        That call must read entry i of the other before it writes entry i.
        """
        number, below = self.number(array), self.number(over)
        if number is None or below is None or number == below:
            return
        whole = _is_whole(array, self._sizes[number]) and _is_whole(over, self._sizes[number])
        if whole and axes_in_memory(array) == axes_in_memory(over):
            self._over.setdefault(number, []).append(below)

    def touched(self, arguments: Iterable[Any]) -> set[int]:
        """The buffers that a call with these arguments reads or writes."""
        found = (self.number(array) for array in arrays_in(arguments))
        return {number for number in found if number is not None}

    def plan(self, touches: Sequence[set[int]], kept: set[int]) -> Place:
        """Where all buffers can lie, given which of them each call touches, in order.

        `kept` are read after the last call. Buffers that nothing touches take no memory.
        """
        return _Planning(self._sizes, self._over, touches, kept).place()

    def number(self, array: Array) -> int | None:
        """Which buffer an array is, or is a view of; only of the first drawing."""
        owner: Any = array
        while (below := getattr(owner, "base", None)) is not None:  # not always an array
            owner = below
        return self._numbers.get(id(owner))


def arrays_in(given: Any) -> Iterator[Array]:
    """All arrays among arguments, in containers too."""
    if isinstance(given, np.ndarray):
        yield given
    elif isinstance(given, Mapping):
        yield from arrays_in(given.values())
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        for one in given:
            yield from arrays_in(one)


def axes_in_memory(array: Array) -> list[int]:
    """The axes of an array, from that of the longest strides to that of the shortest.

    In their own order where the array is in C order, or repeats its entries.
    """
    axes, steps = list(range(array.ndim)), array.strides
    if array.flags.c_contiguous or 0 in steps:
        return axes
    return sorted(axes, key=lambda axis: -abs(steps[axis]))


class _Planning:
    """One placing: walks through the calls and gives out memory as buffers come and go."""

    def __init__(
        self,
        sizes: Sequence[int],
        over: Mapping[int, Sequence[int]],
        touches: Sequence[set[int]],
        kept: set[int],
    ) -> None:
        self.sizes = [-(-size // ALIGNED) * ALIGNED for size in sizes]
        self.over = over
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        for time, numbers in enumerate(touches):
            for number in sorted(numbers):
                self.first.setdefault(number, time)
                self.last[number] = time
        self.last.update(dict.fromkeys(kept & self.first.keys(), len(touches)))
        self.touches = touches
        self.offsets = [0] * len(sizes)
        self.free: list[tuple[int, int]] = []  # offset, size; no two of them adjacent
        self.end = 0
        self.handed: set[int] = set()
        self.replacing: dict[int, int] = {}

    def place(self) -> Place:
        for time, numbers in enumerate(self.touches):
            for number in sorted(numbers):
                if self.first[number] == time:
                    self._take(number, time)
            for number in sorted(numbers):
                if self.last[number] == time and number not in self.handed:
                    self._give_back(self.offsets[number], self.sizes[number])
        alone = sum(self.sizes[number] for number in self.first)
        return Place(tuple(self.offsets), self.end, self.replacing, alone)

    def _take(self, number: int, time: int) -> None:
        for below in self.over.get(number, ()):
            if self.last.get(below) == time and below not in self.handed:
                self.handed.add(below)
                self.replacing[number] = below
                self.offsets[number] = self.offsets[below]
                return
        size = self.sizes[number]
        fitting = [entry for entry in self.free if entry[1] >= size]
        if not fitting:
            last = self.free[-1] if self.free else None
            if last is not None and last[0] + last[1] == self.end:  # grow what is free at the end
                self.free.pop()
                self.end = last[0]
            self.offsets[number] = self.end
            self.end += size
            return
        best = min(fitting, key=lambda entry: entry[1])
        self.free.remove(best)
        self.offsets[number] = best[0]
        if best[1] > size:
            bisect.insort(self.free, (best[0] + size, best[1] - size))

    def _give_back(self, offset: int, size: int) -> None:
        if not size:
            return
        at = bisect.bisect(self.free, (offset, 0))
        if at < len(self.free) and self.free[at][0] == offset + size:
            size += self.free.pop(at)[1]
        if at and sum(self.free[at - 1]) == offset:
            offset, before = self.free.pop(at - 1)
            size += before
            at -= 1
        self.free.insert(at, (offset, size))


def _is_whole(array: Array, nbytes: int) -> bool:
    """Whether an array is the whole of a buffer of so many bytes, with its axes in any order."""
    ordered = array.transpose(axes_in_memory(array))
    return bool(ordered.flags.c_contiguous) and array.nbytes == nbytes


def _aligned(nbytes: int) -> Array:
    block = np.empty(nbytes + ALIGNED, np.uint8)
    start = -block.ctypes.data % ALIGNED
    return block[start : start + nbytes]
