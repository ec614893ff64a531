"""Axes added, taken away, or stretched: the entries stay what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.attributes import attribute
from graph.errors import KindMismatch
from graph.module import Example
from graph.port import Dim, PortType, Shape
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, handed, sum_to
from runtime.modules.shaping import Reshaping


class ExpandDims(Reshaping, sig="x:any[*s] -> y:any[*r]", group="Shape"):
    """Add an axis of size 1 before `axis`, counted in the result. Definition: torch.unsqueeze.

    x, y: any dtype; y has one axis more.
    """

    formula = r"y_{i 0 j} = x_{i j}"
    local = {"x": "the same entries under another shape"}
    pullback = {"x": r"\mathrm{reshape}(g)"}
    axis: int = attribute(0, "where the new axis stands in y")
    examples = (
        Example({"x": (3,)}),
        Example({"x": (2, 3)}, {"axis": 1}),
        Example({"x": (2, 3)}, {"axis": -1}),
        Example({"x": ()}),
        Example({"x": (2, 0, 3)}, {"axis": 2}),
    )

    def target(self, shape: Shape) -> Shape:
        axis, rank = self.settings["axis"], len(shape) + 1
        if not -rank <= axis < rank:
            raise self.misfit("x", shape, f"a tensor of at least {_needed(axis)} axes")
        axis = axis + rank if axis < 0 else axis
        return (*shape[:axis], 1, *shape[axis:])


def _needed(axis: int) -> int:
    return axis if axis >= 0 else -axis - 1


class Squeeze(Reshaping, sig="x:any[*s] -> y:any[*r]", group="Shape"):
    """Take axes of size 1 away. Definition: torch.squeeze.

    x, y: any dtype. Without `axis` all axes of size 1 go; named ones must have size 1.
    """

    formula = r"y_{i j} = x_{i 0 j}"
    local = {"x": "the same entries under another shape"}
    pullback = {"x": r"\mathrm{reshape}(g)"}
    axis: tuple[int, ...] | None = attribute(None, "the axes to take away; none given means all")
    examples = (
        Example({"x": (1, 3, 1)}),
        Example({"x": (1, 3, 1)}, {"axis": (0,)}),
        Example({"x": (2, 1)}, {"axis": (-1,)}),
        Example({"x": (1, 1)}),
        Example({"x": (2, 3)}),
    )

    def __init__(self, **settings: Any) -> None:
        """`axis` may be one number."""
        if isinstance(settings.get("axis"), int) and not isinstance(settings["axis"], bool):
            settings["axis"] = (settings["axis"],)
        super().__init__(**settings)

    def target(self, shape: Shape) -> Shape:
        axes, rank = self.settings["axis"], len(shape)
        if axes is None:
            return tuple(size for size in shape if size != 1)
        found = {axis + rank if axis < 0 else axis for axis in axes}
        if any(not 0 <= axis < rank or shape[axis] != 1 for axis in found):
            expected = "size 1 on axis " + ", ".join(map(str, axes))
            raise self.misfit("x", shape, expected, "Change axis.")
        return tuple(size for axis, size in enumerate(shape) if axis not in found)


class BroadcastTo(Differentiable, sig="x:any[*s] -> y:any[*r]", group="Shape"):
    """Repeat a tensor along new axes and along those of size 1. Definition: torch.broadcast_to.

    x: any dtype, a shape that broadcasts. y: `shape`; a size of -1 keeps x's own.
    """

    formula = r"y_{b i} = x_i"
    local = {"x": "1 for each copy: the gradients of all copies are added"}
    pullback = {"x": r"\sum_{\mathrm{copies}} g"}
    shape: tuple[int, ...] = attribute((1,), "the shape of y; -1 keeps a size of x", minimum=-1)
    examples = (
        Example({"x": (3,)}, {"shape": (2, 3)}),
        Example({"x": (2, 1)}, {"shape": (2, 3)}),
        Example({"x": ()}, {"shape": (2, 2)}),
        Example({"x": (1, 3)}, {"shape": (4, 2, -1)}),
        Example({"x": (2, 3)}, {"shape": (2, 3)}),
        Example({"x": (1,)}, {"shape": (0,)}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        if "x" not in types:
            return {}
        given, wanted = types["x"].shape, self.settings["shape"]
        new = len(wanted) - len(given)
        if new < 0 or -1 in wanted[:new]:
            raise self.misfit("x", given, f"a shape that broadcasts to {list(wanted)}")
        sizes: list[Dim] = list(wanted[:new])
        for own, size in zip(given, wanted[new:], strict=True):
            if size not in (-1, own) and own != 1 and not isinstance(own, str):
                raise self.misfit("x", given, f"a shape that broadcasts to {list(wanted)}")
            sizes.append(own if size == -1 else size)
        return {"y": PortType(types["x"].dtype, tuple(sizes))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return len(shapes[port]) == len(shapes[output])

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ctx.xp.broadcast_to(ins[0], ctx.shapes["y"])
        return handed(y, out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        return (sum_to(gradient, ctx.shapes["x"]),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None if tangent is None else ctx.xp.broadcast_to(tangent, ctx.shapes["y"]),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if rows == columns:
            return maps.Identity(rows, **same)
        return maps.Broadcast(rows, columns, **same)


class Stack(Differentiable, sig="x...:any[*s] -> y:any[*r]", group="Shape"):
    """Join tensors of one shape along a new axis. Definition: torch.stack.

    x0, x1, ...: one dtype and one shape. y: a new axis at `axis`, as long as there are inputs.
    """

    formula = r"y_{k i} = (x_k)_i"
    local = {"x": "1 in the input's own part of y, else 0"}
    pullback = {"x": "g_k"}
    inputs: int = attribute(2, "how many inputs it has", minimum=1)
    axis: int = attribute(0, "where the new axis stands in y")
    examples = (
        Example({"x0": (3,), "x1": (3,)}),
        Example({"x0": (2, 3), "x1": (2, 3), "x2": (2, 3)}, {"inputs": 3, "axis": 1}),
        Example({"x0": (), "x1": ()}),
        Example({"x0": (2, 3), "x1": (2, 3)}, {"axis": -1}),
        Example({"x0": (1, 2)}, {"inputs": 1, "axis": 2}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        known = [port.name for port in self.input_ports if port.name in types]
        if not known:
            return {}
        first = types[known[0]]
        shape = first.shape
        for port in known:
            if types[port].dtype != first.dtype:
                raise KindMismatch(port=port, found=types[port].dtype, expected=first.dtype)
            shape = self._both(port, types[port].shape, shape)
        axis = self._axis(known[0], shape)
        sizes = (*shape[:axis], len(self.input_ports), *shape[axis:])
        return {"y": PortType(first.dtype, sizes)} if len(known) == len(self.input_ports) else {}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return self._axis(port, shapes[port]) != 0

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        given = None if out is None else out[0]
        return (ctx.xp.stack(ins, axis=self.settings["axis"], out=given),)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None:
            return (None,) * len(need)
        return tuple(
            gradient[self._part(ctx, place)].reshape(ctx.shapes[f"x{place}"]) if wanted else None
            for place, wanted in enumerate(need)
        )

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        y = ctx.xp.zeros(ctx.shapes["y"], ctx.dtype)
        for place, tangent in enumerate(tangents):
            if tangent is not None:
                part = self._part(ctx, place)
                y[part] = tangent.reshape(y[part].shape)
        return (y,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if len(self.input_ports) == 1:
            return maps.Reshaped(rows, columns, **same)
        part = self._part(ctx, int(port[1:]))
        return maps.Placed(rows, part, in_shape=columns, **same)

    def _part(self, ctx: Context, place: int) -> tuple[slice, ...]:
        """Where the entries of one input stand in y."""
        axis = self._axis("x0", ctx.shapes["x0"])
        return (*[slice(None)] * axis, slice(place, place + 1))

    def _axis(self, port: str, shape: Shape) -> int:
        axis, rank = self.settings["axis"], len(shape) + 1
        if not -rank <= axis < rank:
            raise self.misfit(port, shape, f"a tensor of at least {_needed(axis)} axes")
        return int(axis + rank if axis < 0 else axis)

    def _both(self, port: str, shape: Shape, others: Shape) -> Shape:
        """The sizes that both have, `others` standing for all inputs before."""
        if len(shape) == len(others):
            sizes = [unify(size, other) for size, other in zip(shape, others, strict=True)]
            if None not in sizes:
                return tuple(size for size in sizes if size is not None)
        raise self.misfit(port, shape, f"[{', '.join(map(str, others))}], as the others")
