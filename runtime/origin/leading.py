"""Which numbers led to one entry of what a step computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from runtime.array import Array
from runtime.backend import to_numpy
from runtime.feeds import Host
from runtime.modules.door import Elementwise, sum_to
from runtime.moments import apart
from runtime.origin.records import Number
from runtime.records import Record

MOST = 2
"""Numbers that are named of one tensor."""

Index = tuple[int, ...]
Found = tuple[list[Number], int]


def led_forward(record: Record, output: int, index: Index) -> Found:
    """The entries of the inputs that an output's entry was made from, and how many more."""
    step, module = record.step, record.step.module
    if isinstance(module, Elementwise):
        return [
            _number("value", record, place, broadcast(index, array.shape))
            for place, array in enumerate(record.ins)
        ], 0
    gradients = _pulled(record, output, index)
    found: list[Number] = []
    left_out = 0
    for place, array in enumerate(record.ins):
        if not step.need[place]:
            continue
        slopes = _host(gradients[place], array.shape)
        chosen, more = strongest(slopes, to_numpy(array))
        found += [_number("value", record, place, at) for at in chosen]
        left_out += more
    return found, left_out


def led_reverse(record: Record, place: int, index: Index) -> Found:
    """What an entry of the gradient at an input was made from, and how many numbers more: the
    gradients that arrived, the local derivatives by it, and the values there."""
    value = _number("value", record, place, index)
    found: list[Number] = []
    left_out = 0
    for output, gradient in enumerate(record.gouts or ()):
        if gradient is None:
            continue
        slopes = _slopes(record, place, index, output)
        arrived = to_numpy(gradient)
        chosen, more = strongest(slopes, arrived)
        left_out += more
        for at in chosen:
            port = apart(record.step.writes[output])[0]
            found.append(Number("gradient", port, at, float(arrived[at])))
            drawn = apart(record.step.reads[place])[0]
            found.append(Number("derivative", drawn, index, float(slopes[at])))
    others: list[Number] = []
    if isinstance(record.step.module, Elementwise):
        at = next((n.index for n in found if n.role == "gradient"), index)
        others = [
            _number("value", record, other, broadcast(at, array.shape))
            for other, array in enumerate(record.ins)
            if other != place
        ]
    return [value, *others, *found], left_out


def broadcast(index: Index, shape: tuple[int, ...]) -> Index:
    """Where an entry of an output is read in an input that was broadcast to it."""
    tail = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else at for at, size in zip(tail, shape, strict=True))


def strongest(slopes: Host, array: Host) -> tuple[list[Index], int]:
    """The indices of the entries that count most in a sum over slopes times entries, and how many
    more count at all. Products that are not finite come first, of these the largest entries.
    """
    among = np.flatnonzero(slopes != 0)  # NaN counts too
    entries = np.abs(array.reshape(-1)[among].astype(np.float64))
    with np.errstate(all="ignore"):
        products = np.abs(slopes.reshape(-1)[among]) * entries
    products[~np.isfinite(products)] = np.inf
    best = np.lexsort((-entries, -products))[:MOST]
    found = [tuple(int(i) for i in np.unravel_index(among[k], array.shape)) for k in best]
    return found, len(among) - len(found)


def _number(role: Any, record: Record, place: int, index: Index) -> Number:
    port = apart(record.step.reads[place])[0]
    return Number(role, port, index, float(to_numpy(record.ins[place])[index]))


def _pulled(record: Record, output: int, index: Index) -> list[Array | None]:
    """The row of the Jacobian at an entry of an output, input by input."""
    step, ctx = record.step, record.context
    unit = ctx.xp.zeros(step.shapes[step.output_names[output]], ctx.dtype)
    unit[index] = 1
    gouts = tuple(unit if i == output else None for i in range(len(step.outputs)))
    with np.errstate(all="ignore"):
        parts = step.module.vjp(ctx, gouts, record.kept(), step.need)
    shapes = (step.shapes[name] for name in step.input_names)
    pairs = zip(parts, shapes, strict=True)
    return [None if part is None else sum_to(part, shape) for part, shape in pairs]


def _slopes(record: Record, place: int, index: Index, output: int) -> Host:
    """The column of the Jacobian at an entry of an input: d output / d entry."""
    step, ctx = record.step, record.context
    shape = step.shapes[step.output_names[output]]
    name = step.input_names[place]
    with np.errstate(all="ignore"):
        if isinstance(step.module, Elementwise):
            slope = to_numpy(ctx.xp.asarray(step.module.derivative(ctx, name, record.kept())))
            return np.where(_read_at(shape, step.shapes[name], index), slope, 0.0)
        unit = ctx.xp.zeros(step.shapes[name], ctx.dtype)
        unit[index] = 1
        tangents = tuple(unit if i == place else None for i in range(len(step.inputs)))
        found = step.module.jvp(ctx, tangents, record.kept())[output]
    return np.zeros(shape) if found is None else np.broadcast_to(to_numpy(found), shape)


def _read_at(shape: tuple[int, ...], inner: tuple[int, ...], index: Index) -> Host:
    """Which entries of an output of `shape` read one entry of an input of shape `inner`."""
    mask = np.zeros(inner, dtype=bool)
    mask[index] = True
    return np.broadcast_to(mask, shape)


def _host(gradient: Array | None, shape: tuple[int, ...]) -> Host:
    return np.zeros(shape) if gradient is None else to_numpy(gradient)
