"""Attention: scaled dot products choose what is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType, Shape
from graph.recipe import Read, Recipe
from graph.tensor import Tensor
from runtime import maps
from runtime.array import Array
from runtime.kernels import attention as kernels
from runtime.kernels.axes import matrices
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site

SCORES = (
    r", \quad S = A \odot \left(g v^{\top} - \sum_j A_j (g v^{\top})_j\right)"
    r", \; A = \mathrm{softmax}\left(\frac{q k^{\top}}{\sqrt{d}}\right)"
)
"""What comes back to the scores, from `A`, the weights."""


class Attention(
    Differentiable,
    sig="query[*s, t, d], key[*s, k, d], value[*s, k, e], mask:boolean[t, k] -> y[*s, t, e]",
    group="Layers",
):
    """Read from value by how well key fits query.

    Definition: torch.nn.functional.scaled_dot_product_attention. query: floating [..., T, D].
    key: [..., K, D]. value: [..., K, E]. y: [..., T, E]. With several heads D and E are cut into
    as many parts, each with its own weights. mask (with the attribute mask): boolean [T, K], true
    where a query may read; causal: query t reads keys 0 to t. A query that may read nothing reads
    zeros.
    """

    formula = r"y = \mathrm{softmax}\!\left(\frac{q k^{\top}}{\sqrt{d}}\right) v"
    local = {
        "query": "keys, through the softmax of each row, to the values",
        "key": "queries, through the softmax of each row, to the values",
        "value": "the weights",
    }
    pullback = {
        "query": r"\frac{S k}{\sqrt{d}}" + SCORES,
        "key": r"\frac{S^{\top} q}{\sqrt{d}}" + SCORES,
        "value": r"A^{\top} g, \quad A = \mathrm{softmax}\left(\frac{q k^{\top}}{\sqrt{d}}\right)",
    }
    letters = {"q": "query", "k": "key", "v": "value"}
    batch_sizes = ("t",)
    keeps = ("query", "key", "value", "weights")
    num_heads: int = attribute(1, "in how many parts the features are cut", minimum=1)
    causal: bool = attribute(False, "whether a query reads only keys that are not later")
    mask: bool = attribute(False, "whether there is a port that says which keys a query may read")
    examples = (
        Example({"query": (3, 4), "key": (3, 4), "value": (3, 2)}),
        Example({"query": (2, 3, 4), "key": (2, 2, 4), "value": (2, 2, 4)}, {"num_heads": 2}),
        Example({"query": (2, 3, 2), "key": (2, 3, 2), "value": (2, 3, 2)}, {"causal": True}),
        Example(
            {"query": (2, 4), "key": (3, 4), "value": (3, 4), "mask": (2, 3)},
            {"mask": True, "num_heads": 4},
            {"mask": [[True, False, True], [True, True, False]]},
        ),
        Example({"query": (1, 2), "key": (1, 2), "value": (1, 1)}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        for port in ("query", "key", "value"):
            if port in types:
                self._check_heads(port, types[port].shape)
        return super().infer(types, dtype)

    def primitives(self, recipe: Recipe) -> bool:
        if self.settings["mask"]:
            return False  # there is no module that chooses by a boolean tensor
        heads = self.settings["num_heads"]
        query, key, value = (
            self._draw_heads(recipe, name, turned=name == "key")
            for name in ("query", "key", "value")
        )
        found = recipe.add("MatMul", "scores", {"a": query, "b": key})
        each = recipe.shape("query")[-1] // heads
        scale = Tensor.of_values("float64", (), [1 / math.sqrt(max(each, 1))])
        scale_port = recipe.constant("scale", scale)
        found = recipe.add("Multiply", "scaled", {"a": found, "b": scale_port})
        if self.settings["causal"]:
            rows, columns = recipe.shape("query")[-2], recipe.shape("key")[-2]
            later = [-math.inf if k > t else 0.0 for t in range(rows) for k in range(columns)]
            mask = recipe.constant("later", Tensor.of_values("float64", (rows, columns), later))
            found = recipe.add("Add", "allowed", {"a": found, "b": mask})
        found = recipe.add("Softmax", "weights", {"x": found}, axis=-1)
        found = recipe.add("MatMul", "read", {"a": found, "b": value})
        if heads > 1:
            rank = len(recipe.shape("query")) + 1
            found = recipe.add("Transpose", "by_place", {"x": found}, axes=_swapped(rank))
            found = recipe.add("Reshape", "joined", {"x": found}, shape=recipe.shape("y"))
        recipe.output("y", found)
        return True

    def _draw_heads(self, recipe: Recipe, name: str, *, turned: bool) -> Read:
        """[..., T, D] as [..., heads, T, D / heads]; turned the last two axes change places."""
        shape, heads = recipe.shape(name), self.settings["num_heads"]
        if heads == 1:
            if not turned:
                return name
            axes = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)
            return recipe.add("Transpose", f"{name}_turned", {"x": name}, axes=axes)
        found = recipe.add("Reshape", f"{name}_cut", {"x": name}, shape=self._cut(shape))
        rank = len(shape) + 1
        axes = (*range(rank - 3), rank - 2, rank - 1, rank - 3) if turned else _swapped(rank)
        return recipe.add("Transpose", f"{name}_heads", {"x": found}, axes=axes)

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        xp, y = ctx.xp, ctx.into(out)
        query, key, value = (self._by_head(array) for array in ins[:3])
        scores = xp.matmul(query, key.swapaxes(-1, -2)) * self._scale(ctx)
        allowed = self._allowed(ctx, ins)
        if allowed is not None:
            scores = xp.where(allowed, scores, -math.inf)
        weights = _softmax(xp, scores)
        ctx.keep("weights", weights)
        y[...] = self._joined(xp.matmul(weights, value))
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        assert gradient is not None
        xp, weights = ctx.xp, kept["weights"]
        by_head = self._by_head(gradient)
        query, key, value = (self._by_head(kept[name]) for name in ("query", "key", "value"))
        found: list[Array | None] = [None] * len(need)
        if need[0] or need[1]:
            scores = self._through(weights, xp.matmul(by_head, value.swapaxes(-1, -2)))
            scores = scores * self._scale(ctx)
            if need[0]:
                found[0] = self._joined(xp.matmul(scores, key))
            if need[1]:
                found[1] = self._joined(xp.matmul(scores.swapaxes(-1, -2), query))
        if need[2]:
            found[2] = self._joined(xp.matmul(weights.swapaxes(-1, -2), by_head))
        return tuple(found)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        """A portion of the batch and the heads at a time, from scores to what is read."""
        if not all(map(math.prod, site.shapes.values())):
            return None
        xp, y = site.xp, site.make(site.shapes["y"])
        scale = self._scale(site)
        query, key, value = (site.contiguous(array) for array in ins[:3])
        scaled = site.make(query.shape)
        site.call(xp.multiply, query, scale, scaled)
        hidden = self._hidden(site, ins)
        q, k, v, out = map(self._by_head, map(matrices, (scaled, key, value, y)))
        weights = site.make((*q.shape[:3], k.shape[2]))
        sums = site.make((*q.shape[:3], 1))
        parts = list(kernels.portions(weights.shape, site.dtype.itemsize))
        for p in parts:
            site.call(kernels.attend, q[p], k[p], v[p], hidden, weights[p], sums[p], out[p])

        def pull(gouts: tuple[Array | None, ...]) -> list[Array | None]:
            found = [site.gradient(i) if need else None for i, need in enumerate(site.need)]
            gradient = site.contiguous(gouts[0])
            g = self._by_head(matrices(gradient))
            dq, dk, dv = (
                None if array is None else self._by_head(matrices(array)) for array in found[:3]
            )
            dots = site.make((*out.swapaxes(1, 2).shape[:3], 1))
            site.call(xp.vecdot, *(x.swapaxes(1, 2) for x in (g, out)), dots[..., 0])
            by_head = dots.swapaxes(1, 2)
            for p in parts:
                if dv is not None:
                    site.call(kernels.times_transposed, weights[p], g[p], dv[p])
                if dq is None and dk is None:
                    continue
                moved = site.make(weights[p].shape)
                site.call(kernels.through, g[p], v[p], by_head[p], weights[p], moved)
                if dq is not None:
                    site.call(xp.matmul, moved, k[p], dq[p])
                if dk is not None:
                    site.call(kernels.times_transposed, moved, q[p], dk[p])
            if found[0] is not None:
                site.call(xp.multiply, found[0], scale, found[0])
            return found

        return (y,), pull

    def _hidden(self, site: Site, ins: tuple[Array, ...]) -> Array | None:
        """Which keys a query may not read, [T, K], in a compiled step; None for none."""
        shape = site.shapes["query"][-2], site.shapes["key"][-2]
        later = ~site.xp.tri(*shape, dtype=bool) if self.settings["causal"] else None
        if not self.settings["mask"]:
            return later
        hidden = site.make(shape, bool)
        site.call(site.xp.logical_not, ins[3], hidden)
        if later is not None:
            site.call(site.xp.logical_or, hidden, later, hidden)
        return hidden

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        xp, weights = ctx.xp, kept["weights"]
        query, key, value = (self._by_head(kept[name]) for name in ("query", "key", "value"))
        parts, scores = [], []
        if tangents[0] is not None:
            scores.append(xp.matmul(self._by_head(tangents[0]), key.swapaxes(-1, -2)))
        if tangents[1] is not None:
            scores.append(xp.matmul(query, self._by_head(tangents[1]).swapaxes(-1, -2)))
        if scores:
            moved = sum(scores[1:], scores[0]) * self._scale(ctx)
            parts.append(xp.matmul(self._through(weights, moved), value))
        if tangents[2] is not None:
            parts.append(xp.matmul(weights, self._by_head(tangents[2])))
        return (self._joined(sum(parts[1:], parts[0])) if parts else None,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        xp, weights = ctx.xp, kept["weights"]
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": xp}
        wide = {name: self._cut(ctx.shapes[name]) for name in ("query", "key", "value", "y")}
        into = maps.Reshaped(wide[port], columns, **same)
        outwards = maps.Reshaped(rows, wide["y"], **same)
        if port == "value":
            core = maps.contraction(wide["y"], wide[port], [weights], "...htk,...khe->...the")
            return maps.compose(outwards, maps.compose(core, into))
        other = "key" if port == "query" else "query"
        text = "...khd,...thd->...htk" if port == "query" else "...thd,...khd->...htk"
        factor = kept[other].reshape(wide[other]) * self._scale(ctx)
        scores = maps.contraction(weights.shape, wide[port], [factor], text)
        pairs = [(weights, weights)]
        softmax = maps.LowRank(weights.shape, diagonal=weights, pairs=pairs, scale=-1, axes=(-1,))
        values = kept["value"].reshape(wide["value"])
        read = maps.contraction(wide["y"], weights.shape, [values], "...khe,...htk->...the")
        chosen = maps.compose(read, maps.compose(softmax, scores))
        return maps.compose(outwards, maps.compose(chosen, into))

    def _check_heads(self, port: str, shape: Shape) -> None:
        heads = self.settings["num_heads"]
        if shape and isinstance(shape[-1], int) and shape[-1] % heads:
            expected = f"a multiple of {heads} features on the last axis"
            raise self.misfit(port, shape, expected, "Change num_heads.")

    def _scale(self, ctx: Context | Site) -> Any:
        each = ctx.shapes["query"][-1] // self.settings["num_heads"]
        return ctx.dtype.type(1 / math.sqrt(max(each, 1)))

    def _cut(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape with the features cut into heads: [..., T, heads, D / heads]."""
        heads = self.settings["num_heads"]
        return (*shape[:-1], heads, shape[-1] // heads)

    def _by_head(self, array: Array) -> Array:
        """[..., T, D] -> [..., heads, T, D / heads]."""
        return array.reshape(self._cut(array.shape)).swapaxes(-2, -3)

    def _joined(self, array: Array) -> Array:
        """[..., heads, T, D / heads] -> [..., T, D]."""
        *lead, heads, size, each = array.shape
        return array.swapaxes(-2, -3).reshape(*lead, size, heads * each)

    def _through(self, weights: Array, moved: Array) -> Array:
        """The softmax's derivative, which is symmetric, applied to a tangent or a gradient."""
        weighed = weights * moved
        return weighed - weights * weighed.sum(axis=-1, keepdims=True)

    def _allowed(self, ctx: Context, ins: tuple[Array, ...]) -> Array | None:
        """Which keys each query may read, [T, K]; None for all."""
        xp, queries, keys = ctx.xp, ctx.shapes["query"][-2], ctx.shapes["key"][-2]
        allowed = ins[3] if self.settings["mask"] else None
        if self.settings["causal"]:
            earlier = xp.arange(keys)[None, :] <= xp.arange(queries)[:, None]
            allowed = earlier if allowed is None else allowed & earlier
        return allowed


def _swapped(rank: int) -> tuple[int, ...]:
    """All axes in order, but those of places and heads: [..., T, heads, D] and back."""
    return (*range(rank - 3), rank - 2, rank - 3, rank - 1)


def _softmax(xp: Any, scores: Array) -> Array:
    """Along the last axis; zeros where every score is minus infinity."""
    if not scores.size:
        return scores
    shift = scores.max(axis=-1, keepdims=True)
    raised = xp.exp(scores - xp.where(xp.isfinite(shift), shift, 0))
    total = raised.sum(axis=-1, keepdims=True)
    return raised / xp.where(total == 0, 1, total)
