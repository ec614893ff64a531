"""Recurrent cells: one step in time of an RNN, a GRU, an LSTM."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType
from graph.signature import unify
from runtime import maps
from runtime.array import Array
from runtime.modules import initial
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs

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

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        given = dict(zip((port.name for port in self.wired_ports), ins, strict=True))
        made = self.step(
            ctx, self._given(ctx, given, "ih", "x"), self._given(ctx, given, "hh", "h"), ins
        )
        places = [ctx.into(out, port.name, i) for i, port in enumerate(self.output_ports)]
        for place, array in zip(places, made, strict=True):
            place[...] = array
        return tuple(places)

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


STATE = "x[n?, features], h[n?, hidden_size]"
WEIGHTS = "weight_ih[*i], weight_hh[*j], bias_ih[*k], bias_hh[*l]"
LOCAL = {
    "x": "each gate's slope times its rows of weight_ih",
    "h": "each gate's slope times its rows of weight_hh, and the direct path",
    "weight_ih": "each gate's slope times x",
    "weight_hh": "each gate's slope times h",
    "bias_ih": "each gate's slope",
    "bias_hh": "each gate's slope",
}


class RNNCell(Cell, sig=f"{STATE}, {WEIGHTS} -> y[n?, hidden_size]", group="Recurrent"):
    """One step of a simple recurrent network. Definition: torch.nn.RNNCell.

    x: floating [N, features] or [features]. h: the hidden state [N, hidden_size]. y: the next one.
    weight_ih: [hidden_size, features], weight_hh: [hidden_size, hidden_size], biases:
    [hidden_size]; all start uniform within 1/sqrt(hidden_size), as in PyTorch.
    """

    formula = r"y = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})"
    local = LOCAL
    keeps = ("x", "h", "weight_ih", "weight_hh", "y")
    examples = (
        Example({"x": (2, 3), "h": (2, 4)}, {"hidden_size": 4}),
        Example({"x": (3,), "h": (2,)}, {"hidden_size": 2}),
        Example({"x": (1, 1), "h": (1, 3)}, {"hidden_size": 3, "bias": False}),
    )

    def step(
        self, ctx: Context, ih: list[Array], hh: list[Array], ins: tuple[Array, ...]
    ) -> tuple[Array, ...]:
        return (ctx.xp.tanh(ih[0] + hh[0]),)

    def partials(self, ctx: Context, kept: Kept) -> dict[str, Partials]:
        slope = 1 - kept["y"] ** 2
        return {"y": {"ih0": slope, "hh0": slope}}


class GRUCell(Cell, sig=f"{STATE}, {WEIGHTS} -> y[n?, hidden_size]", group="Recurrent"):
    """One step of a gated recurrent unit. Definition: torch.nn.GRUCell.

    x: floating [N, features] or [features]. h: the hidden state [N, hidden_size]. y: the next one.
    The weights have the rows of reset, update and new gate one below the other: weight_ih
    [3 hidden_size, features], weight_hh [3 hidden_size, hidden_size], biases [3 hidden_size].
    """

    gates = 3
    formula = (
        r"r = \sigma(\cdot), \; z = \sigma(\cdot), \; "
        r"n = \tanh(W_{in} x + b_{in} + r \odot (W_{hn} h + b_{hn})), \; "
        r"y = (1 - z) \odot n + z \odot h"
    )
    local = LOCAL
    keeps = ("x", "h", "weight_ih", "weight_hh", "reset", "update", "new", "inner")
    examples = (
        Example({"x": (2, 3), "h": (2, 2)}, {"hidden_size": 2}),
        Example({"x": (3,), "h": (2,)}, {"hidden_size": 2}),
        Example({"x": (1, 2), "h": (1, 3)}, {"hidden_size": 3, "bias": False}),
    )

    @property
    def direct(self) -> tuple[str, ...]:
        return ("h",)

    def step(
        self, ctx: Context, ih: list[Array], hh: list[Array], ins: tuple[Array, ...]
    ) -> tuple[Array, ...]:
        reset, update = (_sigmoid(ctx, ih[g] + hh[g]) for g in (0, 1))
        new = ctx.xp.tanh(ih[2] + reset * hh[2])
        for name, array in (("reset", reset), ("update", update), ("new", new), ("inner", hh[2])):
            ctx.keep(name, array)
        return ((1 - update) * new + update * ins[1],)

    def partials(self, ctx: Context, kept: Kept) -> dict[str, Partials]:
        reset, update, new = kept["reset"], kept["update"], kept["new"]
        by_new = (1 - update) * (1 - new**2)
        by_reset = by_new * kept["inner"] * reset * (1 - reset)
        by_update = (kept["h"] - new) * update * (1 - update)
        return {
            "y": {
                "ih0": by_reset,
                "hh0": by_reset,
                "ih1": by_update,
                "hh1": by_update,
                "ih2": by_new,
                "hh2": by_new * reset,
                "h": update,
            }
        }


class LSTMCell(
    Cell,
    sig=f"{STATE}, c[n?, hidden_size], {WEIGHTS} -> y[n?, hidden_size], c_next[n?, hidden_size]",
    group="Recurrent",
):
    """One step of a long short-term memory. Definition: torch.nn.LSTMCell.

    x: floating [N, features] or [features]. h, c: hidden state and cell [N, hidden_size]. y,
    c_next: the next ones. The weights have the rows of input, forget, cell and output gate one
    below the other: weight_ih [4 hidden_size, features], weight_hh [4 hidden_size, hidden_size],
    biases [4 hidden_size].
    """

    gates = 4
    formula = (
        r"i, f, o = \sigma(\cdot), \; g = \tanh(\cdot), \; "
        r"c' = f \odot c + i \odot g, \; y = o \odot \tanh(c')"
    )
    local = LOCAL | {"c": "f; for y times o (1 − tanh² c')"}
    keeps = ("x", "h", "c", "weight_ih", "weight_hh", "i", "f", "g", "o", "tanh")
    examples = (
        Example({"x": (2, 3), "h": (2, 2), "c": (2, 2)}, {"hidden_size": 2}),
        Example({"x": (3,), "h": (2,), "c": (2,)}, {"hidden_size": 2}),
        Example({"x": (1, 2), "h": (1, 3), "c": (1, 3)}, {"hidden_size": 3, "bias": False}),
    )

    @property
    def direct(self) -> tuple[str, ...]:
        return ("c",)

    def step(
        self, ctx: Context, ih: list[Array], hh: list[Array], ins: tuple[Array, ...]
    ) -> tuple[Array, ...]:
        sums = [a + b for a, b in zip(ih, hh, strict=True)]
        i, f, o = (_sigmoid(ctx, sums[gate]) for gate in (0, 1, 3))
        g = ctx.xp.tanh(sums[2])
        c = f * ins[2] + i * g
        tanh = ctx.xp.tanh(c)
        for name, array in (("i", i), ("f", f), ("g", g), ("o", o), ("tanh", tanh)):
            ctx.keep(name, array)
        return o * tanh, c

    def partials(self, ctx: Context, kept: Kept) -> dict[str, Partials]:
        i, f, g, o, tanh = (kept[name] for name in ("i", "f", "g", "o", "tanh"))
        of_c = {
            "0": g * i * (1 - i),
            "1": kept["c"] * f * (1 - f),
            "2": i * (1 - g**2),
        }
        slope = o * (1 - tanh**2)
        of_y = {gate: slope * array for gate, array in of_c.items()} | {"3": tanh * o * (1 - o)}
        return {
            "y": _both(of_y) | {"c": slope * f},
            "c_next": _both(of_c) | {"c": f},
        }


def _both(by_gate: Mapping[str, Array]) -> Partials:
    """Input and hidden state are added before each gate, so both have its derivative."""
    return {f"{side}{gate}": array for gate, array in by_gate.items() for side in ("ih", "hh")}


def _sigmoid(ctx: Context, x: Array) -> Array:
    return ctx.xp.asarray(ctx.special.expit(x), ctx.dtype)


def _rows(array: Array) -> Array:
    return array[None, :] if array.ndim == 1 else array


def _summed(parts: list[Array]) -> Array | None:
    return sum(parts[1:], parts[0]) if parts else None
