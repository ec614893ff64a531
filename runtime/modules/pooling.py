"""Pooling: each window of an image becomes one number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import PortType
from runtime import maps
from runtime.array import Array
from runtime.kernels.images import pooling
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs
from runtime.modules.sliding import Sliding

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site


class Pooling(Sliding):
    """The parent of poolings; without `stride` the windows stand side by side."""

    kernel_size: tuple[int, ...] = attribute((2,), "the window's size, or one per axis", minimum=1)
    stride: tuple[int, ...] | None = attribute(
        None, "how far to the next window; none means the kernel's size", minimum=1
    )
    ceil_mode: bool = attribute(False, "whether a last window may hang over the end")
    examples = (
        Example({"x": (2, 2, 4, 4)}),
        Example({"x": (1, 1, 5, 5)}, {"kernel_size": (3, 2), "stride": (2,), "padding": (1, 0)}),
        Example({"x": (1, 1, 5, 4)}, {"ceil_mode": True}),
        Example({"x": (1, 2, 3, 3)}, {"kernel_size": (3,), "stride": (1,), "padding": (1,)}),
    )

    def validate(self) -> None:
        super().validate()
        if any(2 * pad > size for pad, size in zip(self.paddings, self.kernel, strict=True)):
            expected = "at most half of kernel_size"
            found = str(list(self.settings["padding"]))
            raise BadAttribute(port="padding", found=found, expected=expected)

    @property
    def strides(self) -> tuple[int, ...]:
        return self.kernel if self.settings["stride"] is None else super().strides

    def size_of_y(self, size: int, axis: int) -> int:
        whole = super().size_of_y(size, axis)
        stride, padding = self.strides[axis], self.paddings[axis]
        rest = (size + 2 * padding - self.kernel[axis]) % stride
        # A window that would begin behind the end, in the padding, is left out, as in PyTorch.
        hangs = self.settings["ceil_mode"] and rest and whole * stride < size + padding
        return whole + 1 if hangs else whole

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        if "x" not in types:
            return {}
        sizes = self.sizes_of_y(types["x"].shape)
        return {} if sizes is None else {"y": PortType(dtype, (*types["x"].shape[:2], *sizes))}


class MaxPool2d(Pooling, sig="x[n, c, h, w] -> y[n, c, p, q]", group="Layers"):
    """The largest entry of each window, the first of equals. Definition: torch.nn.MaxPool2d.

    x: floating [N, C, H, W]. y: [N, C, H', W']. Padding counts as minus infinity.
    """

    formula = r"y_{n c p q} = \max_{k l} x_{n, c, s p + k, s q + l}"
    local = {"x": "1 at the largest entry of each window, the first of equals, else 0"}
    pullback = {"x": r"\sum_{\mathrm{windows}} g_{n c p q} [\mathrm{largest\ entry}]"}
    at_kink = "of equal largest entries in a window the first gets the gradient"
    keeps = ("index",)

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, x, y = ctx.xp, ins[0], ctx.into(out)
        windows = self.windows(ctx)
        size = (*y.shape, math.prod(self.kernel))
        taps = windows.read(xp, x, -math.inf).reshape(size)
        inside = windows.read(xp, _numbers(xp, x.shape), -1).reshape(size)
        # NaN wins, as in PyTorch; where all are minus infinity an entry of x does, not the padding.
        best = xp.argmax(xp.where(xp.isnan(taps), math.inf, taps), -1)
        first = xp.argmax(inside >= 0, -1)
        chosen = xp.take_along_axis(inside, best[..., None], -1)
        fallback = xp.take_along_axis(inside, first[..., None], -1)
        index = xp.where(chosen >= 0, chosen, fallback)[..., 0]
        ctx.keep("index", index)
        y[...] = x.reshape(-1)[index]
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        return (self.jacobian(ctx, "x", "y", kept).vjp(gradient),)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        (x,), windows = ins, self.windows(site)
        y = pooling.largest(site, x, windows)

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array]:
            (gradient,) = gouts
            assert gradient is not None
            return (pooling.back_to_largest(site, gradient, x, y, windows),)

        return (y,), pull

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None if tangent is None else tangent.reshape(-1)[kept["index"]],)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        return maps.Selection(ctx.shapes[output], ctx.shapes[port], kept["index"], dtype=ctx.dtype)

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        xp, taps = ctx.xp, self.windows(ctx).read(ctx.xp, ins[0], -math.inf)
        flat = taps.reshape(*ctx.shapes["y"], math.prod(self.kernel))
        if flat.shape[-1] < 2:
            return None
        flat = xp.partition(flat, flat.shape[-1] - 2, -1)
        gap = flat[..., -1] - flat[..., -2]
        return xp.where(xp.isfinite(gap), gap, xp.inf)


class AvgPool2d(Pooling, sig="x[n, c, h, w] -> y[n, c, p, q]", group="Layers"):
    """The mean of each window, the padding counted as zeros. Definition: torch.nn.AvgPool2d.

    x: floating [N, C, H, W]. y: [N, C, H', W']. What hangs over the padding's end is not counted.
    """

    formula = r"y_{n c p q} = \frac{1}{K L} \sum_{k l} x_{n, c, s p + k, s q + l}"
    local = {"x": "1 / (size of the window) in each window"}
    pullback = {"x": r"\frac{1}{K L} \sum_{\mathrm{windows}} g_{n c p q}"}

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        y[...] = self.windows(ctx).read(ctx.xp, ins[0]).sum(axis=(-1, -2)) * self._share(ctx)
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        each = (gradient * self._share(ctx))[..., None, None]
        spread = ctx.xp.broadcast_to(each, (*gradient.shape, *self.kernel))
        return (self.windows(ctx).add(ctx.xp, spread),)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        (x,), windows, share = ins, self.windows(site), self._share(site)
        y = pooling.weighted(site, x, windows, share)

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array]:
            (gradient,) = gouts
            assert gradient is not None
            return (pooling.back_to_weighted(site, gradient, x, windows, share),)

        return (y,), pull

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None,) if tangent is None else self.forward(ctx, (tangent,))

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        flat_in = (columns[0] * columns[1], 1, *columns[2:])
        flat_out = (flat_in[0], 1, *rows[2:])
        ones = ctx.xp.ones((1, 1, *self.kernel), ctx.dtype)
        core = maps.Toeplitz(flat_in[0], ones, self.windows(ctx))
        summed = maps.compose(core, maps.Reshaped(flat_in, columns, **same))
        shares = maps.Diagonal(flat_out, self._share(ctx))
        weighed = maps.compose(shares, summed)
        return maps.compose(maps.Reshaped(rows, flat_out, **same), weighed)

    def _share(self, ctx: Context | Site) -> Array:
        """What an entry weighs in each window, [H', W']: one over the entries that count."""
        counts = []
        windows = self.windows(ctx)
        for axis, size in enumerate(windows.size):
            start = np.arange(windows.out[axis]) * windows.stride[axis] - windows.padding[axis]
            end = np.minimum(start + windows.kernel[axis], size + windows.padding[axis])
            counts.append(end - start)
        return ctx.xp.asarray(1 / np.multiply.outer(*counts), ctx.dtype)


class GlobalAvgPool2d(Differentiable, sig="x[n, c, h, w] -> y[n, c, 1, 1]", group="Layers"):
    """The mean of each channel of an image. Definition: torch.nn.AdaptiveAvgPool2d(1).

    x: floating [N, C, H, W]. y: [N, C, 1, 1].
    """

    batch_sizes = ("n",)
    unit_axis = 1
    formula = r"y_{n c} = \frac{1}{H W} \sum_{p q} x_{n c p q}"
    local = {"x": "1 / (H W)"}
    pullback = {"x": r"\frac{g_{n c}}{H W}"}
    examples = (
        Example({"x": (2, 3, 4, 4)}),
        Example({"x": (1, 1, 2, 3)}),
        Example({"x": (1, 2, 1, 1)}),
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        y[...] = ins[0].sum(axis=(2, 3), keepdims=True) * self._share(ctx)
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        return (ctx.xp.broadcast_to(gradient * self._share(ctx), ctx.shapes["x"]),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None,) if tangent is None else self.forward(ctx, (tangent,))

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        scale = float(self._share(ctx))
        return maps.Reduce(ctx.shapes[output], ctx.shapes[port], (2, 3), scale=scale, **same)

    def _share(self, ctx: Context) -> Any:
        return ctx.dtype.type(1 / (math.prod(ctx.shapes["x"][2:]) or math.nan))


def _numbers(xp: Any, shape: tuple[int, ...]) -> Array:
    """The flat number of every entry."""
    return xp.arange(math.prod(shape)).reshape(shape)
