"""Functions of one tensor, entry by entry."""

from __future__ import annotations

import math
from dataclasses import replace

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Elementwise, Kept, Outs, gaps_to
from runtime.modules.scalar import Scalar

ANY_SHAPE = (
    Example({"x": (2, 3)}),
    Example({"x": ()}),
    Example({"x": (1, 4)}),
    Example({"x": (2, 1, 3)}),
)


class Negate(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Turn the sign. Definition: torch.neg.

    x, y: floating, one shape.
    """

    words = ("-", "minus", "neg")
    formula = r"y = -x"
    local = {"x": "−1"}
    pullback = {"x": "-g"}
    examples = ANY_SHAPE
    scalar = Scalar("-{x}", {"x": "-{g}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.negative(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> float:
        return -1.0


class Exp(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Raise e to the power of each entry. Definition: torch.exp.

    x, y: floating, one shape.
    """

    words = ("e^x", "exponential")
    formula = r"y = e^{x}"
    local = {"x": "y"}
    pullback = {"x": r"g \odot y"}
    keeps = ("y",)
    domain = {"x": (-3.0, 3.0)}
    examples = ANY_SHAPE
    scalar = Scalar("exp({x})", {"x": "{g} * {y}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.exp(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return kept["y"]


class Log(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Natural logarithm; NaN below 0, minus infinity at 0. Definition: torch.log.

    x, y: floating, one shape.
    """

    words = ("ln", "logarithm")
    formula = r"y = \ln x"
    local = {"x": "1 / x"}
    pullback = {"x": r"\frac{g}{x}"}
    keeps = ("x",)
    domain = {"x": (0.2, 4.0)}
    examples = ANY_SHAPE
    scalar = Scalar("log({x})", {"x": "{g} * (1.0 / {x})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.log(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return 1.0 / kept["x"]


class Sqrt(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Square root; NaN below 0. Definition: torch.sqrt.

    x, y: floating, one shape. The derivative at 0 is infinite.
    """

    words = ("√", "root")
    formula = r"y = \sqrt{x}"
    local = {"x": "1 / (2 y)"}
    pullback = {"x": r"\frac{g}{2 y}"}
    keeps = ("y",)
    domain = {"x": (0.2, 4.0)}
    examples = ANY_SHAPE
    scalar = Scalar("sqrt({x})", {"x": "{g} * (0.5 / {y})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.sqrt(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return 0.5 / kept["y"]


class Square(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Multiply each entry with itself. Definition: torch.square.

    x, y: floating, one shape.
    """

    words = ("x^2", "x²")
    formula = r"y = x^2"
    local = {"x": "2 x"}
    pullback = {"x": r"g \odot 2 x"}
    keeps = ("x",)
    examples = ANY_SHAPE
    scalar = Scalar("{x} * {x}", {"x": "{g} * (2.0 * {x})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.square(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return 2.0 * kept["x"]


class Abs(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Absolute value; its derivative at 0 is 0. Definition: torch.abs.

    x, y: floating, one shape.
    """

    words = ("|x|", "absolute", "magnitude")
    formula = r"y = |x|"
    local = {"x": "sign(x)"}
    pullback = {"x": r"g \odot \mathrm{sign}(x)"}
    at_kink = "the derivative of Abs at 0 is 0"
    keeps = ("x",)
    kinks = (0.0,)
    examples = (*ANY_SHAPE, Example({"x": (3,)}, values={"x": [-1.5, 0.0, 2.0]}))
    scalar = Scalar("abs({x})", {"x": "{g} if {x} > 0.0 else -{g} if {x} < 0.0 else {g} * {x}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.abs(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return ctx.xp.sign(kept["x"])


class Reciprocal(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """One over each entry; infinite at 0. Definition: torch.reciprocal.

    x, y: floating, one shape.
    """

    words = ("1/x", "inverse")
    formula = r"y = \frac{1}{x}"
    local = {"x": "−y²"}
    pullback = {"x": r"-g \odot y^2"}
    keeps = ("y",)
    domain = {"x": (0.4, 3.0)}
    examples = ANY_SHAPE
    scalar = Scalar("1.0 / {x}", {"x": "{g} * -({y} * {y})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.divide(1.0, *ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return -ctx.xp.square(kept["y"])


class Sin(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Sine of an angle in radians. Definition: torch.sin.

    x, y: floating, one shape.
    """

    words = ("sine",)
    formula = r"y = \sin x"
    local = {"x": "cos x"}
    pullback = {"x": r"g \odot \cos x"}
    keeps = ("x",)
    examples = ANY_SHAPE
    scalar = Scalar("sin({x})", {"x": "{g} * cos({x})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.sin(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return ctx.xp.cos(kept["x"])


class Cos(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Cosine of an angle in radians. Definition: torch.cos.

    x, y: floating, one shape.
    """

    words = ("cosine",)
    formula = r"y = \cos x"
    local = {"x": "−sin x"}
    pullback = {"x": r"-g \odot \sin x"}
    keeps = ("x",)
    examples = ANY_SHAPE
    scalar = Scalar("cos({x})", {"x": "{g} * -sin({x})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.cos(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return -ctx.xp.sin(kept["x"])


class Sign(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """-1, 0 or 1; its derivative is 0 everywhere. Definition: torch.sign.

    x, y: floating, one shape.
    """

    words = ("signum",)
    formula = r"y = \mathrm{sign}(x)"
    local = {"x": "0"}
    pullback = {"x": "0"}
    at_kink = "the derivative of Sign at 0 is 0"
    kinks = (0.0,)
    examples = (*ANY_SHAPE, Example({"x": (3,)}, values={"x": [-1.5, 0.0, 2.0]}))
    scalar = Scalar("1.0 if {x} > 0.0 else -1.0 if {x} < 0.0 else {x} + 0.0", {"x": "{g} * 0.0"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.sign(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> float:
        return 0.0


class Clip(Elementwise, sig="x[*s] -> y[*s]", group="Arithmetic"):
    """Keep each entry within bounds; the derivative at a bound is 1. Definition: torch.clamp.

    x, y: floating, one shape.
    """

    words = ("clamp", "bound")
    formula = r"y = \min(\max(x, \mathrm{min}), \mathrm{max})"
    local = {"x": "1 within the bounds, else 0"}
    pullback = {"x": r"g \odot [\mathrm{min} \le x \le \mathrm{max}]"}
    at_kink = "the derivative of Clip at its bounds is 1"
    keeps = ("x",)
    min: float | None = attribute(-1.0, "the lower bound, if any")
    max: float | None = attribute(1.0, "the upper bound, if any")
    examples = (
        *ANY_SHAPE,
        Example({"x": (2, 3)}, {"min": 0.0, "max": None}),
        Example({"x": (2, 3)}, {"min": None, "max": 0.5}),
        Example({"x": (4,)}, values={"x": [-1.0, 1.0, 0.5, 2.0]}),
    )
    scalar = Scalar(
        "{low} if {x} < {low} else {high} if {x} > {high} else {x}",
        {"x": "{g} if {low} <= {x} <= {high} else {g} * 0.0"},
    )

    def as_scalar(self) -> Scalar:
        low, high = self._bounds()
        return replace(self.scalar, numbers={"low": low, "high": high})

    def validate(self) -> None:
        low, high = self.settings["min"], self.settings["max"]
        if low is not None and high is not None and low > high:
            raise BadAttribute(port="min", found=f"{low:g}", expected=f"at most max, {high:g}")

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        low, high = self._bounds()
        return (ctx.xp.clip(*ins, low, high, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        low, high = self._bounds()
        x = kept["x"]
        return ctx.xp.logical_and(x >= low, x <= high).astype(ctx.dtype)

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        return gaps_to(ctx, ins[0], [b for b in self._bounds() if math.isfinite(b)])

    def _bounds(self) -> tuple[float, float]:
        low, high = self.settings["min"], self.settings["max"]
        return (-math.inf if low is None else low, math.inf if high is None else high)
