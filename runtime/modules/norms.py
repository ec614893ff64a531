"""Normalisations: entries of a group, shifted and scaled to mean 0 and variance 1."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from graph.attributes import attribute
from graph.module import Example
from graph.recipe import Read, Recipe
from graph.tensor import Tensor
from runtime import maps
from runtime.array import Array
from runtime.kernels.axes import rows
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, sum_to

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site

CENTRED = r"\frac{1}{\sigma} \left(h - \overline{h} - z \odot \overline{h \odot z}\right)"
"""What comes back through mean and deviation, from `h = g \\odot w` and the normalised `z`."""
STANDARD = r"z = \frac{x - \mu}{\sigma}"


class Normalising(Differentiable):
    """The parent of normalisations: y = n w + b, with n the entries normalised in their group.

    With r the factor of a group (one over its spread), the derivative of n by x is
    r (I - 1 1^T / m - n n^T / m): what is subtracted comes from the mean and from the spread,
    which also depend on x. Source: Ioffe and Szegedy, 2015, arXiv:1502.03167, section 3.
    """

    keeps = ("normal", "factor", "weight")
    rules: ClassVar[Mapping[str, initial.Rule]] = {
        "weight": initial.RULES["ones"],
        "bias": initial.RULES["zeros"],
    }
    is_centred: ClassVar[bool] = True
    eps: float = attribute(1e-5, "added to the variance, so that it is not 0", minimum=0)

    @abstractmethod
    def joined(self, ctx: Context) -> tuple[int, ...]:
        """The axes that one group has."""

    @abstractmethod
    def wide(self, ctx: Context, parameter: Array) -> Array:
        """A parameter or state, broadcastable to x."""

    def is_fixed(self, ctx: Context) -> bool:
        """Whether mean and variance are given, and do not depend on x."""
        return False

    def statistics(self, ctx: Context, x: Array) -> tuple[Array | float, Array]:
        """(mean, variance) of each group, in two passes; broadcastable to x."""
        mean = self._mean(ctx, x) if self.is_centred else 0.0
        return mean, self._mean(ctx, ctx.xp.square(x - mean))

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, x, y = ctx.xp, ins[0], ctx.into(out)
        mean, variance = self.statistics(ctx, x)
        factor = 1 / xp.sqrt(variance + self.settings["eps"])
        normal = xp.asarray((x - mean) * factor)
        ctx.keep("normal", normal)
        ctx.keep("factor", xp.asarray(factor))
        y[...] = normal * self.wide(ctx, ins[1])
        if len(ins) > 2:
            y += self.wide(ctx, ins[2])
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        assert gradient is not None
        found: list[Array | None] = [None] * len(need)
        if need[0]:
            # The map from x to n is symmetric, so it serves both directions.
            found[0] = self._through(ctx, gradient * self.wide(ctx, kept["weight"]), kept)
        if need[1]:
            found[1] = self._narrow(ctx, gradient * kept["normal"], "weight")
        if len(need) > 2 and need[2]:
            found[2] = self._narrow(ctx, gradient, "bias")
        return tuple(found)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        parts = []
        if tangents[0] is not None:
            through = self._through(ctx, tangents[0], kept)
            parts.append(through * self.wide(ctx, kept["weight"]))
        if tangents[1] is not None:
            parts.append(kept["normal"] * self.wide(ctx, tangents[1]))
        if len(tangents) > 2 and tangents[2] is not None:
            parts.append(ctx.xp.broadcast_to(self.wide(ctx, tangents[2]), ctx.shapes["y"]))
        return (sum(parts[1:], parts[0]) if parts else None,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        xp, shape = ctx.xp, ctx.shapes[output]
        if port != "x":
            return self._of_parameter(ctx, port, kept["normal"] if port == "weight" else None)
        weight = xp.broadcast_to(self.wide(ctx, kept["weight"]), shape)
        scaled = xp.asarray(weight * kept["factor"])
        if self.is_fixed(ctx):
            return maps.Diagonal(shape, scaled)
        pairs = [(scaled * kept["normal"], kept["normal"])]
        if self.is_centred:
            pairs.append((scaled, xp.ones((1,) * len(shape), ctx.dtype)))
        axes, size = self.joined(ctx), self._size(ctx)
        return maps.LowRank(shape, diagonal=scaled, pairs=pairs, scale=-1 / size, axes=axes)

    def _of_parameter(self, ctx: Context, port: str, weights: Array | None) -> maps.LinearMap:
        """y by weight or bias: each of its entries is copied to many of y's."""
        shape = ctx.shapes["y"]
        wide = self.wide(ctx, ctx.xp.empty(ctx.shapes[port], ctx.dtype)).shape
        core = maps.Broadcast(shape, wide, weights=weights, dtype=ctx.dtype, xp=ctx.xp)
        if wide == ctx.shapes[port]:
            return core
        reshaped = maps.Reshaped(wide, ctx.shapes[port], dtype=ctx.dtype, xp=ctx.xp)
        return maps.compose(core, reshaped)

    def _through(self, ctx: Context, moved: Array, kept: Kept) -> Array:
        """The derivative of n by x, applied to a tangent or (it is symmetric) a gradient."""
        normal, factor = kept["normal"], kept["factor"]
        if self.is_fixed(ctx):
            return ctx.xp.asarray(moved * factor)
        rest = moved - normal * self._mean(ctx, moved * normal)
        if self.is_centred:
            rest = rest - self._mean(ctx, moved)
        return ctx.xp.asarray(rest * factor)

    def _narrow(self, ctx: Context, array: Array, port: str) -> Array:
        """The sum over all copies of a parameter."""
        shape = ctx.shapes[port]
        wide = self.wide(ctx, ctx.xp.empty(shape, ctx.dtype)).shape
        return sum_to(array, wide).reshape(shape)

    def _mean(self, ctx: Context, array: Array) -> Array:
        """The mean of each group; 0 of none."""
        return array.sum(axis=self.joined(ctx), keepdims=True) / self._size(ctx)

    def _size(self, ctx: Context) -> int:
        return max(math.prod(ctx.shapes["x"][axis] for axis in self.joined(ctx)), 1)


class OverFeatures(Normalising):
    """The parent of modules whose group is the last axis."""

    parameters: ClassVar[tuple[str, ...]] = ("weight", "bias")

    def joined(self, ctx: Context) -> tuple[int, ...]:
        return (len(ctx.shapes["x"]) - 1,)

    def wide(self, ctx: Context, parameter: Array) -> Array:
        return parameter

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        """All sums are products with vectors, several times as fast as sums along rows."""
        if not ins[0].size:
            return None
        call, x = site.call, rows(site.contiguous(ins[0]))
        normal, y = site.make(x.shape, over=x), site.make(site.shapes["y"])
        factor, share = site.make((len(x), 1)), np.asarray(1 / x.shape[1], site.dtype)
        centred = x
        if self.is_centred:
            call(np.dot, x, np.full(x.shape[1], share), factor[:, 0])
            call(np.subtract, x, factor, normal)
            centred = normal
        call(np.vecdot, centred, centred, factor[:, 0])
        call(np.multiply, factor, share, factor)
        call(np.add, factor, np.asarray(self.settings["eps"], site.dtype), factor)
        call(np.sqrt, factor, factor)
        call(np.reciprocal, factor, factor)
        call(np.multiply, centred, factor, normal)
        call(np.multiply, normal, ins[1], rows(y))
        if len(ins) > 2:
            call(np.add, y, ins[2], y)

        def pull(gouts: tuple[Array | None, ...]) -> list[Array | None]:
            gradient = rows(site.contiguous(gouts[0]))
            found = [site.gradient(place) if need else None for place, need in enumerate(site.need)]
            ones = np.ones(len(x), site.dtype)
            if found[2:] and found[2] is not None:
                call(np.dot, ones, gradient, found[2])
            product = site.make(x.shape)
            if found[0] is not None or found[1] is not None:
                call(np.multiply, gradient, normal, product)
            if found[1] is not None:
                call(np.dot, ones, product, found[1])
            if found[0] is not None:
                self._back(site, (gradient, normal, product, factor, ins[1]), rows(found[0]))
            return found

        return (y,), pull

    def _back(self, site: Site, given: tuple[Array, ...], out: Array) -> None:
        """The calls from y's gradient to x's; the product of gradient and n is written over."""
        call = site.call
        gradient, normal, product, factor, weight = given
        shares, mean = site.make(weight.shape), site.make(factor.shape)
        call(np.multiply, weight, np.asarray(1 / len(weight), site.dtype), shares)
        call(np.dot, product, shares, mean[:, 0])
        call(np.multiply, normal, mean, product)
        call(np.multiply, gradient, weight, out)
        call(np.subtract, out, product, out)
        if self.is_centred:
            call(np.dot, gradient, shares, mean[:, 0])
            call(np.subtract, out, mean, out)
        call(np.multiply, out, factor, out)

    def primitives(self, recipe: Recipe) -> bool:
        centred: Read = "x"
        if self.is_centred:
            mean = recipe.add("Mean", "mean", {"x": "x"}, axis=(-1,), keepdims=True)
            centred = recipe.add("Subtract", "centred", {"a": "x", "b": mean})
        squared = recipe.add("Square", "squared", {"x": centred})
        variance = recipe.add("Mean", "variance", {"x": squared}, axis=(-1,), keepdims=True)
        eps = recipe.constant("eps", Tensor.of_values("float64", (), [self.settings["eps"]]))
        raised = recipe.add("Add", "raised", {"a": variance, "b": eps})
        deviation = recipe.add("Sqrt", "deviation", {"x": raised})
        normal = recipe.add("Divide", "normal", {"a": centred, "b": deviation})
        found = recipe.add("Multiply", "scaled", {"a": normal, "b": recipe.port("weight")})
        if self.settings.get("bias"):
            found = recipe.add("Add", "shifted", {"a": found, "b": recipe.port("bias")})
        recipe.output("y", found)
        return True


class LayerNorm(
    OverFeatures,
    sig="x[*s, features], weight[features], bias[features] -> y[*s, features]",
    group="Layers",
):
    """Normalise the last axis, then scale and shift each feature. Definition: torch.nn.LayerNorm.

    x, y: floating, any leading axes, the features last. weight, bias: [features], at first 1 and 0.
    The variance is the biased one (divided by the number of features).
    """

    formula = r"y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \odot w + b"
    local = {"x": "(w / σ) (I − 1 1ᵀ/m − n nᵀ/m) for each row", "weight": "n", "bias": "1"}
    pullback = {
        "x": CENTRED + r", \quad h = g \odot w, \; " + STANDARD,
        "weight": r"\sum g \odot z, \quad " + STANDARD,
        "bias": r"\sum g",
    }
    letters = {"w": "weight", "b": "bias"}
    bias: bool = attribute(True, "whether a bias is added")
    examples = (
        Example({"x": (3, 4)}),
        Example({"x": (4,)}),
        Example({"x": (2, 3, 4)}, {"bias": False}),
        Example({"x": (1, 5)}, {"eps": 0.01}),
        Example({"x": (2, 1)}),
    )


class RMSNorm(
    OverFeatures, sig="x[*s, features], weight[features] -> y[*s, features]", group="Layers"
):
    """Divide the last axis by its root mean square, then scale. Definition: torch.nn.RMSNorm.

    x, y: floating, any leading axes, the features last. weight: [features], at first 1. `eps` is
    added to the mean square; PyTorch's default for it is the dtype's own, here 1e-5.
    """

    formula = r"y = \frac{x}{\sqrt{\frac{1}{m} \sum_i x_i^2 + \epsilon}} \odot w"
    local = {"x": "(w / r) (I − n nᵀ/m) for each row, r the root mean square", "weight": "n"}
    pullback = {
        "x": r"\frac{1}{r} \left(h - z \odot \overline{h \odot z}\right)"
        r", \quad h = g \odot w, \; z = \frac{x}{r}",
        "weight": r"\sum g \odot z, \quad z = \frac{x}{r}",
    }
    letters = {"w": "weight"}
    parameters = ("weight",)
    is_centred = False
    examples = (
        Example({"x": (3, 4)}),
        Example({"x": (4,)}),
        Example({"x": (2, 3, 4)}, {"eps": 0.01}),
        Example({"x": (1, 5)}),
    )


class BatchNorm(
    Normalising,
    sig="x[n, features, *s], weight[features], bias[features], running_mean[features],"
    " running_var[features] -> y[n, features, *s]",
    group="Layers",
):
    """Normalise each feature over the batch, scale and shift. Definition: torch.nn.BatchNorm2d.

    x, y: floating [n, features] with any axes behind. weight, bias: [features], at first 1 and 0.
    In mode train mean and variance are those of the batch (biased), so that samples depend on each
    other, and the states move towards them by `momentum` (the variance unbiased); in mode eval
    they are the states: running_mean, at first 0, and running_var, at first 1.
    """

    formula = r"y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \odot w + b"
    local = {
        "x": "train: (w / σ) (I − 1 1ᵀ/m − n nᵀ/m) for each feature; eval: w / σ",
        "weight": "n",
        "bias": "1",
    }
    pullback = {
        "x": r"\begin{cases} " + CENTRED + r" & \mathrm{train} \\"
        r" \frac{h}{\sigma} & \mathrm{eval} \end{cases}, \quad h = g \odot w, \; " + STANDARD,
        "weight": r"\sum g \odot z, \quad " + STANDARD,
        "bias": r"\sum g",
    }
    letters = {"w": "weight", "b": "bias"}
    parameters = ("weight", "bias")
    states = ("running_mean", "running_var")
    unit_axis = 1
    rules: ClassVar[Mapping[str, initial.Rule]] = {
        **Normalising.rules,
        "running_mean": initial.RULES["zeros"],
        "running_var": initial.RULES["ones"],
    }
    momentum: float = attribute(0.1, "how far the states move towards a batch", minimum=0)
    examples = (
        Example({"x": (3, 4)}),
        Example({"x": (2, 3, 4, 2)}),
        Example({"x": (1, 2, 3)}, {"eps": 0.01}),
        Example({"x": (4, 1)}),
    )

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return port == "x" and mode == "eval"

    def joined(self, ctx: Context) -> tuple[int, ...]:
        return tuple(axis for axis in range(len(ctx.shapes["x"])) if axis != 1)

    def wide(self, ctx: Context, parameter: Array) -> Array:
        return parameter.reshape(-1, *(1,) * (len(ctx.shapes["x"]) - 2))

    def is_fixed(self, ctx: Context) -> bool:
        return ctx.mode == "eval"

    def statistics(self, ctx: Context, x: Array) -> tuple[Array | float, Array]:
        if self.is_fixed(ctx):
            mean, variance = (ctx.state[name] for name in self.states)
            return self.wide(ctx, mean), self.wide(ctx, variance)
        mean, variance = super().statistics(ctx, x)
        if x.size:  # no samples say nothing
            size = self._size(ctx)
            self._move(ctx, "running_mean", mean)
            self._move(ctx, "running_var", variance * (size / max(size - 1, 1)))
        return mean, variance

    def _move(self, ctx: Context, port: str, towards: Array | float) -> None:
        rate = self.settings["momentum"]
        flat = ctx.xp.reshape(towards, ctx.shapes[port])
        ctx.update(port, (1 - rate) * ctx.state[port] + rate * flat)
