"""Smooth activations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from graph.attributes import attribute
from graph.module import Example
from runtime.array import Array
from runtime.kernels import gelu
from runtime.modules.context import Context
from runtime.modules.door import Elementwise, Kept, Outs
from runtime.modules.functions import ANY_SHAPE
from runtime.modules.scalar import Scalar, sigmoid_of

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site

FAR_OUT = Example({"x": (4,)}, values={"x": [-800.0, -20.0, 20.0, 800.0]})
_SHARE = sigmoid_of("{x}")


def sigmoid(xp: Any, x: Array, out: Array | None = None) -> Array:
    """1 / (1 + e^-x) without overflow: the exponential is taken of -|x| alone."""
    small = xp.exp(-xp.abs(x))
    # The larger one is 1 above 0, for an exponential of what is not positive is at most 1.
    return xp.divide(xp.maximum(small, x >= 0), 1.0 + small, out=out)


def log_of_one_and(xp: Any, x: Array) -> Array:
    """ln(1 + x) for x from 0 to 1, exact for small ones.

    In float32 NumPy has vector code for the logarithm, but not for log1p. What 1 + x loses of x is
    known to the bit, and its share added. Source: GNU Scientific Library, `gsl_log1p`.
    """
    if x.dtype != np.float32:
        return xp.log1p(x)
    near = 1.0 + x
    return xp.log(near) + (x - (near - 1.0)) / near


class Sigmoid(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Squeeze into 0 to 1. Definition: torch.nn.Sigmoid.

    x, y: floating, one shape.
    """

    words = ("logistic", "σ")
    formula = r"y = \frac{1}{1 + e^{-x}}"
    local = {"x": "y (1 − y)"}
    pullback = {"x": r"g \odot y \odot (1 - y)"}
    steepest = 0.25
    keeps = ("y",)
    examples = (*ANY_SHAPE, FAR_OUT)
    scalar = Scalar(_SHARE, {"x": "{g} * ({y} * (1.0 - {y}))"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (sigmoid(ctx.xp, ins[0], ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return kept["y"] * (1.0 - kept["y"])


class Tanh(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Squeeze into -1 to 1. Definition: torch.nn.Tanh.

    x, y: floating, one shape.
    """

    words = ("hyperbolic tangent",)
    formula = r"y = \tanh x"
    local = {"x": "1 − y²"}
    pullback = {"x": r"g \odot (1 - y^2)"}
    steepest = 1.0
    keeps = ("y",)
    examples = (*ANY_SHAPE, FAR_OUT)
    scalar = Scalar("tanh({x})", {"x": "{g} * (1.0 - {y} * {y})"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.tanh(*ins, out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return 1.0 - ctx.xp.square(kept["y"])


class SiLU(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Weigh each entry with its own sigmoid. Definition: torch.nn.SiLU.

    x, y: floating, one shape.
    """

    words = ("swish",)
    formula = r"y = x \, \sigma(x), \quad \sigma(x) = \frac{1}{1 + e^{-x}}"
    local = {"x": "σ(x) + y (1 − σ(x))"}
    pullback = {"x": r"g \odot \left(\sigma(x) + y \odot (1 - \sigma(x))\right)"}
    keeps = ("x", "y")
    examples = (*ANY_SHAPE, FAR_OUT)
    scalar = Scalar(f"{_SHARE} * {{x}}", {"x": f"{{g}} * ({_SHARE} + {{y}} * (1.0 - {_SHARE}))"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = sigmoid(ctx.xp, ins[0], ctx.into(out))
        return (ctx.xp.multiply(y, ins[0], out=y),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        weight = sigmoid(ctx.xp, kept["x"])
        return weight + kept["y"] * (1.0 - weight)


class Softplus(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """A smooth ReLU. Definition: torch.nn.Softplus.

    x, y: floating, one shape. Exact everywhere, where PyTorch takes y = x above 20.
    """

    formula = r"y = \ln(1 + e^{x})"
    local = {"x": "σ(x)"}
    pullback = {"x": r"g \odot \sigma(x)"}
    keeps = ("x",)
    examples = (*ANY_SHAPE, FAR_OUT)
    scalar = Scalar(
        "{x} + log1p(exp(-{x})) if {x} > 0.0 else log1p(exp({x}))", {"x": f"{{g}} * {_SHARE}"}
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, x = ctx.xp, ins[0]
        bent = log_of_one_and(xp, xp.exp(-xp.abs(x)))  # logaddexp, which does the same, is slow
        return (xp.add(bent, xp.maximum(x, 0.0), out=ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        return sigmoid(ctx.xp, kept["x"])


class ELU(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Bend what is below 0 towards -alpha. Definition: torch.nn.ELU.

    x, y: floating, one shape. The derivative at 0 is alpha, as in PyTorch.
    """

    formula = r"y = \max(0, x) + \min(0, \alpha (e^{x} - 1))"
    local = {"x": "1 where x > 0, else y + α"}
    pullback = {"x": r"g \odot \left([x > 0] + (y + \alpha) [x \le 0]\right)"}
    letters = {r"\alpha": "alpha"}
    at_kink = "the derivative of ELU at 0 is that below 0, α"
    keeps = ("x", "y")
    kinks = (0.0,)
    alpha: float = attribute(1.0, "how far below 0 the curve ends, α in the formula")
    examples = (*ANY_SHAPE, FAR_OUT, Example({"x": (2, 3)}, {"alpha": 0.5}))
    scalar = Scalar(
        "{x} if {x} > 0.0 else expm1({x}) * {alpha}",
        {"x": "{g} if {x} > 0.0 else {g} * ({y} + {alpha})"},
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (bent(ctx, ins[0], self.settings["alpha"], ctx.into(out)),)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        below = kept["y"] + self.settings["alpha"]
        return ctx.xp.where(kept["x"] > 0, ctx.dtype.type(1), below)


SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


class SELU(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """An ELU whose two constants keep mean 0 and variance 1. Definition: torch.nn.SELU.

    x, y: floating, one shape. Source of the constants: Klambauer et al., "Self-normalizing
    neural networks", 2017.
    """

    formula = (
        r"y = \lambda (\max(0, x) + \min(0, \alpha (e^{x} - 1))),"
        r" \quad \lambda \approx 1.0507, \ \alpha \approx 1.6733"
    )
    local = {"x": "λ where x > 0, else y + λα"}
    pullback = {"x": r"g \odot \left(\lambda [x > 0] + (y + \lambda \alpha) [x \le 0]\right)"}
    at_kink = "the derivative of SELU at 0 is that below 0, λα"
    keeps = ("x", "y")
    kinks = (0.0,)
    examples = (*ANY_SHAPE, FAR_OUT)
    scalar = Scalar(
        "{x} * {scale} if {x} > 0.0 else expm1({x}) * {alpha} * {scale}",
        {"x": "{g} * {scale} if {x} > 0.0 else {g} * ({y} + {scale} * {alpha})"},
        {"alpha": SELU_ALPHA, "scale": SELU_SCALE},
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = bent(ctx, ins[0], SELU_ALPHA, ctx.into(out))
        y *= SELU_SCALE
        return (y,)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        below = kept["y"] + SELU_SCALE * SELU_ALPHA
        return ctx.xp.where(kept["x"] > 0, ctx.dtype.type(SELU_SCALE), below)


def bent(ctx: Context, x: Array, alpha: float, y: Array) -> Array:
    """x above 0, alpha (e^x - 1) below, written into y."""
    xp = ctx.xp
    xp.minimum(x, 0.0, out=y)
    if y.dtype == np.float32:  # in which tanh is vectorised, but not expm1
        half = xp.tanh(y * y.dtype.type(0.5))
        xp.divide(half, 0.5 - 0.5 * half, out=y)
    else:
        xp.expm1(y, out=y)
    y *= alpha
    y += xp.maximum(x, 0.0)  # one of the two is 0
    return y


class GELU(Elementwise, sig="x[*s] -> y[*s]", group="Activations"):
    """Weigh each entry with the normal distribution's share below it. Definition: torch.nn.GELU.

    x, y: floating, one shape.
    """

    formula = r"y = x \, \Phi(x), \quad \Phi(x) = \frac{1}{2} (1 + \mathrm{erf}(x / \sqrt{2}))"
    local = {"x": "Φ(x) + x φ(x)"}
    pullback = {"x": r"g \odot \left(\Phi(x) + x \varphi(x)\right)"}
    keeps = ("x",)
    approximate: Literal["none", "tanh"] = attribute("none", "none, or tanh for a faster formula")
    examples = (*ANY_SHAPE, FAR_OUT, Example({"x": (2, 3)}, {"approximate": "tanh"}))

    def as_scalar(self) -> Scalar:
        return _GELU if self.settings["approximate"] == "none" else _GELU_BY_TANH

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        if self._has_kernel(ctx):
            gelu.value(ins[0], y)
        else:
            ctx.xp.multiply(ins[0], self._share(ctx, ins[0]), out=y)
        return (y,)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        """Value and slope from one share of the distribution; the slope is kept instead of x."""
        if self.settings["approximate"] != "none":
            return None
        x = site.contiguous(ins[0])
        y, slope = site.make(x.shape, over=x), site.make(x.shape)
        if self._has_kernel(site):
            scratch = site.make((gelu.SCRATCH, min(x.size, gelu.BLOCK)))
            site.call(gelu.gelu, *map(gelu.blocks, (x, y, slope)), scratch)
        else:
            self._draw_exact(site, x, y, slope)

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array]:
            found = site.gradient(0)
            site.may_lie(found, slope)
            site.call(np.multiply, gouts[0], slope, found)
            return (found,)

        return (y,), pull

    def _draw_exact(self, site: Site, x: Array, y: Array, slope: Array) -> None:
        """The calls that write both by SciPy's distribution function."""
        share, minus_half = site.make(x.shape), np.asarray(-0.5, x.dtype)
        density = np.asarray(1 / math.sqrt(2 * math.pi), x.dtype)
        site.call(site.own_context().special.ndtr, x, share)
        site.call(np.multiply, x, x, slope)
        site.call(np.multiply, slope, minus_half, slope)
        site.call(np.exp, slope, slope)
        site.call(np.multiply, slope, density, slope)
        site.call(np.multiply, slope, x, slope)
        site.call(np.add, slope, share, slope)
        site.call(np.multiply, x, share, y)

    def _has_kernel(self, where: Context | Site) -> bool:
        """Whether the formula of float32 is meant, which runs on the CPU alone."""
        is_exact = self.settings["approximate"] == "none"
        return bool(is_exact and where.dtype == np.float32 and where.xp is np)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array:
        xp, x = ctx.xp, kept["x"]
        if self._has_kernel(ctx):
            return gelu.slope(x)
        share = self._share(ctx, x)
        if self.settings["approximate"] == "none":
            return share + x * xp.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
        bend = x * share * (1.0 - share)
        inner = 2 * GELU_TANH * (1.0 + 3 * 0.044715 * x * x)
        return share + xp.where(bend == 0, ctx.dtype.type(0), bend * inner)  # inner may overflow

    def _share(self, ctx: Context, x: Array) -> Array:
        """The weight Φ(x), or its approximation, which is a sigmoid."""
        if self.settings["approximate"] == "none":
            # special functions have no float16: the result comes back wider
            return ctx.special.ndtr(x).astype(ctx.dtype, copy=False)
        return sigmoid(ctx.xp, 2 * GELU_TANH * (x + 0.044715 * x * x * x))


GELU_TANH = math.sqrt(2 / math.pi)

_PHI = "0.5 * erfc({x} * {minus_root_half})"
_GELU = Scalar(
    f"{{x}} * ({_PHI})",
    {"x": f"{{g}} * ({_PHI} + {{x}} * exp(-0.5 * {{x}} * {{x}}) * {{density}})"},
    {"minus_root_half": -math.sqrt(0.5), "density": 1 / math.sqrt(2 * math.pi)},
)
_NEAR_PHI = sigmoid_of("s", "{twice} * ({x} + 0.044715 * {x} * {x} * {x})")
_BEND = "(b * ({twice} * (1.0 + {cubed} * {x} * {x})) if (b := {x} * t * (1.0 - t)) else 0.0)"
_GELU_BY_TANH = Scalar(
    f"{{x}} * {_NEAR_PHI}",
    {"x": f"{{g}} * ((t := {_NEAR_PHI}) + {_BEND})"},
    {"twice": 2 * GELU_TANH, "cubed": 3 * 0.044715},
)
