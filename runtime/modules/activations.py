"""Activations that are straight lines with kinks."""

from __future__ import annotations

from collections.abc import Mapping

from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Elementwise, Kept, Outs, pointwise, times
from runtime.modules.functions import ANY_SHAPE
from runtime.modules.scalar import Scalar

AT_ZERO = Example({"x": (3,)}, values={"x": [-1.5, 0.0, 2.0]})


class Identity(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Pass the input on unchanged. Definition: torch.nn.Identity.

    x, y: floating, one shape.
    """

    words = ("pass", "same")
    formula = r"y = x"
    local = {"x": "1"}
    pullback = {"x": "g"}
    examples = ANY_SHAPE
    only_reshapes = True
    scalar = Scalar("{x}", {"x": "{g}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        if out is None or out[0] is None:
            return (ins[0][...],)
        out[0][...] = ins[0]
        return (out[0],)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> float:
        return 1.0


class ReLU(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Cut off what is below 0; the derivative at 0 is 0. Definition: torch.nn.ReLU.

    x, y: floating, one shape.
    """

    words = ("rectifier",)
    formula = r"y = \max(0, x)"
    local = {"x": "1 where x > 0, else 0"}
    pullback = {"x": r"g \odot [x > 0]"}
    at_kink = "the derivative of ReLU at 0 is 0"
    dies = True
    keeps = ("y",)
    kinks = (0.0,)
    examples = (*ANY_SHAPE, AT_ZERO)
    scalar = Scalar("0.0 if {x} <= 0.0 else {x}", {"x": "{g} if {y} > 0.0 else {g} * 0.0"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.maximum(*ins, 0.0, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return (kept["y"] > 0).astype(ctx.dtype)


class LeakyReLU(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Flatten what is below 0. Definition: torch.nn.LeakyReLU.

    x, y: floating, one shape. The derivative at 0 is the slope below 0, as in PyTorch.
    """

    words = ("leaky rectifier",)
    formula = r"y = \max(0, x) + \alpha \min(0, x)"
    local = {"x": "1 where x > 0, else the slope"}
    pullback = {"x": r"g \odot \left([x > 0] + \alpha [x \le 0]\right)"}
    letters = {r"\alpha": "negative_slope"}
    at_kink = "the derivative of LeakyReLU at 0 is its slope below 0"
    keeps = ("x",)
    kinks = (0.0,)
    negative_slope: float = attribute(0.01, "the slope below 0, α in the formula")
    examples = (*ANY_SHAPE, AT_ZERO, Example({"x": (2, 3)}, {"negative_slope": 0.2}))
    scalar = Scalar(
        "{x} if {x} > 0.0 else {x} * {negative_slope}",
        {"x": "{g} if {x} > 0.0 else {g} * {negative_slope}"},
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, x = ctx.xp, ins[0]
        below = xp.minimum(x, 0.0) * ctx.dtype.type(self.settings["negative_slope"])
        return (xp.add(below, xp.maximum(x, 0.0), out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        slope = ctx.dtype.type(self.settings["negative_slope"])
        return ctx.xp.where(kept["x"] > 0, ctx.dtype.type(1), slope)


class HardTanh(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Keep within -1 and 1; the derivative at a bound is 0. Definition: torch.nn.Hardtanh.

    x, y: floating, one shape.
    """

    formula = r"y = \min(\max(x, -1), 1)"
    local = {"x": "1 where −1 < x < 1, else 0"}
    pullback = {"x": r"g \odot [-1 < x < 1]"}
    at_kink = "the derivative of HardTanh at −1 and 1 is 0"
    steepest = 1.0
    keeps = ("y",)
    kinks = (-1.0, 1.0)
    examples = (*ANY_SHAPE, Example({"x": (4,)}, values={"x": [-1.0, 1.0, 0.5, 2.0]}))
    scalar = Scalar(
        "-1.0 if {x} < -1.0 else 1.0 if {x} > 1.0 else {x}",
        {"x": "{g} if -1.0 < {y} < 1.0 else {g} * 0.0"},
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.clip(*ins, -1.0, 1.0, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return (ctx.xp.abs(kept["y"]) < 1).astype(ctx.dtype)


class PReLU(Differentiable, sig="x[*s], weight[num_parameters] -> y[*s]", group="Activations"):
    """Flatten what is below 0 by a slope that is learnt. Definition: torch.nn.PReLU.

    x, y: floating, one shape. weight: [num_parameters]: one slope for all, or one for each
    channel, axis 1 of x. It starts with 0.25. The derivative at 0 is the slope, as in PyTorch.
    """

    formula = r"y = \max(0, x) + w \min(0, x)"
    local = {"x": "1 where x > 0, else w", "weight": "x where x < 0, else 0"}
    pullback = {
        "x": r"g \odot \left([x > 0] + w [x \le 0]\right)",
        "weight": r"\sum g \odot \min(0, x)",
    }
    letters = {"w": "weight"}
    at_kink = "the derivative of PReLU at 0 is its slope below 0"
    parameters = ("weight",)
    rules = {"weight": initial.constant(0.25)}
    keeps = ("x", "weight")
    num_parameters: int = attribute(1, "one slope for all, or the number of channels", minimum=1)
    examples = (
        Example({"x": (2, 3)}),
        Example({"x": ()}),
        Example({"x": (1, 4)}, {"num_parameters": 4}),
        Example({"x": (2, 3, 2)}, {"num_parameters": 3}),
        AT_ZERO,
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        channels = self.settings["num_parameters"]
        if channels > 1 and "x" in types:
            shape = types["x"].shape
            if len(shape) < 2 or unify(shape[1], channels) is None:
                raise self.misfit("x", shape, f"{channels} channels on axis 1")
        return super().infer(types, dtype)

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return port == "x"

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, (x, weight), y = ctx.xp, ins, ctx.into(out)
        xp.multiply(xp.minimum(x, 0.0), weight.reshape(self._spread(ctx)), out=y)
        xp.add(y, xp.maximum(x, 0.0), out=y)
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        assert gradient is not None
        of_weight = None
        if need[1]:
            parts = gradient * ctx.xp.minimum(kept["x"], 0.0)
            channels = 1 if self.settings["num_parameters"] > 1 else None
            others = tuple(axis for axis in range(parts.ndim) if axis != channels)
            of_weight = parts.sum(axis=others).reshape(ctx.shapes["weight"])
        return (times(ctx, gradient, self._slope(ctx, kept)) if need[0] else None, of_weight)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        parts = []
        if tangents[0] is not None:
            parts.append(tangents[0] * self._slope(ctx, kept))
        if tangents[1] is not None:
            wide = tangents[1].reshape(self._spread(ctx))
            parts.append(wide * ctx.xp.minimum(kept["x"], 0.0))
        return (ctx.xp.asarray(sum(parts[1:], parts[0])) if parts else None,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes[output]
        if port == "x":
            return maps.Diagonal(shape, self._slope(ctx, kept))
        inner, owned = self._spread(ctx), ctx.shapes["weight"]
        below = ctx.xp.asarray(ctx.xp.minimum(kept["x"], 0.0))
        aligned = maps.Reshaped(inner, owned, dtype=ctx.dtype, xp=ctx.xp)
        wide = pointwise(ctx, shape, inner, below)
        return wide if inner == owned else maps.compose(wide, aligned)

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        return ctx.xp.asarray(ctx.xp.abs(ins[0]))

    def _spread(self, ctx: Context) -> tuple[int, ...]:
        """The weight's shape where it broadcasts against x."""
        channels = self.settings["num_parameters"]
        return (channels, *[1] * (len(ctx.shapes["x"]) - 2)) if channels > 1 else ()

    def _slope(self, ctx: Context, kept: Kept) -> Array:
        weight = kept["weight"].reshape(self._spread(ctx))
        return ctx.xp.where(kept["x"] > 0, ctx.dtype.type(1), weight)
