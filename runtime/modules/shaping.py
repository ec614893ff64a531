"""Modules that move entries without changing them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from graph.attributes import attribute
from graph.errors import BadAttribute, KindMismatch
from graph.module import Example
from graph.port import Dim, PortType, Shape
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, handed


class Reshaping(Differentiable):
    """The parent of modules that keep the entries and their order; subclasses give the shape."""

    only_reshapes = True

    def target(self, shape: Shape) -> Shape | None:
        """The output's shape, None where it depends on unknown sizes; raises `ShapeMismatch`."""
        raise NotImplementedError

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        if "x" not in types:
            return {}
        shape = self.target(types["x"].shape)
        return {} if shape is None else {"y": PortType(types["x"].dtype, shape)}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return True  # axis 0 has one size, so in C order what stands below an entry of it does too

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        y = ins[0].reshape(ctx.shapes["y"])
        return handed(y, out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None or not need[0]:
            return (None,)
        return (gradient.reshape(ctx.shapes["x"]),)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None if tangent is None else tangent.reshape(ctx.shapes["y"]),)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        rows, columns = ctx.shapes[output], ctx.shapes[port]
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if rows == columns:
            return maps.Identity(rows, **same)
        return maps.Reshaped(rows, columns, **same)


class Reshape(Reshaping, sig="x:any[*s] -> y:any[*r]", group="Shape"):
    """Give the entries another shape, in C order. Definition: torch.reshape.

    x, y: any dtype, as many entries. One size may be -1: it is what is left.
    """

    words = ("view",)
    formula = r"\mathrm{vec}(y) = \mathrm{vec}(x)"
    local = {"x": "the same entries under another shape"}
    pullback = {"x": r"\mathrm{reshape}(g)"}
    shape: tuple[int, ...] = attribute((-1,), "the new sizes; one may be -1, the rest", minimum=-1)
    examples = (
        Example({"x": (2, 6)}, {"shape": (3, 4)}),
        Example({"x": (2, 6)}, {"shape": (-1, 3)}),
        Example({"x": ()}, {"shape": (1, 1)}),
        Example({"x": (1,)}, {"shape": ()}),
        Example({"x": (2, 3, 4)}),
        Example({"x": (1, 4)}, {"shape": (1, 2, -1)}),
    )

    def validate(self) -> None:
        if self.settings["shape"].count(-1) > 1:
            raise BadAttribute(
                port="shape",
                found=str(list(self.settings["shape"])),
                expected="-1 once at most",
            )

    def target(self, shape: Shape) -> Shape | None:
        wanted: tuple[int, ...] = self.settings["shape"]
        names = [size for size in shape if isinstance(size, str)]
        total = math.prod(size for size in shape if isinstance(size, int))
        rest = math.prod(size for size in wanted if size >= 0)
        if -1 not in wanted:
            if not names and total != rest:
                raise self.misfit("x", shape, f"{rest} entries", "Change shape.")
            return wanted
        if not names and (rest == 0 or total % rest):
            raise self.misfit("x", shape, f"a multiple of {rest} entries", "Change shape.")
        if names and (len(names) > 1 or rest != total):
            return None
        left: Dim = names[0] if names else total // rest
        return tuple(left if size == -1 else size for size in wanted)


class Flatten(Reshaping, sig="x:any[*s] -> y:any[*r]", group="Shape"):
    """Join all axes from `start_axis` on to one. Definition: torch.nn.Flatten.

    x: any dtype. y: the axes before `start_axis`, then one with all other entries.
    """

    formula = r"y_{b,\, i n + j} = x_{b i j}"
    local = {"x": "the same entries under another shape"}
    pullback = {"x": r"\mathrm{reshape}(g)"}
    start_axis: int = attribute(1, "the first axis that is joined; 1 keeps the batch")
    examples = (
        Example({"x": (2, 3, 4)}),
        Example({"x": (2, 3)}),
        Example({"x": (1, 2, 1, 3)}, {"start_axis": 2}),
        Example({"x": (2, 3, 4)}, {"start_axis": -2}),
        Example({"x": ()}, {"start_axis": 0}),
        Example({"x": (2, 3)}, {"start_axis": 0}),
    )

    def target(self, shape: Shape) -> Shape | None:
        start, rank = self.settings["start_axis"], len(shape)
        if not -rank <= start < max(rank, 1):
            raise self.misfit("x", shape, f"a tensor with axis {start}", "Change start_axis.")
        start = start + rank if start < 0 else start
        joined = [size for size in shape[start:] if size != 1]
        if len(joined) > 1 and any(isinstance(size, str) for size in joined):
            return None
        numbers = [size for size in joined if isinstance(size, int)]
        left: Dim = math.prod(numbers) if len(numbers) == len(joined) else joined[0]
        return (*shape[:start], left)


class Concat(Differentiable, sig="x...:any[*s] -> y:any[*r]", group="Shape"):
    """Join tensors along an axis they have. Definition: torch.cat.

    x0, x1, ...: one dtype, equal sizes on all other axes. y: their sizes added on `axis`.
    """

    words = ("cat", "join", "append")
    formula = r"y = [x_0, x_1, \dots]"
    local = {"x": "1 in the input's own part of y, else 0"}
    pullback = {"x": r"g_{\mathrm{own\ part}}"}
    inputs: int = attribute(2, "how many inputs it has", minimum=1)
    axis: int = attribute(0, "the axis along which they are joined")
    examples = (
        Example({"x0": (2, 3), "x1": (1, 3)}),
        Example({"x0": (2, 3), "x1": (2, 2)}, {"axis": 1}),
        Example({"x0": (2,), "x1": (1,), "x2": (3,)}, {"inputs": 3}),
        Example({"x0": (2, 1, 3), "x1": (2, 2, 3)}, {"axis": -2}),
        Example({"x0": (1, 3)}, {"inputs": 1, "axis": -1}),
    )

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        ports = [port.name for port in self.input_ports]
        known = [port for port in ports if port in types]
        if not known:
            return {}
        first = types[known[0]]
        shape = first.shape
        axis = self._axis(known[0], shape)
        total: list[Dim] = []
        for port in known:
            given = types[port]
            if given.dtype != first.dtype:
                raise KindMismatch(port=port, found=given.dtype, expected=first.dtype)
            shape = self._fit(port, given.shape, shape, axis)
            total.append(given.shape[axis])
        if len(known) < len(ports):
            return {}
        numbers = [size for size in total if isinstance(size, int)]
        if len(numbers) < len(total) and len(total) > 1:
            return {}
        joined: Dim = sum(numbers) if len(numbers) == len(total) else total[0]
        return {"y": PortType(first.dtype, (*shape[:axis], joined, *shape[axis + 1 :]))}

    def keeps_samples(
        self, port: str, output: str, shapes: Mapping[str, tuple[int, ...]], mode: str
    ) -> bool:
        return True  # along axis 0 the sizes are equal only where the others have no entries

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        given = None if out is None else out[0]
        return (ctx.xp.concatenate(ins, axis=self.settings["axis"], out=given),)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        (gradient,) = gouts
        if gradient is None:
            return (None,) * len(need)
        return tuple(
            gradient[self._part(ctx, place)] if wanted else None
            for place, wanted in enumerate(need)
        )

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        y = ctx.xp.zeros(ctx.shapes["y"], ctx.dtype)
        for place, tangent in enumerate(tangents):
            if tangent is not None:
                y[self._part(ctx, place)] = tangent
        return (y,)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        same: dict[str, Any] = {"dtype": ctx.dtype, "xp": ctx.xp}
        if ctx.shapes[port] == ctx.shapes[output]:
            return maps.Identity(ctx.shapes[port], **same)
        names = [p.name for p in self.input_ports]
        return maps.Placed(ctx.shapes[output], self._part(ctx, names.index(port)), **same)

    def _part(self, ctx: Context, place: int) -> tuple[slice, ...]:
        """Where the entries of one input stand in y."""
        axis = self._axis("x0", ctx.shapes["y"])
        sizes = [ctx.shapes[port.name][axis] for port in self.input_ports]
        start = sum(sizes[:place])
        return (*[slice(None)] * axis, slice(start, start + sizes[place]))

    def _axis(self, port: str, shape: Shape) -> int:
        axis: int = self.settings["axis"]
        if not -len(shape) <= axis < len(shape):
            raise self.misfit(port, shape, f"a tensor with axis {axis}", "Change axis.")
        return axis + len(shape) if axis < 0 else axis

    def _fit(self, port: str, shape: Shape, others: Shape, axis: int) -> Shape:
        """The sizes that both have, `others` standing for all inputs before."""
        joined: list[Dim | None] = (
            [
                size if i == axis else unify(size, other)
                for i, (size, other) in enumerate(zip(shape, others, strict=True))
            ]
            if len(shape) == len(others)
            else [None]
        )
        if None in joined:
            free = [f"any on axis {axis}" if i == axis else str(s) for i, s in enumerate(others)]
            raise self.misfit(port, shape, f"[{', '.join(free)}]")
        return tuple(size for size in joined if size is not None)
