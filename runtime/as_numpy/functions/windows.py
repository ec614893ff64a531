"""A kernel that slides over the last axes: convolution and pooling.

Source: Dumoulin, Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from runtime.array import Array


def slide(out: Any, stride: Any, dilation: Any, kernel: Any) -> Any:
    """Each entry of the kernel, with the part of the padded input that it meets on its way."""
    for taps in itertools.product(*map(range, kernel)):
        met = [
            slice(k * d, k * d + (count - 1) * s + 1, s)
            for k, d, s, count in zip(taps, dilation, stride, out, strict=True)
        ]
        yield taps, (Ellipsis, *met)


def places(size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> list[int]:
    """How often the kernel fits along each axis."""
    return [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    ]


def padded(x: Array, padding: Any, behind: Any, value: float) -> Array:
    """x with `padding` entries before and `behind` entries after each of its last axes."""
    widths = [(0, 0)] * (x.ndim - len(padding)) + list(zip(padding, behind, strict=True))
    return np.pad(x, widths, constant_values=value)


def unpadded(x: Array, padding: Any, size: Any) -> Array:
    """The part of a padded tensor that is no padding."""
    return x[(Ellipsis, *(slice(p, p + n) for p, n in zip(padding, size, strict=True)))]


def conv(x: Array, weight: Array, stride: Any, padding: Any, dilation: Any, groups: int) -> Array:
    """y[n, o, p] = sum over c and k of weight[o, c, k] x[n, c, stride p + dilation k - padding]."""
    kernel = weight.shape[2:]
    out = places(x.shape[2:], kernel, stride, padding, dilation)
    wide = padded(x, padding, padding, 0)
    wide = wide.reshape(len(x), groups, -1, *wide.shape[2:])
    rows = weight.reshape(groups, -1, *weight.shape[1:])
    y = np.zeros((len(x), groups, rows.shape[1], *out), x.dtype)
    for taps, met in slide(out, stride, dilation, kernel):
        y += np.einsum("goc,ngc...->ngo...", rows[(Ellipsis, *taps)], wide[met], optimize=True)
    return y.reshape(len(x), -1, *out)


def conv_back(
    g: Array, x: Array, weight: Array, stride: Any, padding: Any, dilation: Any, groups: int
) -> tuple[Array, Array]:
    """The gradients of x and weight: each product of the sum hands the other factor's back."""
    kernel, size, out = weight.shape[2:], x.shape[2:], g.shape[2:]
    wide = padded(x, padding, padding, 0)
    wide = wide.reshape(len(x), groups, -1, *wide.shape[2:])
    rows = weight.reshape(groups, -1, *weight.shape[1:])
    g = g.reshape(len(x), groups, -1, *out)
    of_x, of_rows = np.zeros_like(wide), np.zeros_like(rows)
    for taps, met in slide(out, stride, dilation, kernel):
        at = (Ellipsis, *taps)
        of_x[met] += np.einsum("goc,ngo...->ngc...", rows[at], g, optimize=True)
        of_rows[at] = np.einsum("ngop,ngcp->goc", *(flat(each) for each in (g, wide[met])))
    of_x = unpadded(of_x, padding, size).reshape(x.shape)
    return of_x, of_rows.reshape(weight.shape)


def flat(x: Array) -> Array:
    """[n, groups, channels, ...] with all places on one axis."""
    return x.reshape(*x.shape[:3], -1)


def conv_transposed(
    x: Array, weight: Array, stride: Any, padding: Any, dilation: Any, groups: int
) -> Array:
    """Spread each entry of x by the kernel: what a convolution does to gradients."""
    size = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1
        for n, k, s, p, d in zip(
            x.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True
        )
    ]
    nothing = np.zeros((len(x), weight.shape[1] * groups, *size), x.dtype)
    return conv_back(x, nothing, weight, stride, padding, dilation, groups)[0]


def conv_transposed_back(
    g: Array, x: Array, weight: Array, stride: Any, padding: Any, dilation: Any, groups: int
) -> tuple[Array, Array]:
    """The gradients of x and weight: here the gradient is what the kernel slides over."""
    of_weight = conv_back(x, g, weight, stride, padding, dilation, groups)[1]
    return conv(g, weight, stride, padding, dilation, groups), of_weight


def windows(x: Array, out: Any, kernel: Any, stride: Any, padding: Any, value: float) -> Array:
    """[..., out, taps]: what each window of x reads, `value` outside x."""
    behind = [
        max((count - 1) * s + k - p - n, 0)
        for n, count, k, s, p in zip(x.shape[2:], out, kernel, stride, padding, strict=True)
    ]
    wide = padded(x, padding, behind, value)
    return np.stack([wide[met] for _, met in slide(out, stride, (1, 1), kernel)], axis=-1)


def max_pool(x: Array, out: Any, kernel: Any, stride: Any, padding: Any) -> tuple[Array, Array]:
    """The largest entry of each window, and its place in x (the first of equals)."""
    taps = windows(x, out, kernel, stride, padding, -np.inf)
    numbers = np.arange(x.size).reshape(x.shape)
    inside = windows(numbers, out, kernel, stride, padding, -1)
    best = np.where(inside >= 0, taps, -np.inf).argmax(axis=-1)
    first = (inside >= 0).argmax(axis=-1)
    place = np.take_along_axis(inside, best[..., None], -1)[..., 0]
    place = np.where(place >= 0, place, np.take_along_axis(inside, first[..., None], -1)[..., 0])
    return x.reshape(-1)[place], place


def max_pool_back(g: Array, x: Array, place: Array) -> Array:
    """Each window's gradient goes to the entry that it chose."""
    total = np.zeros(x.size, g.dtype)
    np.add.at(total, place.reshape(-1), g.reshape(-1))
    return total.reshape(x.shape)


def avg_shares(size: Any, out: Any, kernel: Any, stride: Any, padding: Any) -> Array:
    """What an entry weighs in each window: one over how many the window has, padding included."""
    counts = []
    for n, count, k, s, p in zip(size, out, kernel, stride, padding, strict=True):
        start = np.arange(count) * s - p
        counts.append(np.minimum(start + k, n + p) - start)
    return 1 / np.multiply.outer(*counts)


def avg_pool(x: Array, out: Any, kernel: Any, stride: Any, padding: Any) -> Array:
    """The mean of each window, the padding counted as zeros."""
    weights = avg_shares(x.shape[2:], out, kernel, stride, padding).astype(x.dtype)
    return windows(x, out, kernel, stride, padding, 0).sum(axis=-1) * weights


def avg_pool_back(g: Array, x: Array, kernel: Any, stride: Any, padding: Any) -> Array:
    """Each entry of a window gets its share of the window's gradient."""
    size, out = x.shape[2:], g.shape[2:]
    each = g * avg_shares(size, out, kernel, stride, padding).astype(g.dtype)
    reach = [
        max((count - 1) * s + k, p + n)
        for n, count, k, s, p in zip(size, out, kernel, stride, padding, strict=True)
    ]
    total = np.zeros((*x.shape[:2], *reach), g.dtype)
    for _, met in slide(out, stride, (1, 1), kernel):
        total[met] += each
    return unpadded(total, padding, size)
