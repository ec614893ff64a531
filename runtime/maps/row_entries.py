"""The entries that a row of a map has, without those that its structure leaves out."""

from __future__ import annotations

import functools
import math
from typing import Any

from runtime.maps.blocks import BlockDiagonal, Blocks
from runtime.maps.combine import Product
from runtime.maps.dense import Dense
from runtime.maps.kronecker import Kronecker
from runtime.maps.linear_map import LinearMap
from runtime.maps.lowrank import LowRank
from runtime.maps.places import Array, Shape, coordinates, flat, pick
from runtime.maps.pointwise import Pointwise, Zero
from runtime.maps.selection import OnePerRow, Reshaped
from runtime.maps.spread import Reduce
from runtime.maps.toeplitz import KernelToeplitz, Toeplitz

Found = tuple[Array, Array]
"""Columns and values, both [rows, entries a row]; a place that is no entry has the value 0."""


LISTED_ENTRIES = 1 << 26
"""Most entries, of those that a structure leaves, that are looked at one by one."""


def told_by_rows(made: LinearMap) -> LinearMap:
    """The map in a form whose structure tells the entries of a row, or the map itself."""
    made = made.simple or made
    chain = made.chain
    return made if chain is None or entries_per_row(chain) is None else chain


def entries_per_row(made: LinearMap) -> int | None:
    """How many `row_entries` gives for each row; None where a map's structure does not tell."""
    if isinstance(made, Product):
        core = _core(made)
        return None if core is None else entries_per_row(core)
    found: int | None = _count(made)
    return found


def row_entries(made: LinearMap, ids: Array) -> Found:
    """The entries of the rows with these flat numbers, of a map with `entries_per_row`."""
    columns, values = _entries(made, ids)
    shape = (len(ids), entries_per_row(made))
    return made.xp.broadcast_to(columns, shape), made.xp.broadcast_to(values, shape)


@functools.singledispatch
def _count(made: LinearMap) -> int | None:
    return None


@functools.singledispatch
def _entries(made: LinearMap, ids: Array) -> Found:
    raise TypeError(f"{made!r}: its structure does not tell the entries of a row")


@_count.register
def _(made: Zero | Pointwise | OnePerRow) -> int:
    return 1


@_entries.register
def _(made: Zero, ids: Array) -> Found:
    none = ids[:, None] * 0
    return none, none


@_entries.register
def _(made: Pointwise, ids: Array) -> Found:
    return ids[:, None], made.diagonal(ids)[:, None]


@_entries.register
def _(made: OnePerRow, ids: Array) -> Found:
    columns = made.source(ids)
    return columns.clip(0)[:, None], ((columns >= 0) * _weights(made, ids))[:, None]


def _weights(made: OnePerRow, ids: Array) -> Array:
    """What stands in these rows, where they read anything."""
    if made.weights is None:
        return made.xp.ones(len(ids), made.dtype)
    return pick(made.weights, made.out_shape, ids, made.xp)


@_count.register
def _(made: Reduce) -> int:
    return made.columns // made.rows


@_entries.register
def _(made: Reduce, ids: Array) -> Found:
    """A row has one entry for every place on the axes that are summed."""
    kept = [axis for axis in range(len(made.in_shape)) if axis not in made.axes]
    outer = _by_axis(ids[:, None], kept, made.in_shape)
    inner = _by_axis(made.xp.arange(_count(made)), made.axes, made.in_shape)
    columns = _joined(outer | inner, made.in_shape, ids)
    if made.weights is None:
        return columns, made.xp.ones((1, 1), made.dtype)
    return columns, pick(made.weights, made.in_shape, columns, made.xp)


@_count.register
def _(made: Blocks) -> int:
    return made.block_shape[1]


@_entries.register
def _(made: BlockDiagonal, ids: Array) -> Found:
    block, place = made.locate(ids, made.out_shape, made.out_axes)
    return made.members(block[:, None], made.in_shape, made.in_axes), made.blocks[block, place]


@_entries.register
def _(made: LowRank, ids: Array) -> Found:
    shape, xp = made.out_shape, made.xp
    block, _ = made.locate(ids, shape, made.out_axes)
    columns = made.members(block[:, None], shape, made.in_axes)
    values = xp.where(columns == ids[:, None], pick(made.factors, shape, ids, xp)[:, None], 0)
    for left, right in made.pairs:
        outer = made.scale * pick(left, shape, ids, xp)[:, None]
        values = values + outer * pick(right, shape, columns, xp)
    return columns, values


@_count.register
def _(made: Dense) -> int:
    return made.columns


@_entries.register
def _(made: Dense, ids: Array) -> Found:
    return made.xp.arange(made.columns)[None, :], made.matrix[ids]


@_count.register
def _(made: Kronecker) -> int:
    return math.prod(made.axes.shape(_summed(made)))


@_entries.register
def _(made: Kronecker, ids: Array) -> Found:
    """A row has one entry for every place on the labels that the input has alone."""
    axes = made.axes
    by_row = coordinates(ids[:, None], axes.shape(axes.output))
    inner = coordinates(made.xp.arange(_count(made))[None, :], axes.shape(_summed(made)))
    places = dict(zip(axes.output, by_row, strict=True))
    places |= dict(zip(_summed(made), inner, strict=True))
    columns = flat([places[label] for label in axes.input], axes.shape(axes.input), ids[:, None])
    values = made.xp.ones((1, 1), made.dtype)
    for factor, labels in zip(made.factors, axes.factors, strict=True):
        values = values * (factor[tuple(places[label] for label in labels)] if labels else factor)
    return columns, values


def _summed(made: Kronecker) -> str:
    return "".join(label for label in made.axes.input if label not in made.axes.output)


@_count.register
def _(made: Toeplitz) -> int:
    each = len(made.weight) // made.groups if made.transposed else made.weight.shape[1]
    return each * math.prod(made.windows.kernel)


@_entries.register
def _(made: Toeplitz, ids: Array) -> Found:
    """A row has one entry for every channel of its group and place in the kernel."""
    out_each, in_each = len(made.weight) // made.groups, made.weight.shape[1]
    here, there = (in_each, out_each) if made.transposed else (out_each, in_each)
    image, channel, *spots = coordinates(ids[:, None], made.batched[0])
    other, *taps = coordinates(made.xp.arange(_count(made))[None, :], (there, *made.windows.kernel))
    other = channel // here * there + other
    inside, read = _slid(made, spots, taps)
    columns = flat([image, other, *read], made.batched[1], ids[:, None])
    pair = (other, channel % in_each) if made.transposed else (channel, other % in_each)
    return columns, made.xp.where(inside, made.weight[(*pair, *taps)], 0)


@_count.register
def _(made: KernelToeplitz) -> int:
    each: int = made.x.shape[1] // made.groups
    return each * math.prod(made.windows.kernel)


@_entries.register
def _(made: KernelToeplitz, ids: Array) -> Found:
    each, channels = made.x.shape[1] // made.groups, made.out_shape[1] // made.groups
    image, channel, *spots = coordinates(ids[:, None], made.out_shape)
    other, *taps = coordinates(made.xp.arange(_count(made))[None, :], (each, *made.windows.kernel))
    read = channel // channels * each + other
    inside, at = _slid(made, spots, taps)
    pair = (read, channel % channels) if made.transposed else (channel, other)
    columns = flat([*pair, *taps], made.in_shape, ids[:, None])
    return columns, made.xp.where(inside, made.x[(image, read, *at)], 0)


def _slid(
    made: Toeplitz | KernelToeplitz, spots: list[Array], taps: list[Array]
) -> tuple[Array, list[Array]]:
    """(whether the kernel reaches from these places through these taps, where to)."""
    inside: Any = True
    read = []
    for axis, (spot, tap) in enumerate(zip(spots, taps, strict=True)):
        if made.transposed:
            at, on = made.windows.place(axis, spot, tap)
        else:
            on, at = made.windows.entry(axis, spot, tap)
        inside = inside & on
        read.append(at)
    return inside, read


@_entries.register
def _(made: Product, ids: Array) -> Found:
    """What scales or reorders the rows or the columns of one other map."""
    after, before = made.after, made.before
    if isinstance(after, Pointwise | OnePerRow):
        at, factors = (one[:, 0] for one in _entries(after, ids))
        columns, values = _entries(before, at)
        return columns, values * factors[:, None]
    columns, values = _entries(after, ids)
    if isinstance(before, Reshaped):
        return columns, values
    assert isinstance(before, Pointwise)
    return columns, values * before.diagonal(columns)


def _core(made: Product) -> LinearMap | None:
    """The factor that decides how many entries a row has, where the other has one a row."""
    if isinstance(made.after, Pointwise | OnePerRow):
        return made.before
    return made.after if isinstance(made.before, Pointwise | Reshaped) else None


def _by_axis(ids: Array, axes: Any, shape: Shape) -> dict[int, Array]:
    sizes = tuple(shape[axis] for axis in axes)
    return dict(zip(axes, coordinates(ids, sizes), strict=True))


def _joined(places: dict[int, Array], shape: Shape, ids: Array) -> Array:
    return flat([places[axis] for axis in range(len(shape))], shape, ids[:, None])
