"""Toy modules that use every corner of the module door, and a hand that draws graphs."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np

from graph.attributes import attribute
from graph.catalogue import Catalogue, modules_of
from graph.model import Graph
from graph.port import PortType
from runtime.modules import arithmetic, functions, initial, sources
from runtime.modules.door import Differentiable, Elementwise

CALLS: Counter[str] = Counter()
"""How often a toy's forward and vjp were called, by node address; tests clear it."""


class Counted(Elementwise, sig="a[&s], b[&s] -> y[&s]", group="Toys"):
    """y = factor (a b + b): counts its calls."""

    factor: float = attribute(1.0, "a factor")
    keeps = ("a", "b")

    def forward(self, ctx, ins, out=None):
        CALLS[f"forward {ctx.address}"] += 1
        a, b = ins
        return (ctx.xp.asarray(self.factor * (a * b + b)),)

    def vjp(self, ctx, gouts, kept, need):
        CALLS[f"reverse {ctx.address}"] += 1
        return super().vjp(ctx, gouts, kept, need)

    def derivative(self, ctx, port, kept):
        return self.factor * (kept["b"] if port == "a" else kept["a"] + 1)


class Halves(Differentiable, sig="x[n] -> low[m], high[m], rank:integer[]", group="Toys"):
    """Two floating outputs and an integer one."""

    def infer(self, types, dtype):
        if "x" not in types:
            return {}
        (n,) = types["x"].shape
        half = PortType(dtype, (n // 2 if isinstance(n, int) else n,))
        return {"low": half, "high": half, "rank": PortType("int64", ())}

    def forward(self, ctx, ins, out=None):
        (x,) = ins
        half = len(x) // 2
        return x[:half], x[half:], np.asarray(int(x.argmax()))

    def vjp(self, ctx, gouts, kept, need):
        low, high, _ = gouts
        zero = ctx.xp.zeros(ctx.shapes["low"], ctx.dtype)
        parts = [zero if part is None else part for part in (low, high)]
        return (ctx.xp.concatenate(parts),)

    def jvp(self, ctx, tangents, kept):
        (t,) = tangents
        half = len(t) // 2
        return t[:half], t[half:], None


class Join(Differentiable, sig="x...[n] -> y[m]", group="Toys"):
    """Any number of vectors, one after the other."""

    inputs: int = attribute(2, "how many vectors", minimum=1)

    def infer(self, types, dtype):
        if len(types) < self.inputs:
            return {}
        return {"y": PortType(dtype, (sum(type_.shape[0] for type_ in types.values()),))}

    def forward(self, ctx, ins, out=None):
        return (ctx.xp.concatenate(ins),)

    def vjp(self, ctx, gouts, kept, need):
        ends = np.cumsum([ctx.shapes[port.name][0] for port in self.wired_ports])
        parts = ctx.xp.split(gouts[0], ends[:-1])
        return tuple(part if wanted else None for part, wanted in zip(parts, need, strict=True))

    def jvp(self, ctx, tangents, kept):
        zeros = (ctx.xp.zeros(ctx.shapes[port.name]) for port in self.wired_ports)
        parts = [z if t is None else t for z, t in zip(zeros, tangents, strict=True)]
        return (ctx.xp.concatenate(parts),)


class Mask(Elementwise, sig="x[*s] -> y[*s]", group="Toys"):
    """Random: half of the entries pass in training, all of them else."""

    is_random = True
    keeps = ("mask",)

    def forward(self, ctx, ins, out=None):
        CALLS[f"forward {ctx.address}"] += 1
        mask = np.ones(ctx.shapes["x"])
        if ctx.mode == "train":
            mask = ctx.stream("mask").uniform(size=ctx.shapes["x"]) < 0.5
        ctx.keep("mask", ctx.xp.asarray(mask, ctx.dtype))
        return (ins[0] * ctx.kept["mask"],)

    def derivative(self, ctx, port, kept):
        return kept["mask"]


class Centre(Elementwise, sig="x[*s], centre[] -> y[*s]", group="Toys"):
    """Stateful: takes the running centre off."""

    states = ("centre",)
    rules: ClassVar = {"centre": initial.constant(0.25)}

    def forward(self, ctx, ins, out=None):
        ctx.update("centre", 0.9 * ctx.state["centre"])
        return (ctx.xp.asarray(ins[0] - ctx.state["centre"]),)

    def derivative(self, ctx, port, kept):
        return 1.0


class Pick(Differentiable, sig="x[n], index:integer[*s] -> y[*s]", group="Toys"):
    """An integer input: chosen entries of x."""

    keeps = ("index",)

    def forward(self, ctx, ins, out=None):
        x, index = ins
        return (ctx.xp.asarray(x[index]),)

    def vjp(self, ctx, gouts, kept, need):
        assert need == (True, False)
        part = ctx.xp.zeros(ctx.shapes["x"], ctx.dtype)
        np.add.at(part, kept["index"], gouts[0])
        return part, None

    def jvp(self, ctx, tangents, kept):
        return (ctx.xp.asarray(tangents[0][kept["index"]]),)


class Total(Differentiable, sig="x[*s] -> y[]", group="Toys"):
    """The sum of all entries."""

    def forward(self, ctx, ins, out=None):
        return (ctx.xp.asarray(ins[0].sum()),)

    def vjp(self, ctx, gouts, kept, need):
        return (ctx.xp.broadcast_to(gouts[0], ctx.shapes["x"]),)

    def jvp(self, ctx, tangents, kept):
        return (ctx.xp.asarray(tangents[0].sum()),)


class Layer(Differentiable, sig="x[*s, k], weight[n, k] -> y[*s, n]", group="Layers"):
    """A matrix that the node owns until it is wired."""

    parameters = ("weight",)
    keeps = ("x", "weight")
    n: int = attribute(2, "the output's size", minimum=1)
    rules: ClassVar = {"weight": initial.RULES["normal"]}

    def forward(self, ctx, ins, out=None):
        x, weight = ins
        return (x @ weight.T,)

    def vjp(self, ctx, gouts, kept, need):
        (g,) = gouts
        rows = g.reshape(-1, g.shape[-1])
        x = kept["x"].reshape(len(rows), -1)
        return g @ kept["weight"], rows.T @ x

    def jvp(self, ctx, tangents, kept):
        x, weight = tangents
        total = ctx.xp.zeros(ctx.shapes["y"], ctx.dtype)
        if x is not None:
            total = total + x @ kept["weight"].T
        if weight is not None:
            total = total + kept["x"] @ weight.T
        return (total,)


class Wrong(Elementwise, sig="x[*s] -> y[*s]", group="Toys"):
    """A square whose derivative is forgotten to be doubled."""

    keeps = ("x",)

    def forward(self, ctx, ins, out=None):
        return (ctx.xp.asarray(ins[0] * ins[0]),)

    def derivative(self, ctx, port, kept):
        return kept["x"]


class Broken(Elementwise, sig="x[*s] -> y[*s]", group="Toys"):
    """Fails in one of its passes, or gives another shape than it declares."""

    where: str = attribute(
        "forward", "which pass", choices=("forward", "reverse", "shape", "memory", "keeps")
    )

    def forward(self, ctx, ins, out=None):
        if self.where == "forward":
            raise ValueError("no luck\nat all")
        if self.where == "memory":
            raise MemoryError
        return (ctx.xp.zeros((7,)) if self.where == "shape" else ins[0],)

    def vjp(self, ctx, gouts, kept, need):
        if self.where == "keeps":
            return (gouts[0] * kept["x"],)  # which `keeps` does not name
        raise ZeroDivisionError("in reverse")

    def derivative(self, ctx, port, kept):
        return 1.0


TOYS = (Counted, Halves, Join, Mask, Centre, Pick, Total, Layer, Wrong, Broken)
CATALOGUE = Catalogue(
    [*modules_of(sources), *modules_of(arithmetic), *modules_of(functions), *TOYS]
)


def draw(
    nodes: str, *edges: str, tensors: dict[str, object] | None = None, **fields: object
) -> Graph:
    """A graph from `"x:Input h:Square"`, edges `"x.y h.x"` and tensors by node or port.

    Sources take shape and, unless it is floating, dtype from their tensor.
    """
    graph = Graph(CATALOGUE, **fields)
    given = {
        name if "." in name else f"{name}.y": np.asarray(value)
        for name, value in (tensors or {}).items()
    }
    for entry in nodes.split():
        id_, module = entry.split(":")
        settings = {}
        array = given.get(f"{id_}.y")
        if array is not None:
            settings["shape"] = array.shape
            if array.dtype.kind != "f":
                settings["dtype"] = array.dtype.name
        graph.add(module, id_, **settings)
    for edge in edges:
        graph.connect(*edge.split())
    for name, array in given.items():
        graph.set_tensor(name, array)
    return graph


def by_hand() -> Graph:
    """The graph that is printed in the design: |y_true - (w x + b)|."""
    return draw(
        "x:Input w:Parameter b:Parameter y_true:Input"
        " x1:Multiply x2:Add difference:Subtract loss:Abs",
        "w.y x1.a",
        "x.y x1.b",
        "x1.y x2.a",
        "b.y x2.b",
        "y_true.y difference.a",
        "x2.y difference.b",
        "difference.y loss.x",
        tensors={"x": 2.0, "w": 3.0, "b": 1.0, "y_true": 4.0},
    )
