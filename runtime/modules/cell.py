"""What recurrent cells have in common: gates of two products, then entry by entry."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from graph.attributes import attribute
from graph.port import PortRef, PortType
from graph.recipe import Recipe
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs

if TYPE_CHECKING:
    from runtime.compiled.site import Lowered, Site

Partials = dict[str, Array]
"""d output / d source, entry by entry: sources are `ih0`, `hh0`, ... (what each gate is given by
the input and by the hidden state), and the ports of the state that the cell reads directly."""


class Cell(Differentiable):
    """The parent of cells: gates of two products, x W_ih^T + b_ih and h W_hh^T + b_hh.

    After these products all is done entry by entry, so a cell says only how many `gates` it has,
    its `step` and the `partials`; the gates' rows lie one below the other in the weights.
    """

    gates: ClassVar[int] = 1
    batch_sizes = ("n",)
    parameters = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    hidden_size: int = attribute(1, "the size of the hidden state", minimum=1)
    bias: bool = attribute(True, "whether biases are added")

    @abstractmethod
    def step(
        self, ctx: Context, ih: list[Array], hh: list[Array], ins: tuple[Array, ...]
    ) -> tuple[Array, ...]:
        """The outputs, from what each gate is given."""

    @abstractmethod
    def partials(self, ctx: Context, kept: Kept) -> dict[str, Partials]:
        """Output -> source -> derivative."""

    def absent(self) -> frozenset[str]:
        return frozenset() if self.settings["bias"] else frozenset({"bias_ih", "bias_hh"})

    def rule(self, port: str, shapes: Mapping[str, tuple[int, ...]]) -> initial.Rule:
        return initial.uniform_within(1 / math.sqrt(self.settings["hidden_size"]))

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        sizes = self.match(types)
        hidden = self.settings["hidden_size"]
        rows = self.gates * hidden
        features = sizes.names.get("features")
        wanted = {"weight_hh": (rows, hidden), "bias_ih": (rows,), "bias_hh": (rows,)}
        if features is not None:
            wanted["weight_ih"] = (rows, features)
        found = {}
        for port in self.parameter_ports:
            shape = wanted.get(port.name)
            if shape is None:
                continue
            if port.name not in types:
                found[port.name] = PortType(dtype, shape)
                continue
            given = types[port.name].shape
            pairs = zip(given, shape, strict=False)
            if len(given) != len(shape) or any(unify(a, b) is None for a, b in pairs):
                raise self.misfit(port.name, given, f"[{', '.join(map(str, shape))}]")
        for port in self.output_ports:
            filled = sizes.fill(port.dims)
            if filled is not None:
                found[port.name] = PortType(dtype, filled)
        return found

    def given_by(self, recipe: Recipe, side: str, source: str) -> list[PortRef]:
        """Draw what each gate is given by the input, or by the hidden state."""
        bias = f"bias_{side}" if self.settings["bias"] else None
        total = recipe.affine(f"from_{source}", source, f"weight_{side}", bias)
        if self.gates == 1:
            return [total]
        sizes = (self.settings["hidden_size"],) * self.gates
        cut = recipe.add("Split", f"gates_{source}", {"x": total}, "y0", axis=-1, sizes=sizes)
        return [PortRef(cut.node, f"y{gate}") for gate in range(self.gates)]

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        given = dict(zip((port.name for port in self.wired_ports), ins, strict=True))
        made = self.step(
            ctx, self._given(ctx, given, "ih", "x"), self._given(ctx, given, "hh", "h"), ins
        )
        places = [ctx.into(out, port.name, i) for i, port in enumerate(self.output_ports)]
        for place, array in zip(places, made, strict=True):
            place[...] = array
        return tuple(places)

    def lower(self, site: Site, ins: tuple[Array, ...]) -> Lowered | None:
        from runtime.compiled.over_time.cells import lower_cell

        return lower_cell(self, site, ins)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        arrived = self._arrived(ctx, gouts, kept)
        sides = {side: self._gates_of(ctx, arrived, side) for side in ("ih", "hh")}
        found = []
        for port, wanted in zip(self.wired_ports, need, strict=True):
            found.append(self._back(ctx, port.name, sides, arrived, kept) if wanted else None)
        return tuple(found)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        given = dict(zip((port.name for port in self.wired_ports), tangents, strict=True))
        moved: dict[str, Array] = {}
        size = self.settings["hidden_size"]
        for side, source in (("ih", "x"), ("hh", "h")):
            total = self._side_tangent(ctx, given, side, source, kept)
            if total is not None:
                for g in range(self.gates):
                    moved[f"{side}{g}"] = total[..., g * size : (g + 1) * size]
        for name in self.direct:
            tangent = given[name]
            if tangent is not None:
                moved[name] = tangent
        partials = self.partials(ctx, kept)
        return tuple(
            _summed([partials[port.name][s] * moved[s] for s in partials[port.name] if s in moved])
            for port in self.output_ports
        )

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        partials, shape = self.partials(ctx, kept)[output], ctx.shapes[output]
        total: maps.LinearMap | None = None
        for source, factor in partials.items():
            inner = self._inner(ctx, port, source, kept)
            if inner is not None:
                part = maps.compose(maps.Diagonal(shape, factor), inner)
                total = part if total is None else maps.add(total, part)
        if total is None:
            return maps.Zero(shape, ctx.shapes[port], dtype=ctx.dtype, xp=ctx.xp)
        return total

    @property
    def direct(self) -> tuple[str, ...]:
        """The ports of the state that are read without a product."""
        return ()

    def _given(self, ctx: Context, ins: Mapping[str, Array], side: str, source: str) -> list[Array]:
        """What each gate is given by the input, or by the hidden state."""
        total = ctx.xp.matmul(ins[source], ins[f"weight_{side}"].T)
        if self.settings["bias"]:
            total = total + ins[f"bias_{side}"]
        size = self.settings["hidden_size"]
        return [total[..., g * size : (g + 1) * size] for g in range(self.gates)]

    def _arrived(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept
    ) -> dict[str, Array]:
        """The gradient of each source."""
        total: dict[str, Array] = {}
        for port, gradient in zip(self.output_ports, gouts, strict=True):
            if gradient is None:
                continue
            for source, factor in self.partials(ctx, kept)[port.name].items():
                part = gradient * factor
                total[source] = total[source] + part if source in total else part
        return total

    def _gates_of(self, ctx: Context, arrived: Mapping[str, Array], side: str) -> Array:
        """The gradients of one product's gates, side by side."""
        shape = (*ctx.shapes["h"][:-1], self.settings["hidden_size"])
        nothing = ctx.xp.zeros(shape, ctx.dtype)
        parts = [arrived.get(f"{side}{g}", nothing) for g in range(self.gates)]
        return ctx.xp.concatenate(parts, axis=-1)

    def _back(
        self,
        ctx: Context,
        port: str,
        sides: Mapping[str, Array],
        arrived: Mapping[str, Array],
        kept: Kept,
    ) -> Array:
        if port in ("x", "h"):
            side = "ih" if port == "x" else "hh"
            found = ctx.xp.matmul(sides[side], kept[f"weight_{side}"])
            return found + arrived[port] if port in arrived else found
        if port in self.direct:
            nothing = ctx.xp.zeros(ctx.shapes[port], ctx.dtype)
            return arrived.get(port, nothing)
        side = port.partition("_")[2]
        rows = _rows(sides[side])
        if port.startswith("bias"):
            return rows.sum(axis=0)
        return ctx.xp.matmul(rows.T, _rows(kept["x" if side == "ih" else "h"]))

    def _side_tangent(
        self, ctx: Context, given: Mapping[str, Array | None], side: str, source: str, kept: Kept
    ) -> Array | None:
        xp = ctx.xp
        parts = []
        moved, weight = given[source], given[f"weight_{side}"]
        if moved is not None:
            parts.append(xp.matmul(moved, kept[f"weight_{side}"].T))
        if weight is not None:
            parts.append(xp.matmul(kept[source], weight.T))
        bias = given.get(f"bias_{side}")
        if bias is not None:
            parts.append(xp.broadcast_to(bias, (*ctx.shapes["h"][:-1], len(bias))))
        return _summed(parts)

    def _inner(self, ctx: Context, port: str, source: str, kept: Kept) -> maps.LinearMap | None:
        """d source / d port as a map; None where it does not reach it."""
        shape, columns = ctx.shapes["h"], ctx.shapes[port]
        if source == port:
            return maps.Identity(shape, dtype=ctx.dtype, xp=ctx.xp)
        side, gate = source[:2], source[2:]
        name = "x" if side == "ih" else "h"
        if not gate or port not in (name, f"weight_{side}", f"bias_{side}"):
            return None
        size = self.settings["hidden_size"]
        rows = slice(int(gate) * size, (int(gate) + 1) * size)
        if port == name:
            return maps.contraction(shape, columns, [kept[f"weight_{side}"][rows]], "oi,...i->...o")
        part = maps.Sliced(columns, [rows], dtype=ctx.dtype, xp=ctx.xp)
        factors, text = ([kept[name]], "...i,oi->...o") if len(columns) > 1 else ([], "o->...o")
        same = {"dtype": ctx.dtype, "xp": ctx.xp}
        return maps.compose(maps.contraction(shape, part.out_shape, factors, text, **same), part)


def _rows(array: Array) -> Array:
    return array[None, :] if array.ndim == 1 else array


def _summed(parts: list[Array]) -> Array | None:
    return sum(parts[1:], parts[0]) if parts else None
