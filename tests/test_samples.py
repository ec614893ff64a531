"""Axis 0 as a batch: what modules declare is what they do, and one sample's Jacobian is its block.

Declared is `keeps_samples`; done is what the Jacobian, or another input, shows.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from graph import Graph, check, loads
from graph.catalogue import default_catalogue
from graph.errors import GradwireError, ShapeMismatch
from graph.module import Example
from runtime import Engine, maps
from runtime.errors import NoValue, SamplesMix
from runtime.modules.activations import ReLU
from runtime.modules.door import Differentiable
from tests.catalogue_cases import Case, computing_cases, error
from tests.reference import graph_store

EXACT = 1e-12


def pairs(case):
    """(port, output) of a case whose axes 0 have one size."""
    shapes = {name: type_.shape for name, type_ in case.types.items()}
    for port, floats in zip(case.module.wired_ports, case.floats(), strict=True):
        for output in case.module.output_ports:
            if floats and case.types[output.name].is_floating:
                size = shapes[port.name][:1]
                if size and size == shapes[output.name][:1]:
                    yield port, output


def declared(case, port, output) -> bool:
    shapes = {name: type_.shape for name, type_ in case.types.items()}
    return case.module.keeps_samples(port.name, output.name, shapes, case.mode)


def blocks(matrix: np.ndarray, count: int) -> np.ndarray:
    """[output sample, rows, input sample, columns]."""
    rows, columns = (size // count for size in matrix.shape)
    return matrix.reshape(count, rows, count, columns)


def mixes(matrix: np.ndarray, count: int) -> bool:
    parts = blocks(matrix, count)
    return any(
        np.abs(parts[i, :, j]).max(initial=0) > EXACT
        for i in range(count)
        for j in range(count)
        if i != j
    )


CASES = [(case, *pair) for case in computing_cases() for pair in pairs(case)]
KEPT = [it for it in CASES if declared(*it)]


def named(it) -> str:
    case, port, output = it
    return f"{case}-{port.name}-{output.name}"


@pytest.mark.parametrize("it", KEPT, ids=named)
def test_what_is_declared_apart_stays_apart(it):
    """Another number in sample i of an input changes sample i of the output alone."""
    case, port, output = it
    ctx, outs, _ = case.run()
    place = [p.name for p in case.module.wired_ports].index(port.name)
    answer = [p.name for p in case.module.output_ports].index(output.name)
    low, high = case.module.domain.get(port.name, (-2.0, 2.0))
    for sample in range(ctx.shapes[port.name][0]):
        ins = [array.copy() for array in case.ins]
        ins[place][sample] = np.random.RandomState(sample).uniform(low, high, ins[place].shape[1:])
        with np.errstate(all="ignore"):
            moved = case.module.forward(case.context(), tuple(ins))[answer]
        others = np.arange(len(moved)) != sample
        assert error(moved[others], outs[answer][others]) < EXACT


@pytest.mark.parametrize("it", KEPT, ids=named)
@pytest.mark.filterwarnings("ignore:.*encountered")
def test_one_sample_is_its_block(it):
    case, port, output = it
    ctx, _, kept = case.run()
    count = ctx.shapes[port.name][0]
    whole = case.module.jacobian(ctx, port.name, output.name, kept)
    if not count:
        with pytest.raises(IndexError):
            case.module.sample_jacobian(ctx, port.name, output.name, kept, 0)
        return
    matrix = whole.dense()
    assert not mixes(matrix, count)
    for sample in range(count):
        own = case.module.sample_jacobian(ctx, port.name, output.name, kept, sample)
        assert own.shape == (ctx.shapes[output.name][1:], ctx.shapes[port.name][1:])
        assert error(own.dense(), blocks(matrix, count)[sample, :, sample]) < EXACT
        tangent = case.draws("tangent", own.in_shape)
        assert error(own.jvp(tangent).reshape(-1), own.dense() @ tangent.reshape(-1)) < 1e-10
        assert own.stored <= max(whole.stored, own.rows * own.columns)
        # Attention over unbatched queries is the one whose heads stand before its samples.
        assert not isinstance(own, maps.OneSample) or case.module.name == "Attention"


def test_what_is_declared_to_mix_does_mix():
    """No module refuses what it could give: of each such port some example really mixes.

    A parameter is shared by all samples, so it is refused always; and one sample cannot mix.
    """
    refused, really = set(), set()
    for case, port, output in CASES:
        several = case.types[port.name].shape[0] > 1
        if several and not declared(case, port, output) and port.role != "parameter":
            ctx, _, kept = case.run()
            matrix = case.module.jacobian(ctx, port.name, output.name, kept).dense()
            refused.add((case.module.name, port.name, case.mode))
            if mixes(matrix, ctx.shapes[port.name][0]):
                really.add((case.module.name, port.name, case.mode))
    # Without a batch its axis 0 are the units of the cell, which the other ports mix.
    assert refused - really <= {("LSTMCell", "c", "eval")}
    assert {"Attention", "BatchNorm", "Softmax", "LayerNorm"} <= {name for name, _, _ in really}


@pytest.mark.parametrize(
    ("name", "shapes", "attributes", "values"),
    [
        ("Transpose", {"x": (3, 3)}, {}, {}),
        ("Stack", {"x0": (2, 3), "x1": (2, 3)}, {}, {}),
        ("Gather", {"x": (3, 2), "indices": (3,)}, {}, {"indices": [2, 0, 1]}),
        ("Slice", {"x": (3, 2)}, {"step": -1}, {}),
        ("BroadcastTo", {"x": (2,)}, {"shape": (2, 2)}, {}),
        ("Add", {"a": (3,), "b": (3, 3)}, {}, {}),
        ("Einsum", {"x0": (3, 3)}, {"equation": "ij->ji"}, {}),
        ("MatMul", {"a": (2, 3), "b": (2, 3, 4)}, {}, {}),
    ],
)
def test_equal_sizes_do_not_hide_what_moves(name, shapes, attributes, values):
    case = Case.of(default_catalogue().require(name), Example(shapes, attributes, values))
    port, output = next(pairs(case))
    assert not declared(case, port, output)
    ctx, _, kept = case.run()
    matrix = case.module.jacobian(ctx, port.name, output.name, kept).dense()
    assert mixes(matrix, ctx.shapes[port.name][0])


def test_common_modules_are_not_refused():
    kept = {case.module.name for case, _, _ in KEPT}
    assert {
        "Add", "ReLU", "Softmax", "Linear", "MatMul", "Conv1d", "Conv2d", "ConvTranspose2d",
        "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d", "LayerNorm", "RMSNorm", "BatchNorm",
        "Dropout", "Reshape", "Flatten", "Concat", "Split", "Slice", "Gather", "Pad", "Transpose",
        "Sum", "Mean", "Max", "LogSumExp", "Norm", "Einsum", "Outer", "Attention", "RNNCell",
        "GRUCell", "LSTMCell", "PReLU", "MSELoss", "CrossEntropyLoss", "BCEWithLogitsLoss",
        "ExpandDims", "Squeeze", "Stack", "BroadcastTo",
    } <= kept  # fmt: skip


def test_every_module_has_a_structure():
    """So no sample costs rows by rows; see `test_without_a_structure_its_rows_alone_are_built`."""
    plain = [c.module.name for c in computing_cases() if not _has_structure(type(c.module))]
    assert set(plain) <= {"ArgMax"}


def _has_structure(kind) -> bool:
    return kind.jacobian is not Differentiable.jacobian


# --- traces ----------------------------------------------------------------------------------


def network(*, mode="eval", batch=4, last="MSELoss", **loss) -> Graph:
    """Linear, BatchNorm, ReLU, Linear, a loss; in float64."""
    graph = Graph(mode=mode, dtype="float64", seed=3)
    draw = np.random.RandomState(0)
    graph.add("Input", "x", shape=(batch, 3))
    graph.set_tensor("x.y", draw.standard_normal((batch, 3)))
    graph.add("Input", "t", shape=(batch, 2))
    graph.set_tensor("t.y", draw.standard_normal((batch, 2)))
    graph.add("Linear", "h", out_features=5)
    graph.add("BatchNorm", "bn")
    graph.add("ReLU", "a")
    graph.add("Linear", "o", out_features=2)
    graph.add(last, "loss", **loss)
    for source, target in (
        ("x.y", "h.x"), ("h.y", "bn.x"), ("bn.y", "a.x"), ("a.y", "o.x"),
        ("o.y", "loss.prediction"), ("t.y", "loss.target"),
    ):  # fmt: skip
        graph.connect(source, target)
    return graph


def forward(graph: Graph):
    return Engine(graph).run(phase="forward")


def test_one_sample_of_a_network_is_its_block():
    trace = forward(network())
    assert trace.samples("x.y", "o.y") == 4
    matrix = trace.jacobian("x.y", "o.y").dense()
    for sample in range(4):
        own = trace.jacobian("x.y", "o.y", sample=sample)
        assert own.shape == ((2,), (3,))
        assert error(own.dense(), blocks(matrix, 4)[sample, :, sample]) < EXACT
        assert own.cost.why
    assert trace.jacobian("x.y", "o.y", sample=1) is trace.jacobian("x.y", "o.y", sample=1)


def test_of_one_node_and_over_one_edge():
    trace = forward(network(reduction="none"))
    local = trace.jacobian("a.x", "y", sample=2)
    assert (local.structure, local.shape) == ("diagonal", ((5,), (5,)))
    assert trace.samples("a.x", "y") == 4
    own = trace.jacobian("o.x", "loss.y", sample=2)
    whole = trace.jacobian("o.x", "loss.y").dense()
    assert error(own.dense(), blocks(whole, 4)[2, :, 2]) < EXACT
    assert trace.jacobian("loss.target", sample=0).structure == "diagonal"


def test_one_sample_is_cut_out_not_built_with_the_others():
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=(5000, 20))
    graph.set_tensor("x.y", np.ones((5000, 20)))
    graph.add("Linear", "h", out_features=10)
    graph.add("Softmax", "p")
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "p.x")
    own = forward(graph).jacobian("x.y", "p.y", sample=4999)
    assert own.shape == ((10,), (20,))
    assert own.stored <= 10 * 20 + 3 * 10


@pytest.mark.parametrize(
    ("graph", "source", "target", "match"),
    [
        (network(mode="train"), "x.y", "o.y", r"bn\.x: found samples that BatchNorm mixes in mode"),
        (network(), "x.y", "loss.y", r"loss\.prediction: found samples that MSELoss joins to \[\]"),
        (network(), "h.weight", "o.y", r"h\.weight: found samples that Linear joins to \[4, 5\]"),
        (network(), "x.y", "h.bias", r"h\.bias: found \[5\], expected axis 0 with 4 samples"),
    ],
)
def test_where_samples_mix_is_said(graph, source, target, match):
    trace = forward(graph)
    for ask in (trace.samples, lambda *ports: trace.jacobian(*ports, sample=0)):
        with pytest.raises(SamplesMix, match=match) as caught:
            ask(source, target)
        assert f"{caught.value.node}.{caught.value.port}" in str(caught.value)
        assert caught.value.found
        assert caught.value.expected
        assert isinstance(caught.value, GradwireError)


def test_a_product_with_itself_a_moving_reshape_and_a_transpose_mix():
    for module, node, steps in (
        ("MatMul", "m.b", [("x.y", "m.a"), ("tr.y", "m.b")]),
        ("Reshape", "m.x", [("x.y", "m.x")]),
    ):
        graph = Graph(dtype="float64")
        graph.add("Input", "x", shape=(4, 3))
        graph.set_tensor("x.y", np.ones((4, 3)))
        graph.add("Transpose", "tr")
        graph.connect("x.y", "tr.x")
        graph.add(module, "m", **({"shape": (3, 4)} if module == "Reshape" else {}))
        for step in steps:
            graph.connect(*step)
        where = "tr.x" if module == "MatMul" else node
        with pytest.raises(SamplesMix, match=where.replace(".", r"\.")):
            forward(graph).samples("x.y", "m.y")


def test_a_scalar_and_what_did_not_run_have_no_samples():
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=())
    graph.set_tensor("x.y", np.ones(()))
    graph.add("Exp", "e")
    graph.connect("x.y", "e.x")
    trace = forward(graph)
    with pytest.raises(SamplesMix, match=r"x\.y: found a scalar"):
        trace.samples("x.y", "e.y")
    with pytest.raises(SamplesMix, match=r"e\.x: found a scalar"):
        trace.jacobian("e.x", sample=0)
    with pytest.raises(NoValue):
        trace.samples("q.y", "e.y")


@pytest.mark.parametrize("sample", [-1, 4])
def test_there_is_no_such_sample(sample):
    trace = forward(network())
    for source, target in (("x.y", "o.y"), ("a.x", "y")):
        with pytest.raises(IndexError, match=f"found {sample}, expected 0 to 3"):
            trace.jacobian(source, target, sample=sample)


def test_without_a_structure_its_rows_alone_are_built():
    """A module from another package may have no structure: then a sample costs its own rows."""
    asked = []

    class Plain(ReLU):
        jacobian = Differentiable.jacobian

        def vjp(self, *given):
            asked.append(1)
            return super().vjp(*given)

    case = Case.of(ReLU, Example({"x": (4, 5)}))
    ctx, _, kept = case.run()
    own = Plain().sample_jacobian(ctx, "x", "y", kept, 1)
    assert len(asked) == 5
    assert (own.structure, own.shape) == ("dense", ((5,), (5,)))
    whole = ReLU().jacobian(ctx, "x", "y", kept).dense()
    assert error(own.dense(), blocks(whole, 4)[1, :, 1]) < EXACT


# --- random graphs -----------------------------------------------------------------------------

SIZE = 3  # of the batch, and of every other axis: what mixes must not hide behind its size


@st.composite
def random_graphs(draw):
    """A DAG of up to 10 nodes over a batch [3, 3], a shared [3] and a shared [3, 3]."""
    graph = Graph(dtype="float64", mode=draw(st.sampled_from(["eval", "train"])))
    numbers = np.random.RandomState(draw(st.integers(0, 2**31)))
    for name, shape in (("x", (SIZE, SIZE)), ("v", (SIZE,)), ("m", (SIZE, SIZE))):
        graph.add("Input", name, shape=shape)
        graph.set_tensor(f"{name}.y", numbers.uniform(0.5, 1.5, shape))
    values = ["x.y"]
    for number in range(draw(st.integers(1, 10))):
        kind, settings_, ports = draw(st.sampled_from(KINDS))
        id_ = f"n{number}"
        graph.add(kind, id_, **settings_)
        for place, port in enumerate(ports):
            recent = st.sampled_from(values[-4:])
            shared = st.sampled_from(["v.y", "m.y"])
            source = draw(recent) if place == 0 else draw(st.one_of(recent, shared))
            try:
                graph.connect(source, f"{id_}.{port}")
            except ShapeMismatch:  # a product with `v` has one axis, which not every module takes
                reject()
        values.append(f"{id_}.y")
    assume(check(graph).ok)  # some modules take no single axis, which shows only with all edges
    return graph


KINDS = (
    ("Tanh", {}, "x"), ("Softmax", {}, "x"), ("Softmax", {"axis": 0}, "x"), ("Sin", {}, "x"),
    ("Add", {}, "ab"), ("Multiply", {}, "ab"), ("MatMul", {}, "ab"), ("Transpose", {}, "x"),
    ("Linear", {"out_features": SIZE}, "x"), ("LayerNorm", {}, "x"), ("BatchNorm", {}, "x"),
    ("Slice", {"step": -1}, "x"), ("Dropout", {}, "x"), ("Subtract", {}, "ba"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(random_graphs())
def test_random_graphs(graph):
    trace = Engine(graph).run(phase="forward")
    last = f"n{len(graph.nodes) - 4}.y"
    matrix = trace.jacobian("x.y", last).dense()
    try:
        count = trace.samples("x.y", last)
    except SamplesMix:
        return
    assert count == SIZE
    assert not mixes(matrix, count)
    for sample in range(count):
        own = trace.jacobian("x.y", last, sample=sample)
        assert error(own.dense(), blocks(matrix, count)[sample, :, sample]) < 1e-10


@pytest.mark.parametrize("number", range(0, 200, 4))
def test_the_reference_graphs(number):
    """From each input of a graph to every value behind it that keeps its samples."""
    graph = loads(graph_store.read()[number][0].encode())
    trace = Engine(graph).run(phase="forward")
    inputs = [f"{id_}.y" for id_, node in graph.nodes.items() if node.module == "Input"]
    for source in inputs:
        for target in map(str, trace.ports):
            try:
                count = trace.samples(source, target)
            except (SamplesMix, NoValue):
                continue
            matrix = trace.jacobian(source, target).dense()
            assert not mixes(matrix, count), (source, target)
            own = trace.jacobian(source, target, sample=count - 1).dense()
            assert error(own, blocks(matrix, count)[-1, :, -1]) < 1e-10, (source, target)
