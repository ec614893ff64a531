"""Losses of probabilities: how unlikely a prediction makes its target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from graph.advice import Advice
from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType
from graph.recipe import Read, Recipe
from runtime import maps
from runtime.array import Array
from runtime.kernels.classes import take_classes
from runtime.modules.context import Context
from runtime.modules.curves import log_of_one_and, sigmoid
from runtime.modules.door import BadValue, Differentiable, Kept, Outs
from runtime.modules.losses import PAIRS, Loss, Reduction
from runtime.modules.reduction import join_lowered, reduced, spread, weight_of
from runtime.modules.scalar import Scalar, sigmoid_of
from runtime.modules.softmax import LogSoftmax

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site

LOGS = (
    Advice(
        "softmax-before-loss", "prediction", ("Softmax",), "logarithms of probabilities",
        "Take LogSoftmax instead.", "become", "LogSoftmax",
    ),
    Advice(
        "logits-before-loss", "prediction", ("Linear",), "logarithms of probabilities",
        "Insert a LogSoftmax.", "insert", "LogSoftmax",
    ),
)  # fmt: skip

LEAST_LOG = -100.0  # PyTorch's bound: a wrong certainty costs much, but not infinitely much
_YES = "({least} if 0.0 <= {prediction} < {tiny} else log({prediction}))"
_NO = "({least} if {prediction} == 1.0 else log1p(-{prediction}))"


class BCELoss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """Binary cross entropy of probabilities. Definition: torch.nn.BCELoss.

    prediction: floating, 0 to 1. target: floating, 0 to 1, the same shape. y: a scalar, or their
    shape with reduction none. Logarithms are kept above -100, as in PyTorch.
    """

    words = ("log loss",)
    predicts = "probabilities"
    formula = r"y = -\frac{1}{n} \sum_i (t_i \ln p_i + (1 - t_i) \ln(1 - p_i))"
    local = {"prediction": "(p − t) / (p (1 − p)) / n", "target": "(ln(1 − p) − ln p) / n"}
    pullback = {
        "prediction": r"\frac{g}{n} \frac{p - t}{p (1 - p)}",
        "target": r"\frac{g}{n} (\ln(1 - p) - \ln p)",
    }
    letters = {"p": "prediction", "t": "target"}
    advice = (
        Advice(
            "logits-before-loss", "prediction", ("Linear", "LogSoftmax", "Tanh"),
            "probabilities, as Sigmoid gives",
            "Insert a Sigmoid, or take BCEWithLogitsLoss.", "insert", "Sigmoid",
        ),
    )  # fmt: skip
    domain = {"prediction": (0.1, 0.9), "target": (0.1, 0.9)}
    examples = (
        *PAIRS,
        Example(
            {"prediction": (4,), "target": (4,)},
            {"reduction": "none"},
            {"prediction": [0.0, 1.0, 0.5, 1e-9], "target": [0.0, 1.0, 1.0, 0.0]},
        ),
    )
    scalar = Scalar(
        f"({{target}} - 1.0) * {_NO} - {{target}} * {_YES}",
        {
            "prediction": "{g} * (({prediction} - {target})"
            " / (w if (w := {prediction} * (1.0 - {prediction})) > 1e-12 else 1e-12))",
            "target": f"{{g}} * ({_NO} - {_YES})",
        },
        {"least": LEAST_LOG, "tiny": math.exp(LEAST_LOG)},
    )

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        yes, no = self._logs(ctx, prediction)
        return (target - 1.0) * no - target * yes

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        if port == "target":
            yes, no = self._logs(ctx, prediction)
            return no - yes
        width = ctx.xp.maximum(prediction * (1.0 - prediction), 1e-12)
        return (prediction - target) / width

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        """At 0 and 1 the logarithms end, long before that they are too steep for differences."""
        return ctx.xp.minimum(ins[0], 1.0 - ins[0])

    def _logs(self, ctx: Context, prediction: Array) -> tuple[Array, Array]:
        xp = ctx.xp
        yes = xp.maximum(xp.log(prediction), LEAST_LOG)
        return yes, xp.maximum(xp.log1p(-prediction), LEAST_LOG)


class BCEWithLogitsLoss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """Binary cross entropy of a sigmoid, without overflow. Definition: torch.nn.BCEWithLogitsLoss.

    prediction: floating logits. target: floating, 0 to 1, the same shape. y: a scalar, or their
    shape with reduction none.
    """

    words = ("sigmoid cross entropy",)
    predicts = "logits"
    formula = r"y = \frac{1}{n} \sum_i (\max(x_i, 0) - x_i t_i + \ln(1 + e^{-|x_i|}))"
    local = {"prediction": "(σ(p) − t) / n", "target": "−p / n"}
    pullback = {"prediction": r"\frac{g}{n} (\sigma(x) - t)", "target": r"-\frac{g}{n} x"}
    letters = {"x": "prediction", "t": "target"}
    advice = (
        Advice(
            "sigmoid-before-loss", "prediction", ("Sigmoid",), "logits",
            "BCEWithLogitsLoss takes the sigmoid itself. Remove it, or take BCELoss.", "remove",
        ),
    )  # fmt: skip
    domain = {"target": (0.0, 1.0)}
    examples = (
        *PAIRS,
        Example(
            {"prediction": (4,), "target": (4,)},
            {"reduction": "none"},
            {"prediction": [-900.0, 900.0, 0.0, 40.0], "target": [0.0, 0.0, 1.0, 1.0]},
        ),
    )
    scalar = Scalar(
        "(0.0 if {prediction} <= 0.0 else {prediction}) - {prediction} * {target}"
        " + log1p(exp(-abs({prediction})))",
        {
            "prediction": f"{{g}} * ({sigmoid_of('{prediction}')} - {{target}})",
            "target": "{g} * -{prediction}",
        },
    )

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        xp = ctx.xp
        rest = log_of_one_and(xp, xp.exp(-xp.abs(prediction)))
        return xp.maximum(prediction, 0.0) - prediction * target + rest

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        return -prediction if port == "target" else sigmoid(ctx.xp, prediction) - target


class KLDivLoss(Loss, sig="prediction[*s], target[*s] -> y[*r]", group="Losses"):
    """Divergence of a distribution from a target distribution. Definition: torch.nn.KLDivLoss.

    prediction: floating, *logarithms* of probabilities. target: floating probabilities, the same
    shape. y: a scalar, or their shape with reduction none. The mean is over all entries, as in
    PyTorch, not over the batch.
    """

    words = ("kullback leibler",)
    predicts = "logarithms"
    formula = r"y = \frac{1}{n} \sum_i t_i (\ln t_i - x_i)"
    local = {"prediction": "−t / n", "target": "(ln t + 1 − p) / n"}
    pullback = {"prediction": r"-\frac{g}{n} t", "target": r"\frac{g}{n} (\ln t + 1 - x)"}
    letters = {"x": "prediction", "t": "target"}
    advice = LOGS
    domain = {"prediction": (-4.0, -0.1), "target": (0.05, 1.0)}
    examples = (
        *PAIRS,
        Example({"prediction": (2,), "target": (2,)}, values={"target": [0.0, 1.0]}),
    )
    scalar = Scalar(
        "({target} * log({target}) if {target} != 0.0 else 0.0) - {target} * {prediction}",
        {
            "prediction": "{g} * -{target}",
            "target": "{g} * (log({target}) + 1.0 - {prediction})",
        },
    )

    def terms(self, ctx: Context, prediction: Array, target: Array) -> Array:
        xp = ctx.xp
        own = xp.where(target == 0, ctx.dtype.type(0), target * xp.log(target))
        return own - target * prediction

    def slope(self, ctx: Context, port: str, prediction: Array, target: Array) -> Array:
        return -target if port == "prediction" else ctx.xp.log(target) + 1.0 - prediction

    def kink_gaps(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        """Below 0 there is no logarithm of the target."""
        return ins[1]


CLASSES: dict[str, Any] = {"target": [2, 0, 1, 1, 2]}


class ClassLoss(Differentiable):
    """The parent of losses whose target is the number of a class."""

    keeps = ("prediction", "target")
    reduction: Reduction = attribute("mean", "how the samples' losses are joined")
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"prediction": (5, 3), "target": (5,)}, values=CLASSES),
        Example({"prediction": (5, 3), "target": (5,)}, {"reduction": "sum"}, CLASSES),
        Example({"prediction": (5, 3), "target": (5,)}, {"reduction": "none"}, CLASSES),
        Example({"prediction": (1, 4), "target": (1,)}, values={"target": [3]}),
        Example({"prediction": (4,), "target": ()}, values={"target": 1}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        sizes = self.match(types)
        shape = sizes.fill(("n?",)) if self.settings["reduction"] == "none" else ()
        return {} if shape is None else {"y": PortType(dtype, shape)}

    def losses(self, ctx: Context, rows: Array, target: Array) -> Array:
        """The loss of each sample, [n], from rows [n, c] and classes [n]."""
        raise NotImplementedError

    def slopes(self, ctx: Context, rows: Array, target: Array) -> Array:
        """d loss / d row of each sample, [n, c]."""
        raise NotImplementedError

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return bool(self.settings["reduction"] == "none")

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        losses = self.losses(ctx, *self._samples(ins[0], ins[1], check=True))
        return (self._join(ctx, losses, ctx.into(out)),)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        if not need[0]:
            return (None, None)
        slopes = self._slopes(ctx, kept)
        scaled = spread(ctx, gouts[0], self.settings["reduction"], len(slopes))
        return ((scaled.reshape(-1, 1) * slopes).reshape(ctx.shapes["prediction"]), None)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        if tangents[0] is None:
            return (None,)
        slopes = self._slopes(ctx, kept)
        parts = (tangents[0].reshape(slopes.shape) * slopes).sum(axis=1)
        return (self._join(ctx, parts, ctx.xp.empty(ctx.shapes["y"], ctx.dtype)),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        slopes = self._slopes(ctx, kept)
        axes = range(len(rows), len(columns))
        scale = weight_of(self.settings["reduction"], len(slopes))
        weights = slopes.reshape(columns)
        return maps.Reduce(rows, columns, axes, weights=weights, scale=scale)

    def _samples(
        self, prediction: Array, target: Array, check: bool = False
    ) -> tuple[Array, Array]:
        rows, classes = prediction.reshape(target.size, prediction.shape[-1]), target.reshape(-1)
        if check and classes.size:
            least, most, count = int(classes.min()), int(classes.max()), rows.shape[1]
            if least < 0 or most >= count:
                wrong = least if least < 0 else most
                raise BadValue("target", f"class {wrong}", f"classes 0 to {count - 1}")
        return rows, classes.astype("int64", copy=False)

    def _slopes(self, ctx: Context, kept: Kept) -> Array:
        return self.slopes(ctx, *self._samples(kept["prediction"], kept["target"]))

    def _join(self, ctx: Context, losses: Array, y: Array) -> Array:
        shaped = losses.reshape(y.shape) if self.settings["reduction"] == "none" else losses
        return reduced(ctx, shaped, self.settings["reduction"], y)


class CrossEntropyLoss(
    ClassLoss, sig="prediction[n?, c], target:integer[n?] -> y[*r]", group="Losses"
):
    """Cross entropy of the softmax of logits. Definition: torch.nn.CrossEntropyLoss.

    prediction: floating logits [B, C], or [C] without a batch. target: integer classes [B], or
    []. y: a scalar, or [B] with reduction none. Computed from the logits by a shifted
    log-sum-exp, so that nothing overflows.
    """

    aliases = {"logits": "prediction"}
    words = ("softmax cross entropy", "xent")
    predicts = "class logits"
    formula = r"y = \frac{1}{B} \sum_b \Bigl( \ln \sum_j e^{x_{bj}} - x_{b t_b} \Bigr)"
    local = {"prediction": "(softmax(p) − one-hot(t)) / B"}
    pullback = {"prediction": r"\frac{g}{B} (\mathrm{softmax}(x) - \mathrm{onehot}(t))"}
    letters = {"x": "prediction", "t": "target"}
    advice = (
        Advice(
            "softmax-before-loss", "prediction", ("Softmax", "LogSoftmax"), "logits",
            "CrossEntropyLoss takes the softmax itself. Remove it, or take NLLLoss after a"
            " LogSoftmax.", "remove",
        ),
    )  # fmt: skip

    def primitives(self, recipe: Recipe) -> bool:
        logarithms = recipe.add("LogSoftmax", "logarithms", {"x": "prediction"}, axis=-1)
        reads: dict[str, Read] = {"prediction": logarithms, "target": "target"}
        recipe.output(
            "y", recipe.add("NLLLoss", "loss", reads, reduction=self.settings["reduction"])
        )
        return True

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        """The softmax of the forward pass is what the reverse one starts from."""
        xp, prediction, labels = site.xp, ins[0], ins[1].reshape(-1)
        if not prediction.size:
            return None
        classes = prediction.shape[-1]
        rows = site.contiguous(prediction).reshape(-1, classes)
        scores = site.make(rows.shape, over=rows)
        top, total = (site.make((len(rows), 1)) for _ in range(2))
        chosen, losses = (site.make((len(rows),)) for _ in range(2))
        is_own = site.make(rows.shape, "bool")
        site.call(xp.maximum.reduce, rows, 1, None, top, True)
        site.call(xp.subtract, rows, top, scores)
        site.call(xp.equal, labels[:, None], xp.arange(classes), is_own)
        site.call(take_classes, scores, is_own, chosen)
        site.call(xp.exp, scores, scores)
        site.call(xp.dot, scores, xp.ones(classes, site.dtype), total.reshape(-1))
        site.call(xp.log, total.reshape(-1), losses)
        site.call(xp.subtract, losses, chosen, losses)
        y = join_lowered(site, losses, self.settings["reduction"])

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array | None, None]:
            slopes, one_hot = site.gradient(0), site.make(rows.shape)
            flat = slopes.reshape(rows.shape)
            site.may_lie(slopes, scores)
            site.call(xp.divide, scores, total, flat)
            site.call(xp.copyto, one_hot, is_own)  # cast first: mixed dtypes are subtracted slowly
            site.call(xp.subtract, flat, one_hot, flat)
            weight = weight_of(self.settings["reduction"], len(rows))
            scale = site.scaled(gouts[0], weight)
            site.call(xp.multiply, flat, scale.reshape(-1, 1) if scale.ndim else scale, flat)
            return slopes, None

        return (y,), pull

    def losses(self, ctx: Context, rows: Array, target: Array) -> Array:
        xp = ctx.xp
        shifted = rows - rows.max(axis=1, keepdims=True) if rows.size else rows
        chosen = shifted[xp.arange(len(target)), target]
        return xp.log(xp.exp(shifted).sum(axis=1)) - chosen

    def slopes(self, ctx: Context, rows: Array, target: Array) -> Array:
        xp = ctx.xp
        slopes = xp.exp(rows - rows.max(axis=1, keepdims=True)) if rows.size else rows.copy()
        slopes /= slopes.sum(axis=1, keepdims=True)
        slopes[xp.arange(len(target)), target] -= 1
        return slopes


class NLLLoss(ClassLoss, sig="prediction[n?, c], target:integer[n?] -> y[*r]", group="Losses"):
    """Negative log-likelihood of the target classes. Definition: torch.nn.NLLLoss.

    prediction: floating, *logarithms* of probabilities, [B, C], or [C] without a batch. target:
    integer classes [B], or []. y: a scalar, or [B] with reduction none.
    """

    words = ("likelihood",)
    predicts = "logarithms"
    formula = r"y = -\frac{1}{B} \sum_b x_{b t_b}"
    local = {"prediction": "−one-hot(t) / B"}
    pullback = {"prediction": r"-\frac{g}{B} \mathrm{onehot}(t)"}
    letters = {"x": "prediction", "t": "target"}
    advice = LOGS
    domain = {"prediction": (-4.0, -0.1)}

    def losses(self, ctx: Context, rows: Array, target: Array) -> Array:
        return -rows[ctx.xp.arange(len(target)), target]

    def slopes(self, ctx: Context, rows: Array, target: Array) -> Array:
        slopes = ctx.xp.zeros(rows.shape, ctx.dtype)
        slopes[ctx.xp.arange(len(target)), target] = -1
        return slopes

    def joined_with(self, before: Differentiable, shape: tuple[int, ...]) -> Differentiable | None:
        if isinstance(before, LogSoftmax) and before.axis % len(shape) == len(shape) - 1:
            return CrossEntropyLoss(reduction=self.settings["reduction"])
        return None

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        """A selection of one entry in each row, then the reduction."""
        rows, target = self._samples(kept["prediction"], kept["target"])
        count, classes = rows.shape
        each = ctx.shapes["target"]
        minus = ctx.xp.asarray(-1, ctx.dtype)
        index = ctx.xp.arange(count) * classes + target
        chosen = maps.Selection(each, ctx.shapes[port], index, weights=minus)
        if ctx.shapes[output] == each:
            return chosen
        scale = weight_of(self.settings["reduction"], count)
        joined = maps.Reduce((), each, (0,), scale=scale, dtype=ctx.dtype, xp=ctx.xp)
        return maps.compose(joined, chosen)
