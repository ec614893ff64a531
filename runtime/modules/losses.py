"""Losses of a prediction and a target of one shape."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import PortType
from graph.recipe import Recipe
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, along, times
from runtime.modules.reduction import reduced, spread, weight_of
from runtime.modules.scalar import Scalar

Reduction = Literal["mean", "sum", "none"]

PAIRS = (
    Example({"prediction": (2, 3), "target": (2, 3)}),
    Example({"prediction": (2, 3), "target": (2, 3)}, {"reduction": "sum"}),
    Example({"prediction": (4,), "target": (4,)}, {"reduction": "none"}),
    Example({"prediction": (), "target": ()}),
    Example({"prediction": (1, 1), "target": (1, 1)}),
    Example({"prediction": (2, 1, 3), "target": (2, 1, 3)}),
)


class Loss(Differentiable):
    """The parent of losses: entrywise terms that `reduction` joins. A parent has no signature.

    Subclasses give the `terms` and their `slope` by prediction and by target. Shapes must be
    equal, for a prediction [B, 1] against a target [B] would broadcast to a wrong [B, B].
    """

    keeps = ("prediction", "target")
    reduction: Reduction = attribute("mean", "how the terms are joined: mean, sum, or none at all")
    examples: ClassVar[tuple[Example, ...]] = PAIRS

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        sizes = self.match(types)
        shape = sizes.fill(("*s",)) if self.settings["reduction"] == "none" else ()
        return {} if shape is None else {"y": PortType(dtype, shape)}

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        """The terms, a new array of the prediction's shape."""
        raise NotImplementedError

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        """d term / d port, entry by entry."""
        raise NotImplementedError

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return bool(self.settings["reduction"] == "none")

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        terms = self.terms(ctx, *ins)
        return (reduced(ctx, terms, self.settings["reduction"], ctx.into(out)),)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        scaled = spread(ctx, gradient, self.settings["reduction"], self._count(ctx))
        return tuple(
            times(ctx, scaled, self._slope(ctx, port.name, kept)) if wanted else None
            for port, wanted in zip(self.wired_ports, need, strict=True)
        )

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        total = along(ctx, self, tangents, lambda port: self._slope(ctx, port, kept))
        if total is None:
            return (None,)
        y = ctx.xp.empty(ctx.shapes["y"], ctx.dtype)
        return (reduced(ctx, total, self.settings["reduction"], y),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape, slope = ctx.shapes[port], self._slope(ctx, port, kept)
        if ctx.shapes[output] == shape:
            return maps.Diagonal(shape, slope)
        scale = weight_of(self.settings["reduction"], self._count(ctx))
        return maps.Reduce((), shape, range(len(shape)), weights=slope, scale=scale)

    def _slope(self, ctx: Context, port: str, kept: Kept) -> Array:
        return self.slope(ctx, port, kept["prediction"], kept["target"])

    def _count(self, ctx: Context) -> int:
        return math.prod(ctx.shapes["prediction"])


class MSELoss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """Squared error. Definition: torch.nn.MSELoss.

    prediction, target: floating, equal shapes. y: a scalar, or their shape with reduction none.
    """

    words = ("squared error", "l2")
    formula = r"y = \frac{1}{n} \sum_i (p_i - t_i)^2"
    local = {"prediction": "2 (p − t) / n", "target": "−2 (p − t) / n"}
    pullback = {"prediction": r"\frac{2 g}{n} (p - t)", "target": r"-\frac{2 g}{n} (p - t)"}
    letters = {"p": "prediction", "t": "target"}
    scalar = Scalar(
        "({prediction} - {target}) * ({prediction} - {target})",
        {
            "prediction": "{g} * (2.0 * ({prediction} - {target}))",
            "target": "{g} * (-2.0 * ({prediction} - {target}))",
        },
    )

    def primitives(self, recipe: Recipe) -> bool:
        return _drawn(recipe, "Square", self.settings["reduction"])

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        return ctx.xp.square(prediction - target)

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        difference = prediction - target
        return 2.0 * difference if port == "prediction" else -2.0 * difference


class L1Loss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """Absolute error; its derivative at 0 is 0. Definition: torch.nn.L1Loss.

    prediction, target: floating, equal shapes. y: a scalar, or their shape with reduction none.
    """

    words = ("mae", "absolute error")
    formula = r"y = \frac{1}{n} \sum_i |p_i - t_i|"
    local = {"prediction": "sign(p − t) / n", "target": "−sign(p − t) / n"}
    pullback = {
        "prediction": r"\frac{g}{n} \mathrm{sign}(p - t)",
        "target": r"-\frac{g}{n} \mathrm{sign}(p - t)",
    }
    letters = {"p": "prediction", "t": "target"}
    at_kink = "the derivative of |p − t| where both are equal is 0"
    examples = (
        *PAIRS,
        Example(
            {"prediction": (3,), "target": (3,)},
            values={"prediction": [1.0, 2.0, 3.0], "target": [1.0, 3.0, 1.0]},
        ),
    )
    scalar = Scalar(
        "abs({prediction} - {target})",
        {
            "prediction": "{g} if {prediction} > {target} else -{g} if {prediction} < {target}"
            " else {g} * ({prediction} - {target})",
            "target": "-{g} if {prediction} > {target} else {g} if {prediction} < {target}"
            " else {g} * ({prediction} - {target})",
        },
    )

    def primitives(self, recipe: Recipe) -> bool:
        return _drawn(recipe, "Abs", self.settings["reduction"])

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        return ctx.xp.abs(prediction - target)

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        sign = ctx.xp.sign(prediction - target)
        return sign if port == "prediction" else -sign

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        return ctx.xp.asarray(ctx.xp.abs(ins[0] - ins[1]))


class HuberLoss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """Squared error near 0 and absolute error beyond `delta`. Definition: torch.nn.HuberLoss.

    prediction, target: floating, equal shapes. y: a scalar, or their shape with reduction none.
    """

    words = ("smooth l1",)
    formula = (
        r"y = \frac{1}{n} \sum_i \begin{cases} \frac{1}{2} d_i^2 & |d_i| \le \delta \\"
        r" \delta (|d_i| - \frac{1}{2} \delta) & |d_i| > \delta \end{cases}, \quad d = p - t"
    )
    local = {
        "prediction": "(p − t, kept within −δ to δ) / n",
        "target": "−(p − t, kept within −δ to δ) / n",
    }
    pullback = {
        "prediction": r"\frac{g}{n} \min(\max(p - t, -\delta), \delta)",
        "target": r"-\frac{g}{n} \min(\max(p - t, -\delta), \delta)",
    }
    letters = {"p": "prediction", "t": "target", r"\delta": "delta"}
    delta: float = attribute(1.0, "where the squared error turns into the absolute one")
    examples = (*PAIRS, Example({"prediction": (2, 3), "target": (2, 3)}, {"delta": 0.3}))
    scalar = Scalar(
        "0.5 * s * s if (s := abs({prediction} - {target})) <= {delta}"
        " else {delta} * (s - 0.5 * {delta})",
        {
            "prediction": "{g} * (-{delta} if (d := {prediction} - {target}) < -{delta}"
            " else {delta} if d > {delta} else d)",
            "target": "-{g} * (-{delta} if (d := {prediction} - {target}) < -{delta}"
            " else {delta} if d > {delta} else d)",
        },
    )

    def validate(self) -> None:
        if self.settings["delta"] <= 0:
            raise BadAttribute(
                port="delta", found=f"{self.settings['delta']:g}", expected="a number above 0"
            )

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        xp, delta = ctx.xp, self.settings["delta"]
        size = xp.abs(prediction - target)
        return xp.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        delta = self.settings["delta"]
        inside = ctx.xp.clip(prediction - target, -delta, delta)
        return inside if port == "prediction" else -inside

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        size = ctx.xp.abs(ins[0] - ins[1])
        return ctx.xp.asarray(ctx.xp.abs(size - self.settings["delta"]))


SIGNS: dict[str, Any] = {
    "prediction": [[0.3, -1.2, 2.0], [0.8, -0.4, 0.1]],
    "target": [[1, 1, 1], [-1, -1, -1]],
}


class HingeLoss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """How far a score falls short of the margin 1; its derivative at the margin is 0.

    prediction: floating scores. target: floating, +1 or -1, the same shape. y: a scalar, or
    their shape with reduction none. Source: the soft-margin term of a support vector machine
    (Cortes and Vapnik, 1995); PyTorch has no module of this form.
    """

    words = ("svm", "margin")
    predicts = "scores"
    formula = r"y = \frac{1}{n} \sum_i \max(0, 1 - t_i p_i)"
    local = {
        "prediction": "−t / n where t · p < 1, else 0",
        "target": "−p / n where t · p < 1, else 0",
    }
    pullback = {
        "prediction": r"-\frac{g}{n} t \odot [t p < 1]",
        "target": r"-\frac{g}{n} p \odot [t p < 1]",
    }
    letters = {"p": "prediction", "t": "target"}
    at_kink = "the derivative of the hinge at its corner is 0"
    examples = (
        Example({"prediction": (2, 3), "target": (2, 3)}, values=SIGNS),
        Example({"prediction": (2, 3), "target": (2, 3)}, {"reduction": "sum"}, SIGNS),
        Example({"prediction": (2, 3), "target": (2, 3)}, {"reduction": "none"}, SIGNS),
        Example({"prediction": (), "target": ()}, values={"target": -1.0}),
        Example(
            {"prediction": (2,), "target": (2,)}, values={"prediction": [1, -1], "target": [1, 1]}
        ),
    )
    scalar = Scalar(
        "0.0 if (s := 1.0 - {target} * {prediction}) <= 0.0 else s",
        {
            "prediction": "{g} * (-{target} if {target} * {prediction} < 1.0 else {target} * 0.0)",
            "target": "{g} * (-{prediction} if {target} * {prediction} < 1.0"
            " else {prediction} * 0.0)",
        },
    )

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        return ctx.xp.maximum(1.0 - target * prediction, 0.0)

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        short = target * prediction < 1
        return -(target if port == "prediction" else prediction) * short

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        xp, (prediction, target) = ctx.xp, ins
        steepest = xp.maximum(xp.maximum(xp.abs(target), xp.abs(prediction)), 1.0)
        return xp.asarray(xp.abs(1.0 - target * prediction) / steepest)


def _drawn(recipe: Recipe, module: str, reduction: str) -> bool:
    """A loss of the differences, entry by entry and then reduced."""
    found = recipe.add("Subtract", "difference", {"a": "prediction", "b": "target"})
    found = recipe.add(module, "terms", {"x": found})
    if reduction != "none":
        found = recipe.add(reduction.capitalize(), "reduced", {"x": found})
    recipe.output("y", found)
    return True
