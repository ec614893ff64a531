"""Layers: Linear, Embedding, Dropout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph.advice import Advice
from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.recipe import Recipe
from runtime import maps
from runtime.array import Array
from runtime.kernels import lookup
from runtime.kernels.axes import rows
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import BadValue, Differentiable, Elementwise, Kept, Outs

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site


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
    pullback = {"x": "g W", "weight": r"g^{\top} x", "bias": r"\sum_n g_n"}
    letters = {"W": "weight", "b": "bias"}
    parameters = ("weight", "bias")
    rules = {"weight": initial.fan_in_uniform}
    advice = (
        Advice(
            "linear-linear", "x", ("Linear",), "an activation between two Linears",
            "Without one they compute no more than a single Linear.", "insert", "ReLU", alone=True,
        ),
    )  # fmt: skip
    keeps = ("x", "weight")
    unit_axis = -1
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
        ctx.xp.matmul(rows(x), weight.T, out=rows(y))
        if self.settings["bias"]:
            ctx.xp.add(y, ins[2], out=y)
        return (y,)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """Products of two axes by `dot`, which is called faster than `matmul`."""
        xp, weight, y = site.xp, ins[1], site.make(site.shapes["y"])
        x = rows(site.contiguous(ins[0]))
        site.call(xp.dot, x, weight.T, rows(y))
        if self.settings["bias"]:
            site.call(xp.add, y, ins[2], y)

        def pull(gouts: tuple[Array | None, ...]) -> list[Array | None]:
            found: list[Array | None] = [None] * len(ins)
            gradient = rows(site.contiguous(gouts[0]))
            if site.need[0]:
                found[0] = site.gradient(0)
                site.call(xp.dot, gradient, weight, rows(found[0]))
            if site.need[1]:
                found[1] = site.gradient(1)
                site.call(xp.dot, gradient.T, x, found[1])
            if site.need[2:] == (True,):
                found[2] = site.gradient(2)
                ones = xp.ones(len(gradient), site.dtype)
                site.call(xp.dot, ones, gradient, found[2])
            return found

        return (y,), pull

    def primitives(self, recipe: Recipe) -> bool:
        bias = "bias" if self.settings["bias"] else None
        recipe.output("y", recipe.affine("y", "x", "weight", bias))
        return True

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        assert gradient is not None
        found: list[Array | None] = [None] * len(need)
        if need[0]:
            flat = ctx.xp.matmul(rows(gradient), kept["weight"])
            found[0] = flat.reshape(ctx.shapes["x"])
        if need[1]:
            found[1] = ctx.xp.matmul(rows(gradient).T, rows(kept["x"]))
        if len(need) > 2 and need[2]:
            found[2] = rows(gradient).sum(axis=0)
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


def _table(rows: int, columns: int) -> dict[str, int]:
    return {"num_embeddings": rows, "embedding_dim": columns}


class Embedding(
    Differentiable,
    sig="indices:integer[*s], weight[num_embeddings, embedding_dim] -> y[*s, embedding_dim]",
    group="Layers",
):
    """A vector for each index, looked up in a table. Definition: torch.nn.Embedding.

    indices: integers from 0 to num_embeddings - 1. weight: [num_embeddings, embedding_dim], at
    first normal with variance 1, as in PyTorch. y: the shape of indices, embedding_dim.
    """

    formula = r"y = W_i"
    local = {"weight": "1 where the row was read; a row read twice gets both gradients"}
    pullback = {"weight": r"\sum_{k :\, i_k = j} g_k"}
    letters = {"W": "weight", "i": "indices"}
    parameters = ("weight",)
    rules = {"weight": initial.RULES["normal"]}
    keeps = ("indices",)
    num_embeddings: int = attribute(1, "how many vectors the table has", minimum=1)
    embedding_dim: int = attribute(1, "the size of a vector", minimum=1)
    examples = (
        Example(
            {"indices": (4,)}, {"num_embeddings": 3, "embedding_dim": 2}, {"indices": [2, 0, 2, 1]}
        ),
        Example(
            {"indices": (2, 2)},
            {"num_embeddings": 5, "embedding_dim": 3},
            {"indices": [[4, 0], [1, 1]]},
        ),
        Example({"indices": ()}, {"num_embeddings": 2, "embedding_dim": 2}, {"indices": 1}),
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        indices, weight = ins
        if bool(((indices < 0) | (indices >= len(weight))).any()):
            found = f"numbers from {int(indices.min())} to {int(indices.max())}"
            raise BadValue("indices", found, f"numbers from 0 to {len(weight) - 1}")
        y = ctx.into(out)
        y[...] = weight[indices]
        return (y,)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """Rows are taken without a copy of the table's part, and gradients added flat."""
        numbers, y = site.contiguous(ins[0]), site.make(site.shapes["y"])
        site.call(lookup.take, ins[1], numbers, 0, 0, y)

        def pull(gouts: tuple[Array | None, ...]) -> tuple[None, Array]:
            gradient, found = site.contiguous(gouts[0]), site.gradient(1)
            places = site.make(gradient.shape, "int64")
            site.call(lookup.add_back, gradient, numbers, 0, places, found)
            return None, found

        return (y,), pull

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[1]:
            return None, None
        total = ctx.xp.zeros(ctx.shapes["weight"], ctx.dtype)
        ctx.xp.add.at(total, kept["indices"], gradient)
        return None, total

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        tangent = tangents[1]
        return (None if tangent is None else ctx.xp.asarray(tangent[kept["indices"]]),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape, size = ctx.shapes["weight"], ctx.shapes["weight"][1]
        numbers = kept["indices"].astype("int64")  # int8 times the size would overflow
        index = numbers[..., None] * size + ctx.xp.arange(size)
        return maps.Selection(ctx.shapes[output], shape, index, dtype=ctx.dtype)


DRAWN = 2**14
"""How many random numbers of a mask are drawn at once."""


class Dropout(Elementwise, sig="x[*s] -> y[*s]", group="Layers"):
    """In mode train set entries to 0 with probability p, and scale the others by 1 / (1 - p).

    Definition: torch.nn.Dropout. x, y: floating, one shape. The mask is drawn on the host from the
    seed, the node's address and the training step; in mode eval nothing happens.
    """

    formula = r"y_i = \frac{m_i x_i}{1 - p}, \quad m_i \in \{0, 1\}"
    local = {"x": "1 / (1 − p) where the mask is 1, else 0; in mode eval 1"}
    pullback = {"x": r"\frac{m \odot g}{1 - p}"}
    letters = {"p": "p"}
    is_random = True
    keeps = ("mask",)
    p: float = attribute(0.5, "the probability of a 0, below 1", minimum=0)
    examples = (
        Example({"x": (3, 4)}),
        Example({"x": (2, 3)}, {"p": 0.0}),
        Example({"x": ()}, {"p": 0.2}),
    )

    def validate(self) -> None:
        if self.settings["p"] >= 1:
            raise BadAttribute(port="p", found=str(self.settings["p"]), expected="a number below 1")

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        if ctx.mode == "eval":
            y[...] = ins[0]
            return (y,)
        mask = ctx.xp.asarray(ctx.stream("mask").uniform(size=ins[0].shape) >= self.settings["p"])
        ctx.keep("mask", mask)
        ctx.xp.multiply(ins[0], self._factors(ctx, mask), out=y)
        return (y,)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered:
        """The factors are kept instead of the mask: both passes multiply with them."""
        ctx, x = site.own_context(), ins[0]
        if ctx.mode == "eval":
            return (x,), lambda gouts: gouts
        factors, y = site.make(x.shape), site.make(x.shape, over=x)
        site.call(self._draw, ctx, factors)
        site.call(site.xp.multiply, x, factors, y)

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array]:
            found = site.gradient(0)
            site.may_lie(found, factors)
            site.call(site.xp.multiply, gouts[0], factors, found)
            return (found,)

        return (y,), pull

    def _draw(self, ctx: Context, factors: Array) -> None:
        """Write the factors of a training step: the numbers of one stream, some at a time."""
        stream, kept = ctx.stream("mask"), ctx.dtype.type(1 / (1 - self.settings["p"]))
        flat = factors.reshape(-1)
        for start in range(0, flat.size, DRAWN):
            part = flat[start : start + DRAWN]
            drawn = stream.uniform(size=part.size)
            ctx.xp.multiply(drawn >= self.settings["p"], kept, part)

    def derivative(self, ctx: Context, port: str, kept: Kept) -> Array | float:
        return 1.0 if ctx.mode == "eval" else self._factors(ctx, kept["mask"])

    def _factors(self, ctx: Context, mask: Array) -> Array:
        return mask * ctx.dtype.type(1 / (1 - self.settings["p"]))
