"""Parts of tensors: split, slice, gather, pad."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.module import Example
from graph.port import Dim, PortType, Shape
from runtime import maps
from runtime.array import Array
from runtime.kernels import lookup
from runtime.modules.context import Context
from runtime.modules.door import BadValue, Differentiable, Kept, Outs, handed

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site


class AlongAxis(Differentiable):
    """The parent of modules that read along one axis, named by the attribute `axis`."""

    def axis_of(self, port: str, shape: Shape) -> int:
        """The axis counted from the front; raises `ShapeMismatch` where the tensor has it not."""
        axis: int = self.settings["axis"]
        if not -len(shape) <= axis < len(shape):
            raise self.misfit(port, shape, f"a tensor with axis {axis}", "Change axis.")
        return axis + len(shape) if axis < 0 else axis


class Split(AlongAxis, sig="x:any[*s] -> y...:any[*r]", group="Shape"):
    """Cut a tensor into parts along an axis. Definition: torch.split.

    x: any dtype. y0, y1, ...: `sizes` entries each along `axis`; one size may be -1, the rest.
    """

    formula = r"[y_0, y_1, \dots] = x"
    local = {"x": "1 where the entry of y was read, else 0"}
    pullback = {"x": r"[g_0, g_1, \dots]"}
    axis: int = attribute(0, "the axis that is cut")
    sizes: tuple[int, ...] = attribute((1, -1), "how long each part is; one may be -1", minimum=-1)
    examples = (
        Example({"x": (3, 2)}),
        Example({"x": (2, 5)}, {"axis": 1, "sizes": (2, 3)}),
        Example({"x": (2, 6)}, {"axis": -1, "sizes": (1, -1, 2)}),
        Example({"x": (4,)}, {"sizes": (4,)}),
        Example({"x": (2, 3)}, {"sizes": (0, 2)}),
    )

    def validate(self) -> None:
        sizes = self.settings["sizes"]
        if not sizes or sizes.count(-1) > 1:
            raise BadAttribute(
                port="sizes", found=str(list(sizes)), expected="at least one size, -1 once at most"
            )

    def count(self, run: str) -> int:
        return len(self.settings["sizes"])

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        if "x" not in types:
            return {}
        shape = types["x"].shape
        axis = self.axis_of("x", shape)
        sizes = self._sizes(shape, axis)
        return {
            port.name: PortType(types["x"].dtype, (*shape[:axis], size, *shape[axis + 1 :]))
            for port, size in zip(self.output_ports, sizes, strict=True)
            if size is not None
        }

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return True  # along axis 0 the sizes are equal only where one part is all of it

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        parts = [ins[0][part] for part in self._parts(ctx)]
        places = (None,) * len(parts) if out is None else out
        pairs = zip(parts, places, strict=True)
        return tuple(handed(part, (place,))[0] for part, place in pairs)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        if not need[0]:
            return (None,)
        total = ctx.xp.zeros(ctx.shapes["x"], ctx.dtype)
        for part, gradient in zip(self._parts(ctx), gouts, strict=True):
            if gradient is not None:
                total[part] = gradient
        return (total,)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        parts = self._parts(ctx)
        return tuple(None if tangent is None else tangent[part] for part in parts)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if ctx.shapes[output] == shape:
            return maps.Identity(shape, **same)
        return maps.Sliced(shape, self._parts(ctx)[int(output[1:])], **same)

    def _sizes(self, shape: Shape, axis: int) -> list[Dim | None]:
        """The size of each part; None for the rest of an axis whose size is not known."""
        sizes, whole = self.settings["sizes"], shape[axis]
        fixed = sum(size for size in sizes if size >= 0)
        if isinstance(whole, str):
            return [None if size == -1 else size for size in sizes]
        if whole < fixed or (whole > fixed and -1 not in sizes):
            words = "at least " if -1 in sizes else ""
            raise self.misfit("x", shape, f"{words}{fixed} on axis {axis}", "Change sizes.")
        return [whole - fixed if size == -1 else size for size in sizes]

    def _parts(self, ctx: Context) -> list[tuple[slice, ...]]:
        axis = self.axis_of("x", ctx.shapes["x"])
        sizes = [ctx.shapes[port.name][axis] for port in self.output_ports]
        ends = list(itertools.accumulate(sizes))
        whole = [slice(None)] * axis
        return [(*whole, slice(end - size, end)) for end, size in zip(ends, sizes, strict=True)]


class Slice(AlongAxis, sig="x:any[*s] -> y:any[*r]", group="Shape"):
    """Read every `step`-th entry from `start` to before `stop` along an axis, as Python does.

    Source: NumPy's basic slicing, x[start:stop:step]. x: any dtype. y: its shape but for `axis`.
    """

    formula = r"y_i = x_{\mathrm{start} + i \cdot \mathrm{step}}"
    local = {"x": "1 where the entry of y was read, else 0"}
    pullback = {"x": r"g_{(i - \mathrm{start}) / \mathrm{step}}, \quad \mathrm{else\ } 0"}
    axis: int = attribute(0, "the axis that is sliced")
    start: int | None = attribute(None, "the first entry; none means the end where it begins")
    stop: int | None = attribute(None, "the entry before which it ends; none means all")
    step: int = attribute(1, "how far to the next entry; negative runs backwards")
    examples = (
        Example({"x": (5, 2)}, {"start": 1, "stop": 4}),
        Example({"x": (2, 6)}, {"axis": 1, "step": 2}),
        Example({"x": (4,)}, {"step": -1}),
        Example({"x": (2, 5)}, {"axis": -1, "start": -3}),
        Example({"x": (3,)}, {"start": 3}),
        Example({"x": (2, 3)}),
    )

    def validate(self) -> None:
        if self.settings["step"] == 0:
            raise BadAttribute(port="step", found="0", expected="any other number")

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        if "x" not in types:
            return {}
        shape = types["x"].shape
        axis = self.axis_of("x", shape)
        size = self._size(shape[axis])
        if size is None:
            return {}
        return {"y": PortType(types["x"].dtype, (*shape[:axis], size, *shape[axis + 1 :]))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return self.axis_of(port, shapes[port]) != 0 or self.settings["step"] > 0

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return handed(ins[0][self._part(ctx)], out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        total = ctx.xp.zeros(ctx.shapes["x"], ctx.dtype)
        total[self._part(ctx)] = gradient
        return (total,)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None if tangent is None else tangent[self._part(ctx)],)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if ctx.shapes[output] == shape and self.settings["step"] > 0:
            return maps.Identity(shape, **same)
        return maps.Sliced(shape, self._part(ctx), **same)

    def _slice(self) -> slice:
        return slice(self.settings["start"], self.settings["stop"], self.settings["step"])

    def _size(self, whole: Dim) -> Dim | None:
        if not isinstance(whole, str):
            return len(range(*self._slice().indices(whole)))
        start, stop, step = (self.settings[name] for name in ("start", "stop", "step"))
        return whole if (start in (None, 0) and stop is None and step in (1, -1)) else None

    def _part(self, ctx: Context) -> tuple[slice, ...]:
        axis = self.axis_of("x", ctx.shapes["x"])
        return (*[slice(None)] * axis, self._slice())


class Gather(AlongAxis, sig="x:any[*s], indices:integer[*t] -> y:any[*r]", group="Shape"):
    """Read whole rows of x by their number along an axis. Definition: torch.index_select.

    x: any dtype. indices: integers of any shape, from 0 (negative ones count from the end).
    y: x's shape with `axis` replaced by the shape of indices, as numpy.take has it.
    """

    formula = r"y_{\dots k \dots} = x_{\dots i_k \dots}"
    local = {"x": "1 where the entry of y was read; an entry read twice gets both gradients"}
    pullback = {"x": r"\sum_{k :\, i_k = j} g_k"}
    letters = {"i": "indices"}
    axis: int = attribute(0, "the axis that the indices count")
    keeps = ("indices",)
    examples = (
        Example({"x": (4, 2), "indices": (3,)}, values={"indices": [2, 0, 2]}),
        Example({"x": (2, 3), "indices": (2, 2)}, {"axis": 1}, {"indices": [[0, 1], [2, -1]]}),
        Example({"x": (5,), "indices": ()}, values={"indices": 3}),
        Example({"x": (2, 3, 2), "indices": (1,)}, {"axis": -1}, {"indices": [1]}),
        Example({"x": (3, 2), "indices": (0,)}, values={"indices": []}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        if "x" not in types:
            return {}
        shape = types["x"].shape
        axis = self.axis_of("x", shape)
        if "indices" not in types:
            return {}
        inner = types["indices"].shape
        return {"y": PortType(types["x"].dtype, (*shape[:axis], *inner, *shape[axis + 1 :]))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return self.axis_of(port, shapes[port]) != 0

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        x, indices = ins
        axis = self.axis_of("x", x.shape)
        size = x.shape[axis]
        if bool(((indices < -size) | (indices >= size)).any()):
            raise BadValue("indices", _extremes(indices), f"numbers from {-size} to {size - 1}")
        y = ctx.xp.asarray(ctx.xp.take(x, indices, axis=axis))
        return handed(y, out)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        """Read into place, and gradients added up flat; those of floating entries alone."""
        x, numbers = ins[0], site.contiguous(ins[1])
        axis = self.axis_of("x", x.shape)
        if not x.shape[axis]:
            return None
        y = site.make(site.shapes["y"], x.dtype)
        site.call(lookup.take, x, numbers, axis, -x.shape[axis], y)

        def pull(gouts: tuple[Array | None, ...]) -> tuple[Array, None]:
            found, gradient = site.gradient(0), site.contiguous(gouts[0])
            places = site.make(gradient.shape, "int64")
            site.call(lookup.add_back, gradient, numbers, axis, places, found)
            return found, None

        return (y,), pull

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None, None)
        xp, shape = ctx.xp, ctx.shapes["x"]
        axis = self.axis_of("x", shape)
        total = xp.zeros(shape, ctx.dtype)
        place = (*[slice(None)] * axis, kept["indices"])
        xp.add.at(total, place, gradient)
        return total, None

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        tangent = tangents[0]
        if tangent is None:
            return (None,)
        axis = self.axis_of("x", tangent.shape)
        return (ctx.xp.asarray(ctx.xp.take(tangent, kept["indices"], axis=axis)),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes[port]
        axis = self.axis_of("x", shape)
        numbers = np.arange(int(np.prod(shape, dtype=np.int64))).reshape(shape)
        read = ctx.xp.take(ctx.xp.asarray(numbers), kept["indices"], axis=axis)
        return maps.Selection(ctx.shapes[output], shape, read, dtype=ctx.dtype)


class Pad(Differentiable, sig="x[*s] -> y[*r]", group="Shape"):
    """Put entries of one value around a tensor. Definition: torch.nn.functional.pad, constant.

    x: floating. y: floating. `widths` are pairs before, after for the *last* axes, in their order:
    (1, 2) pads the last axis, (1, 2, 3, 4) the last but one by 1, 2 and the last by 3, 4.
    """

    formula = r"y_{i + \mathrm{before}} = x_i, \quad \mathrm{else\ value}"
    local = {"x": "1 where x was put, else 0"}
    pullback = {"x": r"g_{i + \mathrm{before}}"}
    widths: tuple[int, ...] = attribute((1, 1), "pairs before, after for the last axes", minimum=0)
    value: float = attribute(0.0, "what is put around")
    examples = (
        Example({"x": (3,)}),
        Example({"x": (2, 3)}, {"widths": (0, 1, 2, 0)}),
        Example({"x": (2, 3)}, {"widths": (1, 2), "value": 1.5}),
        Example({"x": (1, 2, 2)}, {"widths": (1, 0, 0, 1)}),
        Example({"x": (2,)}, {"widths": (0, 0)}),
    )

    def validate(self) -> None:
        widths = self.settings["widths"]
        if len(widths) % 2:
            raise BadAttribute(port="widths", found=str(list(widths)), expected="pairs of widths")

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        self.match(types)
        if "x" not in types:
            return {}
        shape = types["x"].shape
        pairs = self._pairs(shape)
        sizes = [_wider(size, sum(pair)) for size, pair in zip(shape, pairs, strict=True)]
        known = tuple(size for size in sizes if size is not None)
        return {"y": PortType(dtype, known)} if len(known) == len(shape) else {}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return True  # axis 0 has one size, so nothing is put there

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.into(out)
        y[...] = self.settings["value"]
        y[self._part(ctx)] = ins[0]
        return (y,)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        return (gradient[self._part(ctx)] if gradient is not None and need[0] else None,)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        if tangent is None:
            return (None,)
        y = ctx.xp.zeros(ctx.shapes["y"], ctx.dtype)
        y[self._part(ctx)] = tangent
        return (y,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if ctx.shapes[output] == ctx.shapes[port]:
            return maps.Identity(ctx.shapes[port], **same)
        return maps.Placed(ctx.shapes[output], self._part(ctx), **same)

    def _pairs(self, shape: Shape) -> list[tuple[int, int]]:
        """(before, after) of every axis."""
        widths = self.settings["widths"]
        pairs = list(zip(widths[::2], widths[1::2], strict=True))
        if len(pairs) > len(shape):
            raise self.misfit("x", shape, f"at least {len(pairs)} axes", "Change widths.")
        return [(0, 0)] * (len(shape) - len(pairs)) + pairs

    def _part(self, ctx: Context) -> tuple[slice, ...]:
        """Where x stands in y."""
        shape = ctx.shapes["x"]
        return tuple(
            slice(before, before + size)
            for size, (before, _) in zip(shape, self._pairs(shape), strict=True)
        )


def _wider(size: Dim, more: int) -> Dim | None:
    if isinstance(size, str):
        return None if more else size
    return size + more


def _extremes(indices: Array) -> str:
    return f"numbers from {int(indices.min())} to {int(indices.max())}"
