"""Activations that share out along an axis."""

from __future__ import annotations

from collections.abc import Mapping

from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType
from graph.recipe import Recipe
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs


class AlongAxis(Differentiable):
    """The parent of Softmax and LogSoftmax: both read their result alone."""

    keeps = ("y",)
    axis: int = attribute(-1, "the axis along which the probabilities sum to one")
    examples = (
        Example({"x": (3, 4)}),
        Example({"x": (5,)}),
        Example({"x": (3, 4)}, {"axis": 0}),
        Example({"x": (2, 3, 4)}, {"axis": 1}),
        Example({"x": (1, 1)}),
        Example({"x": (2, 3)}, values={"x": [[900.0, 0.0, -900.0], [30.0, 31.0, -5.0]]}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        axis = self.settings["axis"]
        if "x" in types and not -len(types["x"].shape) <= axis < len(types["x"].shape):
            raise self.misfit("x", types["x"].shape, f"a tensor with axis {axis}")
        return super().infer(types, dtype)

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return bool(self.settings["axis"] % len(shapes[port]) != 0)

    def _sum(self, array: Array) -> Array:
        return array.sum(axis=self.settings["axis"], keepdims=True)

    def _shift(self, ctx: Context, x: Array, y: Array) -> Array:
        """Write x less its maximum into y: no exponential of it can overflow."""
        if y.size:
            ctx.xp.subtract(x, x.max(axis=self.settings["axis"], keepdims=True), out=y)
        return y


class Softmax(AlongAxis, sig="x[*s] -> y[*s]", group="Activations"):
    """Turn logits into probabilities along `axis`. Definition: torch.nn.Softmax.

    x, y: floating, one shape.
    """

    words = ("probabilities",)
    formula = r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}"
    local = {"x": "diag(y) − y yᵀ for each row"}
    pullback = {"x": r"y \odot \left(g - \sum_j g_j y_j\right)"}

    def primitives(self, recipe: Recipe) -> bool:
        axis = (self.settings["axis"],)
        peak = recipe.add("Max", "peak", {"x": "x"}, axis=axis, keepdims=True)
        shifted = recipe.add("Subtract", "shifted", {"a": "x", "b": peak})
        raised = recipe.add("Exp", "raised", {"x": shifted})
        total = recipe.add("Sum", "total", {"x": raised}, axis=axis, keepdims=True)
        recipe.output("y", recipe.add("Divide", "share", {"a": raised, "b": total}))
        return True

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = self._shift(ctx, ins[0], ctx.into(out))
        ctx.xp.exp(y, out=y)
        y /= self._sum(y)
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        return self.jvp(ctx, gouts, kept) if need[0] else (None,)  # the Jacobian is symmetric

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,), y = tangents, kept["y"]
        weighted = y * tangent
        return (weighted - y * self._sum(weighted),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        y, axes = kept["y"], (self.settings["axis"],)
        return maps.LowRank(y.shape, diagonal=y, pairs=[(y, y)], scale=-1, axes=axes)


class LogSoftmax(AlongAxis, sig="x[*s] -> y[*s]", group="Activations"):
    """The logarithm of Softmax, exact where that rounds to 0. Definition: torch.nn.LogSoftmax.

    x, y: floating, one shape.
    """

    formula = r"y_i = x_i - \ln \sum_j e^{x_j}"
    local = {"x": "I − 1 softmax(x)ᵀ for each row"}
    pullback = {"x": r"g - e^{y} \sum_j g_j"}

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = self._shift(ctx, ins[0], ctx.into(out))
        y -= ctx.xp.log(self._sum(ctx.xp.exp(y)))
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        return (gradient - ctx.xp.exp(kept["y"]) * self._sum(gradient),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        if tangent is None:
            return (None,)
        return (tangent - self._sum(ctx.xp.exp(kept["y"]) * tangent),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        one, axes = ctx.xp.ones((), ctx.dtype), (self.settings["axis"],)
        rows = [(one, ctx.xp.exp(kept["y"]))]
        shape = ctx.shapes[port]
        return maps.LowRank(shape, diagonal=one, pairs=rows, scale=-1, axes=axes)
