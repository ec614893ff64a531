"""The door carries more than the first catalogue needs: toy modules prove it, in the engine too."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pytest

from graph import Graph
from graph.attributes import attribute
from graph.catalogue import Catalogue, default_catalogue
from graph.module import Example
from runtime import Engine, check_gradients, maps
from runtime.modules import initial
from runtime.modules.door import Differentiable, Elementwise, sum_to
from tests.catalogue_cases import Case


class Parts(Differentiable, sig="x[*s] -> square[*s], triple[*s], sign:integer[*s]", group="Toys"):
    """Several outputs, one of them of integers, to which no gradient leads."""

    keeps = ("x",)

    def forward(self, ctx, ins, out=None):
        (x,) = ins
        square, triple = ctx.into(out, "square", 0), ctx.into(out, "triple", 1)
        ctx.xp.square(x, out=square)
        ctx.xp.multiply(x, 3.0, out=triple)
        return square, triple, ctx.xp.asarray(ctx.xp.sign(x)).astype("int64")

    def vjp(self, ctx, gouts, kept, need):
        parts = [
            g * slope
            for g, slope in zip(gouts, (2 * kept["x"], 3.0), strict=False)
            if g is not None
        ]
        return (sum(parts),)

    def jvp(self, ctx, tangents, kept):
        return 2 * kept["x"] * tangents[0], 3.0 * tangents[0], None


class Weighed(Elementwise, sig="x...[&s] -> y[&s]", group="Toys"):
    """Any number of inputs: x0 + 2 x1 + 3 x2 + ..."""

    inputs: int = attribute(2, "how many inputs", minimum=1)

    def forward(self, ctx, ins, out=None):
        y = ctx.into(out)
        y[...] = sum((i + 1) * x for i, x in enumerate(ins))
        return (y,)

    def derivative(self, ctx, port, kept):
        return float(port[1:]) + 1.0


class Mask(Differentiable, sig="x[*s] -> y[*s]", group="Toys"):
    """A random module: in training a mask is drawn, and kept for the reverse pass."""

    is_random = True
    keeps = ("mask",)

    def forward(self, ctx, ins, out=None):
        shape = ctx.shapes["x"]
        mask = np.ones(shape) if ctx.mode == "eval" else ctx.stream("mask").randint(0, 2, shape)
        ctx.keep("mask", ctx.xp.asarray(mask, ctx.dtype))
        y = ctx.into(out)
        ctx.xp.multiply(ins[0], ctx.kept["mask"], out=y)
        return (y,)

    def vjp(self, ctx, gouts, kept, need):
        return (gouts[0] * kept["mask"],)

    def jvp(self, ctx, tangents, kept):
        return (tangents[0] * kept["mask"],)


class Centre(Differentiable, sig="x[n, c], seen[c] -> y[n, c]", group="Toys"):
    """A stateful module: training moves the state, evaluation reads it."""

    states = ("seen",)
    rules: ClassVar = {"seen": initial.constant(0.5)}

    def forward(self, ctx, ins, out=None):
        y = ctx.into(out)
        ctx.xp.subtract(ins[0], ctx.state["seen"], out=y)
        if ctx.mode == "train":
            ctx.update("seen", 0.9 * ctx.state["seen"] + 0.1 * ins[0].mean(axis=0))
        return (y,)

    def vjp(self, ctx, gouts, kept, need):
        return gouts

    def jvp(self, ctx, tangents, kept):
        return tangents


class Pick(Differentiable, sig="x[n], index:integer[k] -> y[k]", group="Toys"):
    """An integer input."""

    keeps = ("index",)

    def forward(self, ctx, ins, out=None):
        y = ctx.into(out)
        y[...] = ins[0][ins[1]]
        return (y,)

    def vjp(self, ctx, gouts, kept, need):
        assert not need[1]
        gradient = ctx.xp.zeros(ctx.shapes["x"], ctx.dtype)
        ctx.xp.add.at(gradient, kept["index"], gouts[0])
        return gradient, None

    def jvp(self, ctx, tangents, kept):
        return (tangents[0][kept["index"]],)


TOYS = (Parts, Weighed, Mask, Centre, Pick)


def bench(module: str, arrays: dict, mode: str = "eval", output: str = "y", **attributes) -> Graph:
    """A graph that feeds arrays to one toy, node `it`, and sums one of its outputs."""
    graph = Graph(Catalogue([*default_catalogue(), *TOYS]), mode=mode, seed=11)
    graph.add(module, id="it", **attributes)
    for name, array in arrays.items():
        array = np.asarray(array)
        dtype = None if array.dtype.kind == "f" else str(array.dtype)
        graph.add("Input", id=f"in_{name}", shape=array.shape, dtype=dtype)
        graph.set_tensor(f"in_{name}.y", array)
        graph.connect(f"in_{name}.y", f"it.{name}")
    graph.add("Sum", id="total")
    graph.connect(f"it.{output}", "total.x")
    graph.configure(target="total")
    return graph


X = np.array([[1.0, -2.0], [3.0, 0.5]])


def test_several_outputs():
    graph = bench("Parts", {"x": X}, output="square")
    graph.add("Sum", id="other")
    graph.add("Add", id="both")
    graph.connect("it.triple", "other.x")
    graph.connect("total.y", "both.a")
    graph.connect("other.y", "both.b")
    one = Engine(graph).run()
    np.testing.assert_array_equal(one.value("it.sign"), [[1, -1], [1, 1]])
    np.testing.assert_array_equal(one.gradient("it.x"), 2 * X)
    graph.configure(target="both")
    both = Engine(graph).run()
    np.testing.assert_array_equal(both.gradient("it.x"), 2 * X + 3)
    jacobians = both.edge("in_x.y", "it.x").jacobians
    np.testing.assert_array_equal(jacobians["square"].dense(), np.diag(2 * X.reshape(-1)))
    np.testing.assert_array_equal(jacobians["triple"].dense(), 3 * np.eye(4))
    assert set(jacobians) == {"square", "triple"}
    assert check_gradients(graph).ok


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_inputs(count):
    arrays = {f"x{i}": X[: 1 + i % 2] for i in range(count)}
    graph = bench("Weighed", arrays, inputs=count)
    trace = Engine(graph).run()
    for i in range(count):
        copies = trace.value("it.y").size / arrays[f"x{i}"].size
        expected = np.full(arrays[f"x{i}"].shape, (i + 1) * copies)
        np.testing.assert_array_equal(trace.gradient(f"it.x{i}"), expected)
    assert check_gradients(graph).ok


def test_random():
    graph = bench("Mask", {"x": np.ones((20, 5))}, mode="train")
    trace, again = Engine(graph).run(), Engine(graph).run()
    mask = trace.value("it.y")
    assert set(np.unique(mask)) == {0, 1}
    np.testing.assert_array_equal(mask, again.value("it.y"))
    np.testing.assert_array_equal(trace.gradient("it.x"), mask)
    assert check_gradients(graph).ok
    graph.rename("it", "other")
    assert not np.array_equal(mask, Engine(graph).run().value("other.y"))
    graph.configure(mode="eval")
    assert Engine(graph).run().value("other.y").all()


def test_stateful():
    graph = bench("Centre", {"x": X}, mode="train")
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.value("it.y"), X - 0.5)
    again = Engine(graph).run()
    np.testing.assert_array_equal(again.value("it.y"), X - 0.5)  # a run commits no state
    graph.set_tensor("it.seen", np.array([1.0, 2.0]))
    np.testing.assert_array_equal(Engine(graph).run().value("it.y"), X - [1, 2])
    case = Case.of(Centre, Example({"x": (2, 2), "seen": (2,)}))
    ctx = case.context(mode="train", state={"seen": np.zeros(2)})
    case.module.forward(ctx, (X,))
    np.testing.assert_allclose(ctx.updates["seen"], 0.1 * X.mean(axis=0))
    assert case.module.owned() == ("seen",)


def test_integer_inputs():
    graph = bench("Pick", {"x": X[0], "index": np.array([1, 1, 0])})
    trace = Engine(graph).run()
    np.testing.assert_array_equal(trace.value("it.y"), [-2, -2, 1])
    np.testing.assert_array_equal(trace.gradient("it.x"), [1, 2])
    assert trace.gradient("it.index") is None
    assert trace.why_no_gradient("it.index") == "not differentiable"
    assert check_gradients(graph).ok


def test_only_needed_gradients_are_asked_for():
    asked = []

    class Spy(Differentiable, sig="a[], b[] -> y[]", group="Toys"):
        """Writes down which gradients are wanted."""

        def forward(self, ctx, ins, out=None):
            return (ctx.xp.asarray(ins[0] + ins[1]),)

        def vjp(self, ctx, gouts, kept, need):
            asked.append(need)
            return tuple(gouts[0] if wanted else None for wanted in need)

    graph = Graph(Catalogue([*default_catalogue(), Spy]))
    graph.add("Constant", id="c")
    graph.add("Parameter", id="p")
    graph.set_tensor("c.y", np.array(1.0))
    graph.add("Spy", id="spy")
    graph.connect("c.y", "spy.a")
    graph.connect("p.y", "spy.b")
    trace = Engine(graph).run()
    assert trace.gradient("p.y") == 1
    assert asked
    assert all(need[1] for need in asked)


def test_default_jacobian_is_built_from_vjp_and_budgeted():
    case = Case.of(Pick, Example({"x": (4,), "index": (3,)}, values={"index": [1, 1, 0]}))
    ctx, _, kept = case.run()
    made = case.module.jacobian(ctx, "x", "y", kept)
    assert made.structure == "dense"
    np.testing.assert_array_equal(made.dense(), np.eye(4)[[1, 1, 0]])
    large = Case.of(Mask, Example({"x": (2000,)})).with_zeros()
    ctx, _, kept = large.run()
    with pytest.raises(maps.TooLarge):
        large.module.jacobian(ctx, "x", "y", kept)


def test_a_module_without_mathematics_says_so():
    class Bare(Differentiable, sig="x[] -> y[]", group="Toys"):
        """Declares, but does not compute."""

    case = Case.of(Bare, Example({"x": ()}))
    for attempt in (
        lambda: case.module.forward(case.context(), case.ins),
        lambda: case.module.vjp(case.context(), (None,), {}, (True,)),
        lambda: case.module.jvp(case.context(), (None,), {}),
    ):
        with pytest.raises(NotImplementedError):
            attempt()
    assert case.module.kink_distance(case.context(), case.ins) == math.inf


@pytest.mark.parametrize(
    ("wide", "shape"),
    [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 3), (1, 3)),
        ((4, 2, 3), (2, 1)),
        ((2, 3), ()),
        ((1, 3), (1, 3)),
        ((0, 3), (3,)),
        ((2, 3), (1, 1)),
    ],
)
def test_broadcasting_is_undone(wide, shape):
    array = np.arange(math.prod(wide), dtype="float64").reshape(wide)
    found = sum_to(array, shape)
    assert isinstance(found, np.ndarray)
    assert found.shape == shape
    tangent = np.random.RandomState(0).randn(*shape)
    np.testing.assert_allclose((found * tangent).sum(), (array * tangent).sum(), rtol=1e-12)
