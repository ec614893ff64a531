"""Convolutions: Conv1d, Conv2d, ConvTranspose2d."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import PortType, Shape
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.kernels.images import ways
from runtime.kernels.images.order import batch_first, settled
from runtime.maps.windows import Windows, back_to_input, back_to_kernel, convolve
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import Kept, Outs
from runtime.modules.sliding import Sliding

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site


class Convolution(Sliding):
    """The parent of convolutions. `rank` axes slide; the weight is [*channels, *kernel]."""

    parameters = ("weight", "bias")
    rules: ClassVar[Mapping[str, initial.Rule]] = {"weight": initial.fan_in_uniform}
    keeps = ("x", "weight")
    out_channels: int = attribute(1, "how many channels y has", minimum=1)
    stride: tuple[int, ...] = attribute((1,), "how far to the next place", minimum=1)
    dilation: tuple[int, ...] = attribute((1,), "steps between the kernel's entries", minimum=1)
    groups: int = attribute(1, "in how many groups of channels it works", minimum=1)
    bias: bool = attribute(True, "whether a bias is added")

    def validate(self) -> None:
        super().validate()
        channels, groups = self.settings["out_channels"], self.settings["groups"]
        if channels % groups:
            raise BadAttribute(
                port="groups", found=str(groups), expected=f"a divisor of out_channels {channels}"
            )

    def rule(self, port: str, shapes: Mapping[str, tuple[int, ...]]) -> initial.Rule:
        if port == "bias":
            return initial.uniform_within(1 / math.sqrt(initial.fans(shapes["weight"])[0]))
        return super().rule(port, shapes)

    def kernel_channels(self, channels: int) -> tuple[int, int]:
        """The first two sizes of the weight, for an input of so many channels."""
        return self.settings["out_channels"], channels // self.settings["groups"]

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        found = {}
        if self.settings["bias"] and "bias" not in types:
            found["bias"] = PortType(dtype, (self.settings["out_channels"],))
        if "x" not in types:
            return found
        shape = types["x"].shape
        if isinstance(shape[1], int):
            self._check_channels(shape, shape[1])
            weight = (*self.kernel_channels(shape[1]), *self.kernel)
            if "weight" in types:
                self._check_weight(types["weight"].shape, weight)
            else:
                found["weight"] = PortType(dtype, weight)
        sizes = self.sizes_of_y(shape)
        if sizes is not None:
            found["y"] = PortType(dtype, (shape[0], self.settings["out_channels"], *sizes))
        return found

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        y[...] = self._apply(ctx, ins[0], ins[1])
        if self.settings["bias"]:
            y += _by_channel(ins[2], self.rank)
        return (y,)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        parts = []
        if tangents[0] is not None:
            parts.append(self._apply(ctx, tangents[0], kept["weight"]))
        if tangents[1] is not None:
            parts.append(self._apply(ctx, kept["x"], tangents[1]))
        if len(tangents) > 2 and tangents[2] is not None:
            wide = _by_channel(tangents[2], self.rank)
            parts.append(ctx.xp.broadcast_to(wide, ctx.shapes["y"]))
        return (sum(parts[1:], parts[0]) if parts else None,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        assert gradient is not None
        found: list[Array | None] = [None] * len(need)
        if need[0]:
            found[0] = self._of_x(ctx, gradient, kept["weight"])
        if need[1]:
            found[1] = self._of_weight(ctx, gradient, kept["x"])
        if len(need) > 2 and need[2]:
            found[2] = gradient.sum(axis=(0, *range(2, gradient.ndim)))
        return tuple(found)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        x, weight = settled(site, ins[0]), site.contiguous(ins[1])
        y = self._across(site, x, weight)
        if self.settings["bias"]:
            site.call(np.add, y, _by_channel(ins[2], self.rank + 1), y)

        def pull(gouts: tuple[Array | None, ...]) -> Sequence[Array | None]:
            (gout,) = gouts
            assert gout is not None
            gradient = settled(site, gout)
            found: list[Array | None] = [None] * len(ins)
            if site.need[0]:
                found[0] = batch_first(self._back(site, gradient, weight))
            if site.need[1]:
                found[1] = site.gradient(1)
                self._into_weight(site, gradient, x, found[1])
            if len(ins) > 2 and site.need[2]:
                found[2] = site.gradient(2)
                flat = gradient.reshape(len(gradient), -1)
                site.call(np.add.reduce, flat, 1, None, found[2])
            return found

        return (batch_first(y),), pull

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, groups = ctx.shapes[output], self.settings["groups"]
        windows, turned = self.windows(ctx), self.is_transposed
        if port == "x":
            return maps.Toeplitz(rows[0], kept["weight"], windows, groups=groups, transposed=turned)
        if port == "weight":
            return maps.KernelToeplitz(
                kept["x"], rows[1], windows, groups=groups, transposed=turned
            )
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        wide = (rows[1], *(1,) * self.rank)
        copies = maps.Broadcast(rows, wide, **same)
        return maps.compose(copies, maps.Reshaped(wide, ctx.shapes[port], **same))

    is_transposed: ClassVar[bool] = False

    def _apply(self, ctx: Context, x: Array, weight: Array) -> Array:
        return convolve(ctx.xp, x, weight, self.windows(ctx), self.settings["groups"])

    def _of_x(self, ctx: Context, gradient: Array, weight: Array) -> Array:
        return back_to_input(ctx.xp, gradient, weight, self.windows(ctx), self.settings["groups"])

    def _of_weight(self, ctx: Context, gradient: Array, x: Array) -> Array:
        return back_to_kernel(ctx.xp, gradient, x, self.windows(ctx), self.settings["groups"])

    def _across(self, site: Site, x: Array, weight: Array) -> Array:
        """The calls from x to y without the bias, both with the batch last."""
        return ways.convolve(site, x, weight, self.windows(site), self.settings["groups"])

    def _back(self, site: Site, gradient: Array, weight: Array) -> Array:
        """The calls from y's gradient to that of x."""
        windows, groups = self.windows(site), self.settings["groups"]
        return ways.back_to_image(site, gradient, weight, windows, groups)

    def _into_weight(self, site: Site, gradient: Array, x: Array, out: Array) -> None:
        """The calls from y's gradient to that of the weight."""
        windows, groups = self.windows(site), self.settings["groups"]
        ways.back_to_kernel(site, gradient, x, windows, groups, out)

    def _check_channels(self, shape: Shape, channels: int) -> None:
        groups = self.settings["groups"]
        if channels % groups:
            expected = f"a multiple of {groups} channels on axis 1"
            raise self.misfit("x", shape, expected, "Change groups.")

    def _check_weight(self, found: Shape, wanted: Shape) -> None:
        pairs = zip(found, wanted, strict=False)
        if len(found) != len(wanted) or any(unify(a, b) is None for a, b in pairs):
            raise self.misfit("weight", found, f"[{', '.join(map(str, wanted))}]")


class Conv1d(
    Convolution, sig="x[n, c, l], weight[*k], bias[out_channels] -> y[n, o, m]", group="Layers"
):
    """Slide a kernel along the last axis (cross-correlation). Definition: torch.nn.Conv1d.

    x: floating [N, C, L]. weight: [out_channels, C / groups, kernel]. bias: [out_channels]. y:
    [N, out_channels, L']. Both parameters start uniform within 1/sqrt(fan-in), as in PyTorch.
    """

    rank = 1
    formula = r"y_{n o p} = b_o + \sum_{c k} w_{o c k}\, x_{n, c, s p + d k - a}"
    local = {"x": "the kernel (Toeplitz)", "weight": "x (Toeplitz)", "bias": "1"}
    pullback = {
        "x": r"\sum_{o k p :\, s p + d k - a = l} w_{o c k} g_{n o p}",
        "weight": r"\sum_{n p} g_{n o p} x_{n, c, s p + d k - a}",
        "bias": r"\sum_{n p} g_{n o p}",
    }
    letters = {"w": "weight", "b": "bias"}
    examples = (
        Example({"x": (2, 3, 6)}, {"out_channels": 2}),
        Example({"x": (1, 2, 5)}, {"out_channels": 4, "kernel_size": (2,), "groups": 2}),
        Example(
            {"x": (1, 1, 8)},
            {"kernel_size": (3,), "stride": (2,), "padding": (1,), "dilation": (2,)},
        ),
        Example({"x": (2, 1, 4)}, {"kernel_size": (1,), "bias": False}),
    )


class Conv2d(
    Convolution,
    sig="x[n, c, h, w], weight[*k], bias[out_channels] -> y[n, o, p, q]",
    group="Layers",
):
    """Slide a kernel over images (cross-correlation). Definition: torch.nn.Conv2d.

    x: floating [N, C, H, W]. weight: [out_channels, C / groups, kH, kW]. bias: [out_channels]. y:
    [N, out_channels, H', W']. Both parameters start uniform within 1/sqrt(fan-in), as in PyTorch.
    """

    rank = 2
    formula = (
        r"y_{n o p q} = b_o + \sum_{c k l} w_{o c k l}\, x_{n, c, s p + d k - a, s q + d l - a}"
    )
    local = {"x": "the kernel (Toeplitz)", "weight": "x (Toeplitz)", "bias": "1"}
    pullback = {
        "x": r"\sum_{o k l p q} w_{o c k l} g_{n o p q}"
        r", \quad i = s p + d k - a, \; j = s q + d l - a",
        "weight": r"\sum_{n p q} g_{n o p q} x_{n, c, s p + d k - a, s q + d l - a}",
        "bias": r"\sum_{n p q} g_{n o p q}",
    }
    letters = {"w": "weight", "b": "bias"}
    examples = (
        Example({"x": (2, 2, 4, 5)}, {"out_channels": 3}),
        Example({"x": (1, 4, 3, 3)}, {"out_channels": 2, "kernel_size": (2,), "groups": 2}),
        Example(
            {"x": (1, 1, 6, 5)},
            {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)},
        ),
        Example({"x": (2, 1, 3, 2)}, {"kernel_size": (1,), "bias": False}),
        Example({"x": (1, 2, 2, 2)}, {"kernel_size": (3,), "padding": (1,)}),
    )


class ConvTranspose2d(
    Convolution,
    sig="x[n, c, h, w], weight[*k], bias[out_channels] -> y[n, o, p, q]",
    group="Layers",
):
    """Spread each entry by a kernel: the adjoint of Conv2d. Definition: torch.nn.ConvTranspose2d.

    x: floating [N, C, H, W]. weight: [C, out_channels / groups, kH, kW]. bias: [out_channels]. y:
    [N, out_channels, H', W'] with H' = (H - 1) stride - 2 padding + dilation (kH - 1) + 1. Both
    parameters start uniform within 1/sqrt(fan-in) of this shape, as in PyTorch.
    """

    rank = 2
    is_transposed = True
    formula = r"y_{n o, s p + d k - a, s q + d l - a} \mathrel{+}= w_{c o k l}\, x_{n c p q}"
    local = {"x": "the kernel, transposed (Toeplitz)", "weight": "x (Toeplitz)", "bias": "1"}
    pullback = {
        "x": r"\sum_{o k l} w_{c o k l} g_{n, o, s p + d k - a, s q + d l - a}",
        "weight": r"\sum_{n p q} x_{n c p q} g_{n, o, s p + d k - a, s q + d l - a}",
        "bias": r"\sum_{n p q} g_{n o p q}",
    }
    letters = {"w": "weight", "b": "bias"}
    examples = (
        Example({"x": (2, 2, 3, 2)}, {"out_channels": 3}),
        Example({"x": (1, 4, 2, 2)}, {"out_channels": 2, "kernel_size": (2,), "groups": 2}),
        Example(
            {"x": (1, 1, 3, 3)},
            {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)},
        ),
        Example({"x": (1, 2, 2, 3)}, {"kernel_size": (1,), "stride": (2,), "bias": False}),
    )

    def kernel_channels(self, channels: int) -> tuple[int, int]:
        return channels, self.settings["out_channels"] // self.settings["groups"]

    def size_of_y(self, size: int, axis: int) -> int:
        reach = self.dilations[axis] * (self.kernel[axis] - 1) + 1
        return (size - 1) * self.strides[axis] - 2 * self.paddings[axis] + reach

    def windows(self, ctx: Context | Site) -> Windows:
        return self.windows_over(ctx.shapes["y"][2:], ctx.shapes["x"][2:])

    def _apply(self, ctx: Context, x: Array, weight: Array) -> Array:
        return super()._of_x(ctx, x, weight)

    def _of_x(self, ctx: Context, gradient: Array, weight: Array) -> Array:
        return super()._apply(ctx, gradient, weight)

    def _of_weight(self, ctx: Context, gradient: Array, x: Array) -> Array:
        return super()._of_weight(ctx, x, gradient)

    def _across(self, site: Site, x: Array, weight: Array) -> Array:
        return super()._back(site, x, weight)

    def _back(self, site: Site, gradient: Array, weight: Array) -> Array:
        return super()._across(site, gradient, weight)

    def _into_weight(self, site: Site, gradient: Array, x: Array, out: Array) -> None:
        super()._into_weight(site, x, gradient, out)


def _by_channel(bias: Array, rank: int) -> Array:
    return bias.reshape(-1, *(1,) * rank)
