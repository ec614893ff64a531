"""Arithmetic of two tensors, entry by entry; shapes broadcast as in NumPy."""

from __future__ import annotations

from typing import Any, ClassVar

from graph.module import Example
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Elementwise, Kept, Outs, times
from runtime.modules.scalar import Scalar

BROADCASTS = (
    Example({"a": (), "b": ()}),
    Example({"a": (2, 3), "b": (2, 3)}),
    Example({"a": (5, 3), "b": (3,)}),
    Example({"a": (3,), "b": (2, 3)}),
    Example({"a": (4, 1), "b": (1, 3)}),
    Example({"a": (1, 3), "b": (4, 1, 3)}),
    Example({"a": (2, 3, 2), "b": ()}),
    Example({"a": (), "b": (2, 1, 3)}),
    Example({"a": (1, 4), "b": (4,)}),
)


class Add(Elementwise, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """Add two tensors. Definition: torch.add.

    a, b: floating, shapes that broadcast. y: the broadcast shape.
    """

    words = ("+", "plus", "residual")
    commutes = True
    formula = r"y = a + b"
    local = {"a": "1", "b": "1"}
    pullback = {"a": "g", "b": "g"}
    examples = BROADCASTS
    scalar = Scalar("{a} + {b}", {"a": "{g}", "b": "{g}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.add(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> float:
        return 1.0


class Subtract(Elementwise, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """Subtract the second tensor from the first. Definition: torch.sub.

    a, b: floating, shapes that broadcast. y: the broadcast shape.
    """

    words = ("-", "minus", "difference")
    formula = r"y = a - b"
    local = {"a": "1", "b": "−1"}
    pullback = {"a": "g", "b": "-g"}
    examples = BROADCASTS
    pairs_entries = True
    scalar = Scalar("{a} - {b}", {"a": "{g}", "b": "-{g}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.subtract(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> float:
        return 1.0 if port == "a" else -1.0


class Multiply(Elementwise, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """Multiply two tensors entry by entry. Definition: torch.mul.

    a, b: floating, shapes that broadcast. y: the broadcast shape.
    """

    words = ("*", "×", "times", "product", "hadamard")
    commutes = True
    formula = r"y = a \cdot b"
    local = {"a": "b", "b": "a"}
    pullback = {"a": r"g \odot b", "b": r"g \odot a"}
    keeps = ("a", "b")
    examples = BROADCASTS
    scalar = Scalar("{a} * {b}", {"a": "{g} * {b}", "b": "{g} * {a}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.multiply(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return kept["b" if port == "a" else "a"]


class Divide(Elementwise, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """Divide the first tensor by the second. Definition: torch.div.

    a, b: floating, shapes that broadcast. y: the broadcast shape; a division by 0 is infinite.
    """

    words = ("/", "÷", "quotient")
    formula = r"y = \frac{a}{b}"
    local = {"a": "1 / b", "b": "−a / b²"}
    pullback = {"a": r"\frac{g}{b}", "b": r"-\frac{g \odot a}{b^2}"}
    keeps = ("b", "y")
    domain = {"b": (0.5, 3.0)}
    examples = BROADCASTS
    scalar = Scalar("{a} / {b}", {"a": "{g} * (1.0 / {b})", "b": "{g} * (-{y} / {b})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.divide(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return 1.0 / kept["b"] if port == "a" else -kept["y"] / kept["b"]


class Power(Elementwise, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """Raise the first tensor to the power of the second. Definition: torch.pow.

    a, b: floating, shapes that broadcast. y: the broadcast shape; NaN where a is negative and b
    no whole number. The derivative by a is 0 where b is 0; by b it is 0 where a is 0 and b at
    least 0, as in PyTorch.
    """

    words = ("^", "**", "pow")
    formula = r"y = a^{b}"
    local = {"a": "b · a^(b − 1)", "b": "y · log a"}
    pullback = {"a": r"g \odot b \odot a^{b - 1}", "b": r"g \odot y \odot \ln a"}
    keeps = ("a", "b", "y")
    domain = {"a": (0.2, 3.0), "b": (-2.0, 3.0)}
    examples = (
        *BROADCASTS,
        Example({"a": (2,), "b": (2,)}, values={"a": [0.0, 1.5], "b": [2.0, 0.0]}),
    )
    scalar = Scalar(
        "power({a}, {b})",
        {
            "a": "{g} * ({b} * power({a}, {b} - 1.0)) if {b} != 0.0 else {g} * 0.0",
            "b": "{g} * 0.0 if {a} == 0.0 and {b} >= 0.0 else {g} * ({y} * log({a}))",
        },
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.power(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        xp, a, b, zero = ctx.xp, kept["a"], kept["b"], ctx.dtype.type(0)
        if port == "a":
            return xp.where(b == 0, zero, b * xp.power(a, b - 1.0))
        return xp.where((a == 0) & (b >= 0), zero, kept["y"] * xp.log(a))

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        """At a = 0 only whole exponents from 0 on have a power on both sides."""
        xp, (a, b) = ctx.xp, ins
        smooth = (b >= 0) & (b == xp.floor(b))
        return xp.asarray(xp.where(smooth, xp.inf, xp.abs(a)))


class Extremum(Elementwise):
    """The parent of Maximum and Minimum: where the inputs are equal they share the gradient."""

    keeps = ("a", "b")
    examples: ClassVar[tuple[Example, ...]] = (
        *BROADCASTS,
        Example({"a": (3,), "b": (3,)}, values={"a": [1.0, 2.0, 3.0], "b": [1.0, 3.0, 2.0]}),
    )

    def wins(self, a: Array, b: Array) -> Array:
        """Where a alone is the result."""
        raise NotImplementedError

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        own, other = kept[port], kept["b" if port == "a" else "a"]
        half = ctx.dtype.type(0.5)
        return half * self.wins(own, other) + half * ~self.wins(other, own)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        if not all(need):
            return super().vjp(ctx, gouts, kept, need)
        (gradient,), share = gouts, self.derivative(ctx, "a", kept)
        return times(ctx, gradient, share), times(ctx, gradient, ctx.dtype.type(1) - share)

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        return ctx.xp.asarray(ctx.xp.abs(ins[0] - ins[1]))


class Maximum(Extremum, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """The larger of two tensors, entry by entry. Definition: torch.maximum.

    a, b: floating, shapes that broadcast. y: the broadcast shape. Where a = b both get half of
    the gradient.
    """

    words = ("max of two",)
    formula = r"y = \max(a, b)"
    local = {
        "a": "1 where a > b, ½ where a = b, else 0",
        "b": "1 where b > a, ½ where a = b, else 0",
    }
    pullback = {
        "a": r"g \odot \left([a > b] + \frac{1}{2} [a = b]\right)",
        "b": r"g \odot \left([b > a] + \frac{1}{2} [a = b]\right)",
    }
    at_kink = "where the inputs are equal, both get half of the gradient"
    scalar = Scalar(
        "{a} if {a} > {b} or {a} != {a} else {b}",
        {
            "a": "{g} if {a} > {b} else {g} * 0.0 if {b} > {a} else {g} * 0.5",
            "b": "{g} if {b} > {a} else {g} * 0.0 if {a} > {b} else {g} * 0.5",
        },
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.maximum(*ins, out=ctx.into(out)),)

    def wins(self, a: Array, b: Array) -> Any:
        return a > b


class Minimum(Extremum, sig="a[&s], b[&s] -> y[&s]", group="Arithmetic"):
    """The smaller of two tensors, entry by entry. Definition: torch.minimum.

    a, b: floating, shapes that broadcast. y: the broadcast shape. Where a = b both get half of
    the gradient.
    """

    words = ("min of two",)
    formula = r"y = \min(a, b)"
    local = {
        "a": "1 where a < b, ½ where a = b, else 0",
        "b": "1 where b < a, ½ where a = b, else 0",
    }
    pullback = {
        "a": r"g \odot \left([a < b] + \frac{1}{2} [a = b]\right)",
        "b": r"g \odot \left([b < a] + \frac{1}{2} [a = b]\right)",
    }
    at_kink = "where the inputs are equal, both get half of the gradient"
    scalar = Scalar(
        "{a} if {a} < {b} or {a} != {a} else {b}",
        {
            "a": "{g} if {a} < {b} else {g} * 0.0 if {b} < {a} else {g} * 0.5",
            "b": "{g} if {b} < {a} else {g} * 0.0 if {a} < {b} else {g} * 0.5",
        },
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.minimum(*ins, out=ctx.into(out)),)

    def wins(self, a: Array, b: Array) -> Any:
        return a < b
