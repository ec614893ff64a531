"""Convolutions as linear maps: in the input, and in the kernel."""

from __future__ import annotations

import functools
import math
from typing import Any

from runtime.maps.linear_map import LinearMap
from runtime.maps.places import Array, Shape, array_module, coordinates
from runtime.maps.windows import Windows, back_to_input, back_to_kernel, convolve


class Toeplitz(LinearMap):
    """A convolution as a map of its input: only the kernel is stored.

    `weight` is [O, C / groups, *kernel]; the input is [N, C, *windows.size], the output
    [N, O, *windows.out]. With `transposed` the map is the adjoint: from [N, O, *windows.out] to
    [N, C, *windows.size], which is what a transposed convolution does. A `count` of None stands
    for one image without the axis N.
    """

    structure = "toeplitz"

    def __init__(
        self,
        count: int | None,
        weight: Array,
        windows: Windows,
        *,
        groups: int = 1,
        transposed: bool = False,
    ) -> None:
        wide = (1 if count is None else count, weight.shape[1] * groups, *windows.size)
        narrow = (wide[0], len(weight), *windows.out)
        shapes = (wide, narrow) if transposed else (narrow, wide)
        self.batched: tuple[Shape, Shape] = shapes
        out_shape, in_shape = (s[1:] for s in shapes) if count is None else shapes
        super().__init__(out_shape, in_shape, weight.dtype, array_module(weight))
        self.weight, self.windows, self.groups = weight, windows, groups
        self.count, self.transposed = count, transposed

    @property
    def stored(self) -> int:
        return int(self.weight.size)

    @functools.cached_property
    def nonzeros(self) -> int:
        return int(self.over_entries(self.weight != 0))

    def over_entries(self, each: Array) -> Array:
        """The sum over the matrix of numbers [O, C / groups, *kernel], one per kernel entry."""
        total = each.sum(axis=(0, 1))
        for counts in reversed(self.windows.counts()):
            total = (total * self.xp.asarray(counts)).sum(axis=-1)
        return total * self.batched[1][0]

    @property
    def work(self) -> int:
        reads = math.prod(map(sum, self.windows.counts()))
        return int(self.batched[1][0] * math.prod(self.weight.shape[:2]) * reads)

    def describe(self) -> str:
        kernel = "×".join(map(str, self.windows.kernel))
        return f"convolution, kernel {kernel}"

    def _push(self, tangent: Array) -> Array:
        return self._pushes(tangent[None])[0]

    def _pull(self, gradient: Array) -> Array:
        return self._pulls(gradient[None])[0]

    # A stack is a larger batch.
    def _pushes(self, tangents: Array) -> Array:
        images = tangents.reshape(-1, *self.batched[1][1:])
        return self._apply(images, backwards=self.transposed).reshape(-1, *self.out_shape)

    def _pulls(self, gradients: Array) -> Array:
        images = gradients.reshape(-1, *self.batched[0][1:])
        return self._apply(images, backwards=not self.transposed).reshape(-1, *self.in_shape)

    def _apply(self, array: Array, *, backwards: bool) -> Array:
        step = back_to_input if backwards else convolve
        return step(self.xp, array, self.weight, self.windows, self.groups)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        xp = self.xp
        rows = coordinates(xp.arange(top, bottom)[:, None], self.batched[0])
        columns = coordinates(xp.arange(left, right)[None, :], self.batched[1])
        narrow, wide = (columns, rows) if self.transposed else (rows, columns)
        out_each = len(self.weight) // self.groups
        in_each = self.weight.shape[1]
        hit = (narrow[0] == wide[0]) & (narrow[1] // out_each == wide[1] // in_each)
        taps = []
        for axis in range(self.windows.rank):
            reads, tap = self.windows.tap(axis, narrow[2 + axis], wide[2 + axis])
            hit = hit & reads
            taps.append(tap)
        return xp.where(hit, self.weight[(narrow[1], wide[1] % in_each, *taps)], 0)


class KernelToeplitz(LinearMap):
    """A convolution as a map of its kernel: only the other input is stored.

    `x` is [N, C, *windows.size], the kernel [O, C / groups, *kernel], the output
    [N, O, *windows.out]. With `transposed` it is a transposed convolution's: `x` is
    [N, O, *windows.out] and the output [N, C, *windows.size].
    """

    structure = "toeplitz"

    def __init__(
        self,
        x: Array,
        channels: int,
        windows: Windows,
        *,
        groups: int = 1,
        transposed: bool = False,
    ) -> None:
        """`channels` are those of the output."""
        self.x, self.windows, self.groups, self.transposed = x, windows, groups, transposed
        first, second = (x.shape[1], channels) if transposed else (channels, x.shape[1])
        kernel = (first, second // groups, *windows.kernel)
        spots = windows.size if transposed else windows.out
        super().__init__((len(x), channels, *spots), kernel, x.dtype, array_module(x))

    @property
    def stored(self) -> int:
        return int(self.x.size)

    @functools.cached_property
    def nonzeros(self) -> int:
        """Exact."""
        return int(self.over_entries((self.x != 0).astype("int64")))

    def over_entries(self, each: Array) -> Array:
        """The sum over the matrix of numbers of the shape of x, one per entry of x.

        Each is read at some taps, by every channel of its group.
        """
        xp, channels = self.xp, self.out_shape[1] // self.groups
        if not self.transposed:
            return self.windows.read(xp, each).sum() * channels
        ones = xp.ones((1, 1, *self.windows.size), "int64")
        taps = self.windows.read(xp, ones)
        inside = taps.sum(axis=tuple(range(-self.windows.rank, 0)))
        return (each * inside).sum() * channels

    @property
    def work(self) -> int:
        return self.nonzeros

    def describe(self) -> str:
        kernel = "×".join(map(str, self.windows.kernel))
        return f"convolution by its kernel {kernel}"

    def _push(self, tangent: Array) -> Array:
        step = back_to_input if self.transposed else convolve
        return step(self.xp, self.x, tangent, self.windows, self.groups)

    def _pull(self, gradient: Array) -> Array:
        narrow, wide = (self.x, gradient) if self.transposed else (gradient, self.x)
        return back_to_kernel(self.xp, narrow, wide, self.windows, self.groups)

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        xp = self.xp
        rows = coordinates(xp.arange(top, bottom)[:, None], self.out_shape)
        columns = coordinates(xp.arange(left, right)[None, :], self.in_shape)
        each = self.in_shape[1]
        out_each = self.in_shape[0] // self.groups
        group = columns[0] // out_each
        channel = group * each + columns[1]
        hit = rows[1] == (channel if self.transposed else columns[0])
        spots: list[Any] = []
        for axis in range(self.windows.rank):
            tap = columns[2 + axis]
            if self.transposed:
                place, on = self.windows.place(axis, rows[2 + axis], tap)
            else:
                on, place = self.windows.entry(axis, rows[2 + axis], tap)
            hit = hit & on
            spots.append(place)
        read = columns[0] if self.transposed else channel
        return xp.where(hit, self.x[(rows[0], read, *spots)], 0)
