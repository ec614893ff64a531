"""Layers: modules that own parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graph.advice import Advice
from graph.attributes import attribute
from graph.module import Example
from runtime import maps
from runtime.array import Array
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs


class Linear(
    Differentiable,
    sig="x[*s, k], weight[out_features, k], bias[out_features] -> y[*s, out_features]",
    group="Layers",
):
    """Map the last axis linearly and add a bias. Definition: torch.nn.Linear.

    x: floating, any leading axes, k features. weight: [out_features, k]. bias: [out_features].
    y: the leading axes, out_features. Both parameters start uniform within 1/sqrt(k), as in
    PyTorch.
    """

    words = ("dense", "fc", "fully connected", "affine")
    formula = r"y = x W^{\top} + b"
    local = {"x": "weight", "weight": "x", "bias": "1"}
    parameters = ("weight", "bias")
    rules = {"weight": initial.fan_in_uniform}
    advice = (
        Advice(
            "linear-linear", "x", ("Linear",), "an activation between two Linears",
            "Without one they compute no more than a single Linear.", "insert", "ReLU", alone=True,
        ),
    )  # fmt: skip
    keeps = ("x", "weight")
    out_features: int = attribute(1, "the size of the output's last axis", minimum=1)
    bias: bool = attribute(True, "whether a bias is added")
    examples = (
        Example({"x": (5, 2)}, {"out_features": 8}),
        Example({"x": (2,)}, {"out_features": 3}),
        Example({"x": (1, 4)}, {"out_features": 1}),
        Example({"x": (2, 3, 4)}, {"out_features": 2}),
        Example({"x": (4, 3)}, {"out_features": 4, "bias": False}),
        Example({"x": (1, 2, 1, 3)}, {"out_features": 3}),
    )

    def rule(self, port: str, shapes: Mapping[str, tuple[int, ...]]) -> initial.Rule:
        if port == "bias":
            return initial.uniform_within(1 / math.sqrt(initial.fans(shapes["weight"])[0]))
        return super().rule(port, shapes)

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        x, weight = ins[0], ins[1]
        # One product of matrices: matmul would run over the leading axes one by one.
        ctx.xp.matmul(_rows(x), weight.T, out=_rows(y))
        if self.settings["bias"]:
            ctx.xp.add(y, ins[2], out=y)
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        assert gradient is not None
        found: list[Array | None] = [None] * len(need)
        if need[0]:
            flat = ctx.xp.matmul(_rows(gradient), kept["weight"])
            found[0] = flat.reshape(ctx.shapes["x"])
        if need[1]:
            found[1] = ctx.xp.matmul(_rows(gradient).T, _rows(kept["x"]))
        if len(need) > 2 and need[2]:
            found[2] = _rows(gradient).sum(axis=0)
        return tuple(found)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        parts = []
        if tangents[0] is not None:
            parts.append(ctx.xp.matmul(tangents[0], kept["weight"].T))
        if tangents[1] is not None:
            parts.append(ctx.xp.matmul(kept["x"], tangents[1].T))
        if len(tangents) > 2 and tangents[2] is not None:
            parts.append(ctx.xp.broadcast_to(tangents[2], ctx.shapes["y"]))
        return (sum(parts[1:], parts[0]) if parts else None,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shapes = ctx.shapes[output], ctx.shapes[port]
        if port == "x":
            return maps.contraction(*shapes, [kept["weight"]], "oi,...i->...o")
        if port == "weight":
            return maps.contraction(*shapes, [kept["x"]], "...i,oi->...o")
        return maps.contraction(*shapes, [], "o->...o", dtype=ctx.dtype, xp=ctx.xp)


def _rows(array: Array) -> Array:
    """All leading axes as one; said in numbers, for -1 cannot be worked out from no entries."""
    return array.reshape(math.prod(array.shape[:-1]), array.shape[-1])
