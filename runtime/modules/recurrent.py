"""Recurrent cells: one step in time of an RNN, a GRU, an LSTM. And what leads out of time.

The latter read a whole sequence, time being axis 0. A plan does not build that tensor where one
step of it is read: see `runtime.leading_out`.
"""

from __future__ import annotations

from collections.abc import Mapping

from graph.attributes import attribute
from graph.module import Example
from graph.port import PortType
from graph.recipe import Recipe
from graph.tensor import Tensor
from runtime import maps
from runtime.array import Array
from runtime.modules.cell import Cell, Partials
from runtime.modules.context import Context
from runtime.modules.door import Differentiable, Kept, Outs, handed

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
    pullback = {
        "x": r"\delta W_{ih}, \quad \delta = g \odot (1 - y^2)",
        "h": r"\delta W_{hh}, \quad \delta = g \odot (1 - y^2)",
        "weight_ih": r"\delta^{\top} x, \quad \delta = g \odot (1 - y^2)",
        "weight_hh": r"\delta^{\top} h, \quad \delta = g \odot (1 - y^2)",
        "bias_ih": r"\sum_n \delta_n, \quad \delta = g \odot (1 - y^2)",
        "bias_hh": r"\sum_n \delta_n, \quad \delta = g \odot (1 - y^2)",
    }
    letters = {
        "W_{ih}": "weight_ih",
        "W_{hh}": "weight_hh",
        "b_{ih}": "bias_ih",
        "b_{hh}": "bias_hh",
    }
    keeps = ("x", "h", "weight_ih", "weight_hh", "y")
    steepest = 1.0
    examples = (
        Example({"x": (2, 3), "h": (2, 4)}, {"hidden_size": 4}),
        Example({"x": (3,), "h": (2,)}, {"hidden_size": 2}),
        Example({"x": (1, 1), "h": (1, 3)}, {"hidden_size": 3, "bias": False}),
    )

    def primitives(self, recipe: Recipe) -> bool:
        (ih,), (hh,) = self.given_by(recipe, "ih", "x"), self.given_by(recipe, "hh", "h")
        total = recipe.add("Add", "total", {"a": ih, "b": hh})
        recipe.output("y", recipe.add("Tanh", "next", {"x": total}))
        return True

    def step(
        self, ctx: Context, ih: list[Array], hh: list[Array], ins: tuple[Array, ...]
    ) -> tuple[Array, ...]:
        return (ctx.xp.tanh(ih[0] + hh[0]),)

    def bend(self, ctx: Context, kept: Kept) -> Array:
        return ctx.xp.asarray(1 - kept["y"] ** 2)

    def partials(self, ctx: Context, kept: Kept) -> dict[str, Partials]:
        slope = self.bend(ctx, kept)
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
    pullback = {
        "x": r"\sum_{u \in \{r, z, n\}} \delta_u W_{iu}",
        "h": r"\delta_r W_{hr} + \delta_z W_{hz} + (r \odot \delta_n) W_{hn} + g \odot z",
        "weight_ih": r"[\delta_r, \delta_z, \delta_n]^{\top} x",
        "weight_hh": r"[\delta_r, \delta_z, r \odot \delta_n]^{\top} h",
        "bias_ih": r"\sum [\delta_r, \delta_z, \delta_n]",
        "bias_hh": r"\sum [\delta_r, \delta_z, r \odot \delta_n]",
    }
    keeps = ("x", "h", "weight_ih", "weight_hh", "reset", "update", "new", "inner")
    examples = (
        Example({"x": (2, 3), "h": (2, 2)}, {"hidden_size": 2}),
        Example({"x": (3,), "h": (2,)}, {"hidden_size": 2}),
        Example({"x": (1, 2), "h": (1, 3)}, {"hidden_size": 3, "bias": False}),
    )

    @property
    def direct(self) -> tuple[str, ...]:
        return ("h",)

    def primitives(self, recipe: Recipe) -> bool:
        ih, hh = self.given_by(recipe, "ih", "x"), self.given_by(recipe, "hh", "h")
        reset, update = (
            recipe.add("Sigmoid", name, {"x": recipe.add("Add", f"{name}_sum", {"a": a, "b": b})})
            for name, a, b in (("reset", ih[0], hh[0]), ("update", ih[1], hh[1]))
        )
        inner = recipe.add("Multiply", "inner", {"a": reset, "b": hh[2]})
        new_sum = recipe.add("Add", "new_sum", {"a": ih[2], "b": inner})
        new = recipe.add("Tanh", "new", {"x": new_sum})
        one = recipe.constant("one", Tensor.of_values("float64", (), [1.0]))
        rest = recipe.add("Subtract", "rest", {"a": one, "b": update})
        taken = recipe.add("Multiply", "taken", {"a": rest, "b": new})
        kept = recipe.add("Multiply", "kept", {"a": update, "b": "h"})
        recipe.output("y", recipe.add("Add", "next", {"a": taken, "b": kept}))
        return True

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
    pullback = {
        "x": r"\sum_{u \in \{i, f, g, o\}} \delta_u W_{iu}",
        "h": r"\sum_{u \in \{i, f, g, o\}} \delta_u W_{hu}",
        "c": r"f \odot \left(g_{c'} + g_y \odot o \odot (1 - \tanh^2 c')\right)",
        "weight_ih": r"[\delta_i, \delta_f, \delta_g, \delta_o]^{\top} x",
        "weight_hh": r"[\delta_i, \delta_f, \delta_g, \delta_o]^{\top} h",
        "bias_ih": r"\sum [\delta_i, \delta_f, \delta_g, \delta_o]",
        "bias_hh": r"\sum [\delta_i, \delta_f, \delta_g, \delta_o]",
    }
    letters = {"c'": "c_next"}
    keeps = ("x", "h", "c", "weight_ih", "weight_hh", "i", "f", "g", "o", "tanh")
    examples = (
        Example({"x": (2, 3), "h": (2, 2), "c": (2, 2)}, {"hidden_size": 2}),
        Example({"x": (3,), "h": (2,), "c": (2,)}, {"hidden_size": 2}),
        Example({"x": (1, 2), "h": (1, 3), "c": (1, 3)}, {"hidden_size": 3, "bias": False}),
    )

    @property
    def direct(self) -> tuple[str, ...]:
        return ("c",)

    def primitives(self, recipe: Recipe) -> bool:
        pairs = zip(self.given_by(recipe, "ih", "x"), self.given_by(recipe, "hh", "h"), strict=True)
        names = ("input", "forget", "cell", "output")
        gate = {}
        for name, (ih, hh) in zip(names, pairs, strict=True):
            total = recipe.add("Add", f"{name}_sum", {"a": ih, "b": hh})
            gate[name] = recipe.add("Tanh" if name == "cell" else "Sigmoid", name, {"x": total})
        kept = recipe.add("Multiply", "kept", {"a": gate["forget"], "b": "c"})
        taken = recipe.add("Multiply", "taken", {"a": gate["input"], "b": gate["cell"]})
        c_next = recipe.add("Add", "memory", {"a": kept, "b": taken})
        shown = recipe.add("Tanh", "shown", {"x": c_next})
        recipe.output("y", recipe.add("Multiply", "next", {"a": gate["output"], "b": shown}))
        recipe.output("c_next", c_next)
        return True

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


class OneStep(Differentiable):
    """The parent of modules that give one step of a sequence."""

    leads_out = True
    local = {"x": "1 in the entries of that step, else 0"}

    @property
    def place(self) -> int:
        """Which step; a negative one counts from the end."""
        return -1

    def infer(self, types: Mapping[str, PortType], dtype: str) -> dict[str, PortType]:
        found = super().infer(types, dtype)
        steps = types["x"].shape[0] if "x" in types else None
        if isinstance(steps, int) and not -steps <= self.place < steps:
            expected = f"a sequence with step {self.place}"
            raise self.misfit("x", types["x"].shape, expected, "Change step.")
        return found

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return handed(ins[0][self.place, ...], out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        gradient = ctx.xp.zeros(ctx.shapes["x"], ctx.dtype)
        gradient[self.place, ...] = gouts[0]
        return (gradient,)

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        (tangent,) = tangents
        return (None if tangent is None else tangent[self.place, ...],)

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        shape = ctx.shapes["x"]
        place = range(shape[0])[self.place]
        part = (slice(place, place + 1),)
        return maps.Sliced(shape, part, out_shape=ctx.shapes["y"], dtype=ctx.dtype, xp=ctx.xp)


class LastStep(OneStep, sig="x:any[steps, *s] -> y:any[*s]", group="Recurrent"):
    """The last time step of what is inside time, led out of it.

    x: any dtype, from inside time: all steps, time being axis 0. y: the last of them.
    Source: this project's design.
    """

    words = ("time", "sequence", "final")
    formula = r"y = x_{T-1}"
    pullback = {"x": r"g \cdot [t = T - 1]"}
    examples = (Example({"x": (4, 3)}), Example({"x": (3,)}), Example({"x": (2, 0, 2)}))


class AtStep(OneStep, sig="x:any[steps, *s] -> y:any[*s]", group="Recurrent"):
    """One time step of what is inside time, led out of it.

    x: any dtype, from inside time: all steps, time being axis 0. y: that of number `step`, from 0;
    negative numbers count from the end, as Python's do. Source: this project's design.
    """

    words = ("time", "sequence", "index")
    formula = r"y = x_{\mathrm{step}}"
    pullback = {"x": r"g \cdot [t = \mathrm{step}]"}
    step: int = attribute(0, "which time step; -1 is the last")
    examples = (
        Example({"x": (4, 3)}),
        Example({"x": (4, 2)}, {"step": -2}),
        Example({"x": (3,)}, {"step": 2}),
    )

    @property
    def place(self) -> int:
        return int(self.settings["step"])


class AllSteps(Differentiable, sig="x:any[steps, *s] -> y:any[steps, *s]", group="Recurrent"):
    """All time steps of what is inside time as one tensor, led out of it.

    x: any dtype, from inside time. y: all steps, one below the other along a new axis 0.
    Source: this project's design.
    """

    words = ("time", "sequence", "stack")
    leads_out = True
    batch_sizes = ("steps",)
    formula = r"y = [x_0, x_1, \dots, x_{T-1}]"
    local = {"x": "1 in the step's own part of y, else 0"}
    pullback = {"x": "g_t"}
    examples = (Example({"x": (4, 3)}), Example({"x": (3,)}), Example({"x": (1, 2, 2)}))

    def forward(self, ctx: Context, ins: tuple[Array, ...], out: Outs = None) -> tuple[Array, ...]:
        return handed(ins[0], out)

    def vjp(
        self, ctx: Context, gouts: tuple[Array | None, ...], kept: Kept, need: tuple[bool, ...]
    ) -> tuple[Array | None, ...]:
        return gouts

    def jvp(
        self, ctx: Context, tangents: tuple[Array | None, ...], kept: Kept
    ) -> tuple[Array | None, ...]:
        return tangents

    def jacobian(self, ctx: Context, port: str, output: str, kept: Kept) -> maps.LinearMap:
        return maps.Identity(ctx.shapes["x"], dtype=ctx.dtype, xp=ctx.xp)


def _both(by_gate: Mapping[str, Array]) -> Partials:
    """Input and hidden state are added before each gate, so both have its derivative."""
    return {f"{side}{gate}": array for gate, array in by_gate.items() for side in ("ih", "hh")}


def _sigmoid(ctx: Context, x: Array) -> Array:
    return ctx.xp.asarray(ctx.special.expit(x), ctx.dtype)
