"""One sample of a map: its block on the diagonal, in the structure that the whole map has.

Where axis 0 of the input and of the output keep samples apart, the matrix has one block per sample
and zeros elsewhere. A block is cut out of what the map stores; the other blocks are not built.
Between the factors of a product axis 0 may hold several entries a sample (the images of a pooling
are [N * C, 1, H, W]): a sample's are those that stand together in C order.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from runtime.maps.blocks import BlockDiagonal
from runtime.maps.boxes import Placed, Sliced
from runtime.maps.combine import Product, Sum, add, compose
from runtime.maps.dense import Dense
from runtime.maps.kronecker import Kronecker, contraction
from runtime.maps.linear_map import LinearMap
from runtime.maps.lowrank import LowRank
from runtime.maps.places import Array, Shape
from runtime.maps.pointwise import Diagonal, Identity, Scaled, Zero
from runtime.maps.selection import Reshaped, Selection, Transposed
from runtime.maps.spread import Broadcast, Reduce
from runtime.maps.toeplitz import Toeplitz


def sample_of(linear: LinearMap, sample: int, count: int) -> LinearMap:
    """The block of one sample of `count`: from [*in_shape[1:]] to [*out_shape[1:]].

    The caller knows that axis 0 keeps samples apart; what the samples' other blocks hold is not
    looked at. Raises IndexError where there is no such sample.
    """
    if not 0 <= sample < count:
        raise IndexError(f"sample: found {sample}, expected 0 to {count - 1}")
    try:
        return _sample(linear, Cut(sample, count))
    except _Mixes:
        return OneSample(linear, sample, count)


class _Mixes(Exception):
    """A part of a map is not known to keep samples apart by itself."""


class Cut:
    """Sample `sample` of `count` on axis 0."""

    def __init__(self, sample: int, count: int) -> None:
        self.sample, self.count = sample, count

    def shape(self, shape: Shape) -> Shape:
        """The shape of a sample's part; axis 0 goes where a sample has one entry of it."""
        each = self.each(shape)
        return shape[1:] if each == 1 else (each, *shape[1:])

    def each(self, shape: Shape) -> int:
        """How many entries of axis 0 a sample has."""
        if not shape or shape[0] % self.count:
            raise _Mixes
        return shape[0] // self.count

    def array(self, array: Array, shape: Shape) -> Array:
        """A sample's part of an array that is broadcastable to `shape`."""
        if array.ndim < len(shape):
            return array
        if array.shape[0] == shape[0]:
            array = array[self.span(shape[0])]
        return array[0] if self.each(shape) == 1 else array

    def span(self, size: int) -> slice:
        """A sample's part of an axis, or of flat numbers."""
        each = size // self.count
        return slice(self.sample * each, (self.sample + 1) * each)

    def axes(self, axes: Sequence[int], shape: Shape) -> tuple[int, ...]:
        """Axes of `shape` other than 0, as they are counted in a sample's part."""
        if 0 in axes:
            raise _Mixes
        return tuple(axis - (self.each(shape) == 1) for axis in axes)


class OneSample(LinearMap):
    """A block of a map whose parts mix what the whole keeps apart: zeros stand for other samples.

    A window is the window of the whole map. Applying it applies the whole map.
    """

    counted = False

    def __init__(self, whole: LinearMap, sample: int, count: int) -> None:
        """Sample `sample` of `count`; ValueError where axis 0 has other sizes."""
        cut = Cut(sample, count)
        if whole.out_shape[:1] != (count,) or whole.in_shape[:1] != (count,):
            raise ValueError(f"sample: found {whole!r}, expected {count} on axis 0 of both")
        rows, columns = _shapes(whole, cut)
        super().__init__(rows, columns, whole.dtype, whole.xp)
        self.whole, self.structure = whole, whole.structure
        self._rows, self._columns = cut.span(whole.rows), cut.span(whole.columns)

    @property
    def stored(self) -> int:
        return self.whole.stored

    @property
    def nonzeros(self) -> int:
        """An upper bound."""
        return min(self.whole.nonzeros, self.rows * self.columns)

    @property
    def work(self) -> int:
        return self.whole.work

    def describe(self) -> str:
        return self.whole.describe()

    def _push(self, tangent: Array) -> Array:
        return self._pushes(tangent[None])[0]

    def _pull(self, gradient: Array) -> Array:
        return self._pulls(gradient[None])[0]

    def _pushes(self, tangents: Array) -> Array:
        wide = self._among(tangents, self.whole.in_shape, self._columns)
        pushed = self.whole.jvps(wide).reshape(len(tangents), -1)
        return pushed[:, self._rows].reshape(len(tangents), *self.out_shape)

    def _pulls(self, gradients: Array) -> Array:
        wide = self._among(gradients, self.whole.out_shape, self._rows)
        pulled = self.whole.vjps(wide).reshape(len(gradients), -1)
        return pulled[:, self._columns].reshape(len(gradients), *self.in_shape)

    def _among(self, stack: Array, shape: Shape, part: slice) -> Array:
        """A stack of a sample's tensors, with zeros for all other samples."""
        count = len(stack)
        wide = self.xp.zeros((count, *shape), stack.dtype)
        wide.reshape(count, -1)[:, part] = stack.reshape(count, -1)
        return wide

    def _entries(self, top: int, bottom: int, left: int, right: int) -> Array:
        row, column = self._rows.start, self._columns.start
        return self.whole.window(
            slice(row + top, row + bottom), slice(column + left, column + right)
        )


@functools.singledispatch
def _sample(linear: LinearMap, cut: Cut) -> LinearMap:
    raise _Mixes


def _shapes(linear: LinearMap, cut: Cut) -> tuple[Shape, Shape]:
    return cut.shape(linear.out_shape), cut.shape(linear.in_shape)


def _numbers(linear: LinearMap) -> dict[str, Any]:
    return {"dtype": linear.dtype, "xp": linear.xp}


@_sample.register
def _(linear: Zero, cut: Cut) -> LinearMap:
    return Zero(*_shapes(linear, cut), **_numbers(linear))


@_sample.register
def _(linear: Identity, cut: Cut) -> LinearMap:
    return Identity(cut.shape(linear.in_shape), **_numbers(linear))


@_sample.register
def _(linear: Scaled, cut: Cut) -> LinearMap:
    return Scaled(cut.shape(linear.in_shape), linear.scale, **_numbers(linear))


@_sample.register
def _(linear: Diagonal, cut: Cut) -> LinearMap:
    shape = linear.in_shape
    return Diagonal(cut.shape(shape), cut.array(linear.factors, shape))


@_sample.register
def _(linear: Dense, cut: Cut) -> LinearMap:
    rows = linear.matrix[cut.span(linear.rows)]
    columns = cut.span(linear.columns)
    if rows[:, : columns.start].any() or rows[:, columns.stop :].any():
        raise _Mixes
    return Dense(*_shapes(linear, cut), rows[:, columns])


@_sample.register
def _(linear: Selection, cut: Cut) -> LinearMap:
    rows, columns = _shapes(linear, cut)
    read = cut.array(linear.index, linear.out_shape)
    start = cut.span(linear.columns).start
    index = linear.xp.where(read < 0, -1, read - start)
    if bool(((read >= 0) & ((index < 0) | (index >= linear.columns // cut.count))).any()):
        raise _Mixes
    weights = linear.weights
    if weights is not None:
        weights = cut.array(weights, linear.out_shape)
    return Selection(rows, columns, index, weights=weights, dtype=linear.dtype)


@_sample.register
def _(linear: Reshaped, cut: Cut) -> LinearMap:
    rows, columns = _shapes(linear, cut)
    if rows == columns:
        return Identity(rows, **_numbers(linear))
    return Reshaped(rows, columns, **_numbers(linear))


@_sample.register
def _(linear: Transposed, cut: Cut) -> LinearMap:
    if linear.axes[0] != 0:
        raise _Mixes
    shape = linear.in_shape
    inner = cut.shape(shape)
    kept = (0,) if len(inner) == len(shape) else ()
    axes = (*kept, *cut.axes(linear.axes[1:], shape))
    if len(axes) < 2:
        return Identity(inner, **_numbers(linear))
    return Transposed(inner, axes, **_numbers(linear))


@_sample.register
def _(linear: Sliced, cut: Cut) -> LinearMap:
    rows, columns = _shapes(linear, cut)
    slices = _other_slices(linear, linear.in_shape, cut)
    return Sliced(columns, slices, out_shape=rows, **_numbers(linear))


@_sample.register
def _(linear: Placed, cut: Cut) -> LinearMap:
    rows, columns = _shapes(linear, cut)
    slices = _other_slices(linear, linear.out_shape, cut)
    return Placed(rows, slices, in_shape=columns, **_numbers(linear))


def _other_slices(linear: Sliced | Placed, whole: Shape, cut: Cut) -> tuple[slice, ...]:
    """A box's slices on a sample's own axes; it must take all of axis 0."""
    if range(*linear.slices[0].indices(whole[0])) != range(whole[0]):
        raise _Mixes
    return linear.slices[1:] if cut.each(whole) == 1 else (slice(None), *linear.slices[1:])


@_sample.register
def _(linear: Broadcast, cut: Cut) -> LinearMap:
    if len(linear.in_shape) != len(linear.out_shape) or linear.in_shape[0] != linear.out_shape[0]:
        raise _Mixes
    rows, columns = _shapes(linear, cut)
    weights = linear.weights
    if weights is None:
        same = rows == columns
        if same:
            return Identity(rows, **_numbers(linear))
        return Broadcast(rows, columns, **_numbers(linear))
    return Broadcast(rows, columns, weights=cut.array(weights, linear.out_shape))


@_sample.register
def _(linear: Reduce, cut: Cut) -> LinearMap:
    rows, columns = _shapes(linear, cut)
    axes = cut.axes(linear.axes, linear.in_shape)
    if linear.weights is None:
        return Reduce(rows, columns, axes, **_numbers(linear))
    weights = cut.array(linear.weights, linear.in_shape)
    return Reduce(rows, columns, axes, weights=weights)


@_sample.register
def _(linear: BlockDiagonal, cut: Cut) -> LinearMap:
    rows, columns = _shapes(linear, cut)
    out_axes = cut.axes(linear.out_axes, linear.out_shape)
    in_axes = cut.axes(linear.in_axes, linear.in_shape)
    blocks = linear.blocks[cut.span(linear.count)]
    return BlockDiagonal(rows, columns, blocks, out_axes=out_axes, in_axes=in_axes)


@_sample.register
def _(linear: LowRank, cut: Cut) -> LinearMap:
    shape = linear.in_shape
    inner, axes = cut.shape(shape), cut.axes(linear.in_axes, shape)
    held = [linear.factors, *(array for pair in linear.pairs for array in pair)]
    own = {id(array): cut.array(array, shape) for array in held}  # one that is shared stays so
    return LowRank(
        inner,
        diagonal=own[id(linear.factors)],
        pairs=[(own[id(left)], own[id(right)]) for left, right in linear.pairs],
        scale=linear.scale,
        axes=None if len(axes) == len(inner) else axes,
    )


@_sample.register
def _(linear: Kronecker, cut: Cut) -> LinearMap:
    axes = linear.axes
    first = axes.output[:1]
    if not first or first != axes.input[:1] or axes.sizes[first] != linear.in_shape[0]:
        raise _Mixes
    rows, columns = _shapes(linear, cut)
    dropped = first if cut.each(linear.in_shape) == 1 else ""
    terms, factors = [], []
    for labels, factor in zip(axes.factors, linear.factors, strict=True):
        if first in labels:
            place = labels.index(first)
            part = cut.span(axes.sizes[first])
            factor = factor[(*[slice(None)] * place, part.start if dropped else part)]
        terms.append(labels.replace(dropped, "") if dropped else labels)
        factors.append(factor)
    input_, output = (
        labels.replace(dropped, "") if dropped else labels for labels in (axes.input, axes.output)
    )
    # An axis of size 1 that was repeated has no label, so the input may have to lose it.
    thin = cut.shape(axes.shape(axes.input))
    text = f"{','.join([*terms, input_])}->{output}"
    core = contraction(rows, thin, factors, text, **_numbers(linear))
    return core if thin == columns else compose(core, Reshaped(thin, columns, **_numbers(linear)))


@_sample.register
def _(linear: Toeplitz, cut: Cut) -> LinearMap:
    if linear.count is None:
        raise _Mixes  # axis 0 are the channels
    each = cut.each(linear.in_shape)
    count = None if each == 1 else each
    return Toeplitz(
        count, linear.weight, linear.windows, groups=linear.groups, transposed=linear.transposed
    )


@_sample.register
def _(linear: Product, cut: Cut) -> LinearMap:
    return compose(_sample(linear.after, cut), _sample(linear.before, cut))


@_sample.register
def _(linear: Sum, cut: Cut) -> LinearMap:
    return functools.reduce(add, (_sample(part, cut) for part in linear.parts))
