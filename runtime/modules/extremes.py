"""Reductions that choose or bend: largest, smallest, log-sum-exp, norms, place of the largest."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType, Shape
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, handed
from runtime.modules.reductions import Reducing
from runtime.modules.scalar import Scalar


class Weighing(Reducing):
    """The parent of reductions whose derivative is a weight per entry of x.

    Subclasses give `forward` and `weights`.
    """

    keeps = ("x", "y")

    def weights(self, ctx: Context, kept: Kept) -> Array:
        """d y / d x, in the shape of x: each entry's by its own y."""
        raise NotImplementedError

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        return (self.widen(gradient, ctx.shapes["x"]) * self.weights(ctx, kept),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        if tangent is None:
            return (None,)
        total = (tangent * self.weights(ctx, kept)).sum(axis=self.axes_of(tangent.shape))
        return (ctx.xp.asarray(total).reshape(ctx.shapes["y"]),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes[port]
        axes, weights = self.axes_of(shape), self.weights(ctx, kept)
        if not axes:
            return maps.Diagonal(shape, weights)
        return maps.Reduce(ctx.shapes[output], shape, axes, weights=weights)


class Extreme(Weighing):
    """The parent of Max and Min; equal entries share the gradient."""

    sign = 1.0
    examples = (
        *Reducing.examples,
        Example({"x": (2, 3)}, {"axis": (1,)}, {"x": [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]}),
    )
    scalar = Scalar("{x}", {"x": "{g} if {x} == {x} else {g} * {x}"})

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        if "x" in types:
            _refuse_none(self, types["x"].shape)
        return super().infer(types, dtype)

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        reduce = ctx.xp.max if self.sign > 0 else ctx.xp.min
        y[...] = reduce(ins[0], axis=self.axes_of(ins[0].shape), keepdims=self.keepdims)
        return (y,)

    def weights(self, ctx: Context, kept: Kept) -> Array:
        x = kept["x"]
        return _shares(ctx, x == self.widen(kept["y"], x.shape), self.axes_of(x.shape))

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        first, second = _two_best(ctx, ins[0] * self.sign, self.axes_of(ins[0].shape))
        return ctx.xp.asarray(first - second)


class Max(Extreme, sig="x[*s] -> y[*r]", group="Reductions"):
    """The largest entry of all, or along some axes. Definition: torch.amax.

    x: floating. y: its shape without the joined axes, or with size 1 there. Equal largest entries
    share the gradient.
    """

    formula = r"y = \max_i x_i"
    local = {"x": "1 at the largest entry, shared among equals, else 0"}
    pullback = {"x": r"g \odot \frac{[x = y]}{\sum [x = y]}"}
    at_kink = "equal largest entries share the gradient equally"


class Min(Extreme, sig="x[*s] -> y[*r]", group="Reductions"):
    """The smallest entry of all, or along some axes. Definition: torch.amin.

    x: floating. y: its shape without the joined axes, or with size 1 there. Equal smallest entries
    share the gradient.
    """

    formula = r"y = \min_i x_i"
    local = {"x": "1 at the smallest entry, shared among equals, else 0"}
    pullback = {"x": r"g \odot \frac{[x = y]}{\sum [x = y]}"}
    at_kink = "equal smallest entries share the gradient equally"
    sign = -1.0


class LogSumExp(Weighing, sig="x[*s] -> y[*r]", group="Reductions"):
    """The logarithm of the sum of exponentials, shifted so that nothing overflows.

    Definition: torch.logsumexp. x: floating. y: its shape without the joined axes, or with size 1
    there; minus infinity of none, and of entries that are all minus infinity.
    """

    formula = r"y = \log \sum_i e^{x_i}"
    local = {"x": "softmax of x"}
    pullback = {"x": r"g \odot e^{x - y}"}

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, x, y = ctx.xp, ins[0], ctx.into(out)
        axes = self.axes_of(x.shape)
        if not x.size:
            y[...] = -math.inf
            return (y,)
        shift = xp.max(x, axis=axes, keepdims=True)
        shift = xp.where(xp.isfinite(shift), shift, 0)
        total = xp.log(xp.exp(x - shift).sum(axis=axes, keepdims=True)) + shift
        y[...] = total.reshape(y.shape)
        return (y,)

    def weights(self, ctx: Context, kept: Kept) -> Array:
        xp, x = ctx.xp, kept["x"]
        y = self.widen(kept["y"], x.shape)
        # Where every entry is minus infinity no entry moves the sum.
        return xp.exp(x - xp.where(y == -math.inf, 0, y))


class Norm(Weighing, sig="x[*s] -> y[*r]", group="Reductions"):
    """The length of a vector: of all entries, or along some axes.

    Definition: torch.linalg.vector_norm. x: floating. y: its shape without the joined axes, or
    with size 1 there. `ord` is at least 1, or infinite: the largest |x|, or with minus infinity the
    smallest, where equal ones share the gradient. Where the norm is 0 the gradient is 0. Scaled by
    the largest entry, so that nothing overflows.
    """

    formula = r"y = \Bigl(\sum_i |x_i|^p\Bigr)^{1/p}"
    local = {"x": "x / y for ord 2; 0 where y is 0"}
    pullback = {"x": r"g \odot \mathrm{sign}(x) \odot \left(\frac{|x|}{y}\right)^{p - 1}"}
    letters = {"p": "ord"}
    at_kink = "the derivative of Norm at 0 is 0"
    ord: float = attribute(2.0, "the exponent p", minimum=1, infinite=True)
    examples = (
        *Reducing.examples,
        Example({"x": (3, 4)}, {"ord": 1.0, "axis": (1,)}),
        Example({"x": (3, 4)}, {"ord": 3.0}),
        Example({"x": (2, 3)}, {"axis": (1,)}, {"x": [[0.0, 0.0, 0.0], [3.0, 0.0, 4.0]]}),
        Example({"x": (3, 4)}, {"ord": math.inf, "axis": (1,)}),
        Example({"x": (3, 4)}, {"ord": -math.inf, "axis": (0,), "keepdims": True}),
        Example({"x": (2, 3)}, {"ord": math.inf, "axis": (1,)}, {"x": [[2, -2, 1], [0.5, 0, -4]]}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        if math.isinf(self.settings["ord"]) and "x" in types:
            _refuse_none(self, types["x"].shape)
        return super().infer(types, dtype)

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, x, y = ctx.xp, ins[0], ctx.into(out)
        axes, p = self.axes_of(x.shape), self.settings["ord"]
        if not x.size:
            y[...] = 0
            return (y,)
        size = xp.abs(x)
        if math.isinf(p):
            found = (xp.max if p > 0 else xp.min)(size, axis=axes, keepdims=True)
        else:
            scale = xp.max(size, axis=axes, keepdims=True)
            scale = xp.where(xp.isfinite(scale) & (scale > 0), scale, 1)
            found = ((size / scale) ** p).sum(axis=axes, keepdims=True) ** (1 / p) * scale
        y[...] = found.reshape(y.shape)
        return (y,)

    def weights(self, ctx: Context, kept: Kept) -> Array:
        xp, x, p = ctx.xp, kept["x"], self.settings["ord"]
        y = self.widen(kept["y"], x.shape)
        if math.isinf(p):
            share = _shares(ctx, xp.abs(x) == y, self.axes_of(x.shape))
        else:
            share = (xp.abs(x) / xp.where(y == 0, 1, y)) ** (p - 1)
        return xp.asarray(xp.sign(x) * share, ctx.dtype)

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        size, p = ctx.xp.abs(ins[0]), self.settings["ord"]
        if math.isinf(p):
            first, second = _two_best(ctx, math.copysign(1, p) * size, self.axes_of(size.shape))
            return ctx.xp.minimum(first - second, ctx.xp.abs(first))
        if p < 2:
            return ctx.xp.asarray(size)
        return (
            ctx.xp.asarray(ctx.xp.max(size, axis=self.axes_of(size.shape))) if size.size else None
        )


class ArgMax(Differentiable, sig="x[*s] -> y:integer[*r]", group="Reductions"):
    """The place of the largest entry, the first of equals; no gradient gets through.

    Definition: torch.argmax. x: floating. y: integer; without `axis` the place in C order.
    """

    formula = r"y = \mathrm{arg\,max}_i\, x_i"
    local = {"x": "none: a place has no derivative"}
    pullback = {"x": "0"}
    axis: int | None = attribute(None, "the axis that is searched; none means all entries")
    keepdims: bool = attribute(False, "whether the searched axes stay, with size 1")
    examples = (
        Example({"x": (3, 4)}),
        Example({"x": (3, 4)}, {"axis": 1}),
        Example({"x": (2, 3, 4)}, {"axis": -2, "keepdims": True}),
        Example({"x": (2, 3)}, {"keepdims": True}),
        Example({"x": ()}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        if "x" not in types:
            return {}
        shape, axis = types["x"].shape, self.settings["axis"]
        if axis is not None and not -len(shape) <= axis < len(shape):
            raise self.misfit("x", shape, f"a tensor with axis {axis}", "Change axis.")
        searched = range(len(shape)) if axis is None else [axis % len(shape)]
        if any(shape[place] == 0 for place in searched):
            raise self.misfit("x", shape, "at least one entry to choose from")
        keeps = self.settings["keepdims"]
        sizes = [
            1 if place in searched else size
            for place, size in enumerate(shape)
            if keeps or place not in searched
        ]
        return {"y": PortType("int64", tuple(sizes))}

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        found = ctx.xp.argmax(ins[0], axis=self.settings["axis"])
        y = ctx.xp.asarray(found, np.int64).reshape(ctx.shapes["y"])
        return handed(y, out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        return (None,)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        return (None,)


def _refuse_none(module: Reducing, shape: Shape) -> None:
    """There is no largest and no smallest of nothing."""
    if any(shape[axis] == 0 for axis in module.axes_of(shape)):
        raise module.misfit("x", shape, "at least one entry on each joined axis")


def _shares(ctx: Context, chosen: Array, axes: tuple[int, ...]) -> Array:
    """One to each group, in equal parts to the entries chosen of it."""
    return ctx.xp.asarray(chosen / chosen.sum(axis=axes, keepdims=True), ctx.dtype)


def _two_best(ctx: Context, x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """The largest and the second largest entry of each group; minus infinity where there is one."""
    xp = ctx.xp
    rest = [axis for axis in range(x.ndim) if axis not in axes]
    sizes = (math.prod(x.shape[axis] for axis in some) for some in (rest, axes))
    groups = x.transpose([*rest, *axes]).reshape(*sizes)
    if groups.shape[1] < 2:
        return groups, xp.full_like(groups, -math.inf)
    best = xp.sort(groups, axis=1)
    return best[:, -1], best[:, -2]
