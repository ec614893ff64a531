"""Linear algebra: products of matrices, and axes in another order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import PortType
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, handed, sum_to


class MatMul(
    Differentiable, sig="a[&s, m?, k], b[&s, k, n?] -> y[&s, m?, n?]", group="Linear algebra"
):
    """Multiply matrices; leading axes broadcast. Definition: torch.matmul.

    a: floating [..., m, k], or a vector [k]. b: floating [..., k, n], or a vector [k]. y: the
    broadcast leading axes, m and n, each left out where its vector has none.
    """

    words = ("@", "matrix product", "dot", "mm")
    formula = r"y_{ij} = \sum_k a_{ik} b_{kj}"
    local = {"a": "bᵀ on the right of the gradient", "b": "aᵀ on the left of the gradient"}
    pullback = {"a": r"g b^{\top}", "b": r"a^{\top} g"}
    batch_sizes = ("m",)
    keeps = ("a", "b")
    examples = (
        Example({"a": (3, 4), "b": (4, 2)}),
        Example({"a": (4,), "b": (4,)}),
        Example({"a": (4,), "b": (4, 3)}),
        Example({"a": (3, 4), "b": (4,)}),
        Example({"a": (2, 3, 4), "b": (2, 4, 2)}),
        Example({"a": (2, 3, 4), "b": (4, 2)}),
        Example({"a": (3, 4), "b": (2, 4, 2)}),
        Example({"a": (2, 1, 3, 4), "b": (3, 4, 2)}),
        Example({"a": (1, 3, 4), "b": (2, 4, 1)}),
        Example({"a": (4,), "b": (2, 4, 3)}),
        Example({"a": (2, 3, 4), "b": (4,)}),
        Example({"a": (1, 1), "b": (1, 1)}),
    )

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return (ctx.xp.matmul(*ins, out=ctx.into(out)),)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        xp, a, b = ctx.xp, _as_rows(kept["a"]), _as_columns(kept["b"])
        (gradient,) = gouts
        assert gradient is not None
        if kept["a"].ndim == 1:
            gradient = xp.expand_dims(gradient, gradient.ndim - (kept["b"].ndim > 1))
        if kept["b"].ndim == 1:
            gradient = gradient[..., None]
        of_a = of_b = None
        if need[0]:
            of_a = sum_to(xp.matmul(gradient, b.swapaxes(-1, -2)), a.shape).reshape(kept["a"].shape)
        if need[1]:
            of_b = sum_to(xp.matmul(a.swapaxes(-1, -2), gradient), b.shape).reshape(kept["b"].shape)
        return of_a, of_b

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        parts = []
        if tangents[0] is not None:
            parts.append(ctx.xp.matmul(tangents[0], kept["b"]))
        if tangents[1] is not None:
            parts.append(ctx.xp.matmul(kept["a"], tangents[1]))
        return (ctx.xp.asarray(sum(parts[1:], parts[0])) if parts else None,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shapes = ctx.shapes[output], ctx.shapes[port]
        of_a = "ik" if len(ctx.shapes["a"]) > 1 else "k"
        of_b = "kj" if len(ctx.shapes["b"]) > 1 else "k"
        result = of_a[:-1] + of_b[1:]
        # The ellipsis stands for the leading axes, which a vector does not have.
        lead = {term: "..." if len(term) > 1 else "" for term in (of_a, of_b)}
        if port == "a":
            text = f"{lead[of_b]}{of_b},{lead[of_a]}{of_a}->...{result}"
            return maps.contraction(*shapes, [kept["b"]], text)
        text = f"{lead[of_a]}{of_a},{lead[of_b]}{of_b}->...{result}"
        return maps.contraction(*shapes, [kept["a"]], text)


def _as_rows(a: Array) -> Array:
    return a[None, :] if a.ndim == 1 else a


def _as_columns(b: Array) -> Array:
    return b[:, None] if b.ndim == 1 else b


class Transpose(Differentiable, sig="x:any[*s] -> y:any[*r]", group="Linear algebra"):
    """Put the axes in another order. Definition: torch.permute; without `axes` all are reversed.

    x, y: any dtype; axis i of y is axis `axes[i]` of x.
    """

    words = ("permute", "T")
    formula = r"y_{ji} = x_{ij}"
    local = {"x": "the same entries in another order"}
    pullback = {"x": "g_{ji}"}
    axes: tuple[int, ...] | None = attribute(None, "the new order of the axes; none reverses it")
    examples = (
        Example({"x": (2, 3)}),
        Example({"x": (2, 3, 4)}, {"axes": (1, 2, 0)}),
        Example({"x": (2, 3, 4)}, {"axes": (0, -1, 1)}),
        Example({"x": ()}),
        Example({"x": (3,)}),
        Example({"x": (1, 3)}),
    )

    def validate(self) -> None:
        axes = self.settings["axes"]
        if axes is not None and len(set(axes)) < len(axes):
            raise BadAttribute(port="axes", found=str(list(axes)), expected="each axis once")

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        if "x" not in types:
            return {}
        shape = types["x"].shape
        order = self._order(len(shape))
        if sorted(order) != list(range(len(shape))):
            expected = f"{len(order)} axes, all named in axes"
            raise self.misfit("x", shape, expected, "Change axes.")
        return {"y": PortType(types["x"].dtype, tuple(shape[axis] for axis in order))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return self._order(len(shapes[port]))[0] == 0

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ins[0].transpose(self._order(ins[0].ndim))
        return handed(y, out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        order = self._order(gradient.ndim)
        return (gradient.transpose([order.index(axis) for axis in range(len(order))]),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None if tangent is None else tangent.transpose(self._order(tangent.ndim)),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if len(shape) < 2:
            return maps.Identity(shape, **same)
        return maps.Transposed(shape, self._order(len(shape)), **same)

    def _order(self, rank: int) -> list[int]:
        axes = self.settings["axes"]
        if axes is None:
            return list(reversed(range(rank)))
        return [axis + rank if axis < 0 else axis for axis in axes]
