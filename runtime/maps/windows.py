"""How a kernel slides over axes: the windows it sees, and what is added back through them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runtime.maps.places import Array, Shape

Box = tuple[slice, ...]


@dataclass(frozen=True)
class Windows:
    """The places of a kernel along the last axes of a tensor, one entry per such axis.

    `size` is the tensor's, `out` how many places there are, `padding` how many entries stand
    before the first one (as many stand behind as the last place needs). The window at place p
    reads the entries p * stride + k * dilation - padding, for k below `kernel`.
    """

    size: Shape
    out: Shape
    kernel: Shape
    stride: Shape
    padding: Shape
    dilation: Shape

    @property
    def rank(self) -> int:
        """How many axes the kernel has."""
        return len(self.size)

    @property
    def reach(self) -> Shape:
        """The size of the padded tensor that the places read."""
        return tuple(
            (out - 1) * stride + dilation * (kernel - 1) + 1 if out else 0
            for out, stride, dilation, kernel in zip(
                self.out, self.stride, self.dilation, self.kernel, strict=True
            )
        )

    def read(self, xp: Any, x: Array, fill: float = 0.0) -> Array:
        """[..., *size] -> a view [..., *out, *kernel] of the padded tensor."""
        lead = x.shape[: x.ndim - self.rank]
        padded = xp.full((*lead, *self.reach), fill, x.dtype)
        inside, part = self.overlap()
        padded[(..., *inside)] = x[(..., *part)]
        steps = padded.strides[len(lead) :]
        strides = (
            *padded.strides[: len(lead)],
            *(step * stride for step, stride in zip(steps, self.stride, strict=True)),
            *(step * dilation for step, dilation in zip(steps, self.dilation, strict=True)),
        )
        shape = (*lead, *self.out, *self.kernel)
        return xp.lib.stride_tricks.as_strided(padded, shape, strides)

    def add(self, xp: Any, windows: Array) -> Array:
        """The adjoint of `read`: [..., *out, *kernel] -> [..., *size], overlaps added."""
        lead = windows.shape[: windows.ndim - 2 * self.rank]
        padded = xp.zeros((*lead, *self.reach), windows.dtype)
        if math.prod(self.out):
            for place in itertools.product(*map(range, self.kernel)):
                padded[(..., *self._spots(place))] += windows[(..., *place)]
        inside, part = self.overlap()
        total = xp.zeros((*lead, *self.size), windows.dtype)
        total[(..., *part)] = padded[(..., *inside)]
        return total

    def counts(self) -> list[list[int]]:
        """Per axis and place in the kernel: at how many places of the output it is inside."""
        return [
            [
                sum(0 <= p * stride + k * dilation - padding < size for p in range(out))
                for k in range(kernel)
            ]
            for size, out, kernel, stride, padding, dilation in zip(
                self.size,
                self.out,
                self.kernel,
                self.stride,
                self.padding,
                self.dilation,
                strict=True,
            )
        ]

    def tap(self, axis: int, place: Array, entry: Array) -> tuple[Array, Array]:
        """(whether the window at `place` reads `entry` along an axis, which kernel entry does)."""
        dilation, kernel = self.dilation[axis], self.kernel[axis]
        offset = entry + self.padding[axis] - place * self.stride[axis]
        tap = offset // dilation
        reads = (offset % dilation == 0) & (tap >= 0) & (tap < kernel)
        return reads, tap.clip(0, kernel - 1)

    def entry(self, axis: int, place: Array, tap: Array) -> tuple[Array, Array]:
        """(whether kernel entry `tap` at `place` lies inside along an axis, the entry it reads)."""
        entry = place * self.stride[axis] + tap * self.dilation[axis] - self.padding[axis]
        inside = (entry >= 0) & (entry < self.size[axis])
        return inside, entry.clip(0, self.size[axis] - 1)

    def place(self, axis: int, entry: Array, tap: Array) -> tuple[Array, Array]:
        """The place at which kernel entry `tap` reads `entry`, and whether there is one."""
        stride, out = self.stride[axis], self.out[axis]
        offset = entry + self.padding[axis] - tap * self.dilation[axis]
        place = offset // stride
        return place.clip(0, out - 1), (offset % stride == 0) & (place >= 0) & (place < out)

    def overlap(self) -> tuple[list[slice], list[slice]]:
        """Where the tensor stands in the padded one, and which part of it is read at all."""
        inside, part = [], []
        for size, reach, padding in zip(self.size, self.reach, self.padding, strict=True):
            count = max(min(size, reach - padding), 0)
            inside.append(slice(padding, padding + count))
            part.append(slice(0, count))
        return inside, part

    def taps(self, rows: slice | None = None) -> Iterator[tuple[Shape, Box, Box]]:
        """Each kernel entry, the places at which it reads inside, and the entries read there.

        In C order, without those that never do. `rows` are places along the first axis that are
        asked about alone; they are numbered from their first.
        """
        first = rows or slice(0, self.out[0])
        limits = [(first.start, first.stop), *((0, out) for out in self.out[1:])]
        for tap in itertools.product(*map(range, self.kernel)):
            pairs = [self._met(axis, k, *limits[axis]) for axis, k in enumerate(tap)]
            if all(pair is not None for pair in pairs):
                outs, ins = zip(*(pair for pair in pairs if pair is not None), strict=True)
                yield tap, outs, ins

    def _met(self, axis: int, tap: int, start: int, stop: int) -> tuple[slice, slice] | None:
        """The places of a range at which a kernel entry reads inside, and the entries."""
        stride = self.stride[axis]
        offset = tap * self.dilation[axis] - self.padding[axis]
        low = max(start, -(offset // stride))
        high = min(stop, (self.size[axis] - 1 - offset) // stride + 1)
        if low >= high:
            return None
        entries = slice(low * stride + offset, (high - 1) * stride + offset + 1, stride)
        return slice(low - start, high - start), entries

    def _spots(self, place: tuple[int, ...]) -> tuple[slice, ...]:
        """Where the padded entries stand that this kernel entry reads."""
        return tuple(
            slice(k * dilation, k * dilation + (out - 1) * stride + 1, stride)
            for k, dilation, out, stride in zip(
                place, self.dilation, self.out, self.stride, strict=True
            )
        )


def convolve(xp: Any, x: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """x [N, C, *size] with weight [O, C / groups, *kernel] -> [N, O, *out]."""
    columns = _columns(xp, x, windows, groups)  # [G, N P, C K]
    rows = weight.reshape(groups, len(weight) // groups, math.prod(weight.shape[1:]))
    y = xp.matmul(columns, rows.swapaxes(1, 2))  # [G, N P, O]
    return _with_channels(y, len(x), windows.out)


def back_to_input(xp: Any, gradient: Array, weight: Array, windows: Windows, groups: int) -> Array:
    """The adjoint of `convolve` in x: [N, O, *out] -> [N, C, *size]."""
    rows = weight.reshape(groups, len(weight) // groups, math.prod(weight.shape[1:]))
    columns = xp.matmul(_by_group(gradient, groups), rows)  # [G, N P, C K]
    shape = (groups, len(gradient), *windows.out, weight.shape[1], *windows.kernel)
    rank = windows.rank
    order = (1, 0, 2 + rank, *range(2, 2 + rank), *range(3 + rank, 3 + 2 * rank))
    spread = columns.reshape(shape).transpose(order)
    total = windows.add(xp, spread)
    return total.reshape(len(gradient), groups * weight.shape[1], *windows.size)


def back_to_kernel(xp: Any, gradient: Array, x: Array, windows: Windows, groups: int) -> Array:
    """The adjoint of `convolve` in the weight: [N, O, *out] -> [O, C / groups, *kernel]."""
    columns = _columns(xp, x, windows, groups)
    found = xp.matmul(_by_group(gradient, groups).swapaxes(1, 2), columns)  # [G, O, C K]
    return found.reshape(gradient.shape[1], x.shape[1] // groups, *windows.kernel)


def _columns(xp: Any, x: Array, windows: Windows, groups: int) -> Array:
    """[N, C, *size] -> [G, N P, C/G K]: one row per place, what its window reads."""
    rank, count, each = windows.rank, len(x), x.shape[1] // groups
    read = windows.read(xp, x.reshape(count, groups, each, *windows.size))
    order = (1, 0, *range(3, 3 + rank), 2, *range(3 + rank, 3 + 2 * rank))
    places, taps = math.prod(windows.out), math.prod(windows.kernel)
    return read.transpose(order).reshape(groups, count * places, each * taps)


def _by_group(gradient: Array, groups: int) -> Array:
    """[N, O, *out] -> [G, N P, O/G]."""
    count, channels = gradient.shape[:2]
    places = math.prod(gradient.shape[2:])
    split = gradient.reshape(count, groups, channels // groups, places)
    return split.transpose(1, 0, 3, 2).reshape(groups, count * places, channels // groups)


def _with_channels(y: Array, count: int, out: Shape) -> Array:
    """[G, N P, O/G] -> [N, O, *out]."""
    groups, _, each = y.shape
    moved = y.reshape(groups, count, math.prod(out), each).transpose(1, 0, 3, 2)
    return moved.reshape(count, groups * each, *out)
