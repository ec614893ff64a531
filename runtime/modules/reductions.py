"""Reductions: many entries to one, along axes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import PortType, Shape
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs
from runtime.modules.reduction import join, repeat, weight_of
from runtime.modules.scalar import Scalar


class Reducing(Differentiable):
    """The parent of modules that join the entries along some axes to one."""

    axis: tuple[int, ...] | None = attribute(None, "the axes that are joined; none given means all")
    keepdims: bool = attribute(False, "whether the joined axes stay, with size 1")
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x": (3, 4)}),
        Example({"x": (3, 4)}, {"axis": (0,)}),
        Example({"x": (3, 4)}, {"axis": (-1,), "keepdims": True}),
        Example({"x": (2, 3, 4)}, {"axis": (0, 2)}),
        Example({"x": (2, 3, 4)}, {"keepdims": True}),
        Example({"x": ()}),
        Example({"x": (1, 3)}, {"axis": (0,)}),
    )

    def __init__(self, **settings: Any) -> None:
        """`axis` may be one number."""
        if isinstance(settings.get("axis"), int) and not isinstance(settings["axis"], bool):
            settings["axis"] = (settings["axis"],)
        super().__init__(**settings)

    def validate(self) -> None:
        axes = self.settings["axis"]
        if axes is not None and (not axes or len(set(axes)) < len(axes)):
            raise BadAttribute(
                port="axis", found=str(list(axes)), expected="axes, each once, or none"
            )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        if "x" not in types:
            return {}
        shape = types["x"].shape
        axes = self.axes_of(shape)
        kept = [
            1 if axis in axes else size
            for axis, size in enumerate(shape)
            if axis not in axes or self.settings["keepdims"]
        ]
        return {"y": PortType(dtype, tuple(kept))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return 0 not in self.axes_of(shapes[port])

    def axes_of(self, shape: Shape) -> tuple[int, ...]:
        """The joined axes, counted from the front; raises `ShapeMismatch`."""
        axes, rank = self.settings["axis"], len(shape)
        if axes is None:
            return tuple(range(rank))
        found = tuple(axis + rank if axis < 0 else axis for axis in axes)
        if len(set(found)) < len(found) or any(not 0 <= axis < rank for axis in found):
            expected = "a tensor with the axes " + ", ".join(map(str, axes))
            raise self.misfit("x", shape, expected, "Change axis.")
        return found

    def widen(self, array: Array, shape: Shape) -> Array:
        """An array of y's shape so that it broadcasts against one of x's, `shape`."""
        if not array.shape:
            return array
        axes = self.axes_of(shape)
        return array.reshape([1 if axis in axes else size for axis, size in enumerate(shape)])


class Total(Reducing):
    """The parent of Sum and Mean, which differ by what each entry weighs."""

    reduction = "sum"
    scalar = Scalar("{x}", {"x": "{g}"})

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        axes, keepdims = self.axes_of(ins[0].shape), self.settings["keepdims"]
        return (join(ctx, ins[0], self.reduction, ctx.into(out), axes, keepdims),)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        shape = ctx.shapes["x"]
        weighed = gradient * self._weight(ctx) if self.reduction == "mean" else gradient
        return (repeat(ctx, self.widen(weighed, shape), shape),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None,) if tangent is None else self.forward(ctx, (tangent,))

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        axes = self.axes_of(columns)
        if not axes:
            return maps.Identity(columns, **same)
        return maps.Reduce(rows, columns, axes, scale=self._weight(ctx), **same)

    def _weight(self, ctx: Context) -> float:
        shape = ctx.shapes["x"]
        return weight_of(self.reduction, math.prod(shape[axis] for axis in self.axes_of(shape)))


class Sum(Total, sig="x[*s] -> y[*r]", group="Reductions"):
    """Add all entries, or those along some axes. Definition: torch.sum.

    x: floating. y: its shape without the joined axes, or with size 1 there.
    """

    words = ("Σ", "total", "reduce")
    formula = r"y = \sum_i x_i"
    local = {"x": "1"}
    pullback = {"x": r"g \mathbf{1}"}


class Mean(Total, sig="x[*s] -> y[*r]", group="Reductions"):
    """The mean of all entries, or along some axes; NaN of none. Definition: torch.mean.

    x: floating. y: its shape without the joined axes, or with size 1 there.
    """

    words = ("average",)
    formula = r"y = \frac{1}{n} \sum_i x_i"
    local = {"x": "1 / n"}
    pullback = {"x": r"\frac{g}{n} \mathbf{1}"}
    reduction = "mean"
