"""Attention, norms and what else transformers are made of, compiled, against the tape."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from graph import Graph
from runtime import Trainer
from runtime.errors import RunError
from runtime.kernels import attention, gelu
from runtime.modules import layers
from tests.compiled_desk import both
from tests.test_compiled import EXACT, SINGLE, STEPS, agree, same


def attending(shapes, turned=(), dtype="float64", mask=None, **attributes) -> Graph:
    """Attention on Parameters of the given shapes, squared; `turned` ones come through views."""
    graph = Graph(dtype=dtype)
    random = np.random.RandomState(0)
    graph.add("Attention", "attend", mask=mask is not None, **attributes)
    for port, shape in shapes.items():
        stored = shape[::-1] if port in turned else shape
        graph.add("Parameter", port, shape=stored)
        graph.set_tensor(f"{port}.y", random.standard_normal(stored).astype(dtype))
        at = f"{port}.y"
        if port in turned:
            graph.add("Transpose", f"{port}_turned", axes=tuple(range(len(shape)))[::-1])
            graph.connect(at, f"{port}_turned.x")
            at = f"{port}_turned.y"
        graph.connect(at, f"attend.{port}")
    if mask is not None:
        graph.add("Input", "mask", shape=np.shape(mask), dtype="bool")
        graph.set_tensor("mask.y", np.array(mask))
        graph.connect("mask.y", "attend.mask")
    return squared(graph, "attend.y")


def squared(graph: Graph, source: str) -> Graph:
    """The mean of an output's squares as target."""
    graph.add("Square", "squares")
    graph.add("Mean", "loss")
    graph.connect(source, "squares.x")
    graph.connect("squares.y", "loss.x")
    graph.configure(target="loss")
    return graph


def shapes(lead=(3,), queries=4, keys=5, width=6, read=8):
    return {
        "query": (*lead, queries, width),
        "key": (*lead, keys, width),
        "value": (*lead, keys, read),
    }


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("lead", [(), (1,), (2,), (2, 3)])
@pytest.mark.parametrize("cached", [1, 200, 2**18])  # a head, a few of them, all at once
def test_attention_in_portions(monkeypatch, cached, lead, heads):
    monkeypatch.setattr(attention, "CACHED", cached)
    agree(*both(attending(shapes(lead), num_heads=heads)))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_hidden_keys(causal, dtype):
    """One query may read nothing at all: it reads zeros, and no gradient comes back by it."""
    mask = [[False, True], [False, False], [True, True]]
    graph = attending(shapes(queries=3, keys=2), mask=mask, causal=causal, dtype=dtype, num_heads=2)
    agree(*both(graph), EXACT if dtype == "float64" else SINGLE)


PORTS = ("query", "key", "value")


@pytest.mark.parametrize("fixed", [c for n in (1, 2) for c in itertools.combinations(PORTS, n)])
def test_gradients_that_nobody_needs(fixed):
    compiled, taped = both(attending(shapes(), num_heads=2), fixed=fixed)
    for number in range(STEPS):
        same(compiled.step(number), taped.step(number), EXACT)
    every, _ = both(attending(shapes(), num_heads=2))
    assert len(compiled.passes.program.calls) < len(every.passes.program.calls)


def test_attention_on_inputs_that_are_views():
    agree(*both(attending(shapes(), turned=PORTS, num_heads=2)))


def test_attention_of_a_tensor_to_itself():
    graph = Graph()
    graph.add("Parameter", "x", shape=(2, 4, 6))
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((2, 4, 6)))
    graph.add("Attention", "attend", num_heads=3, causal=True)
    for port in PORTS:
        graph.connect("x.y", f"attend.{port}")
    graph.add("Add", "sum")
    graph.connect("x.y", "sum.a")
    graph.connect("attend.y", "sum.b")
    agree(*both(squared(graph, "sum.y")))


@pytest.mark.parametrize("shape", [(100, 4, 64, 64), (3, 8, 300, 500), (5, 1, 2000, 2000)])
def test_portions_are_all_and_fit_where_they_can(shape):
    seen = np.zeros(shape[:2], int)
    for part in attention.portions(shape, 4):
        seen[part] += 1
        scores = np.prod(seen[part].shape) * shape[2] * shape[3] * 4
        assert scores <= attention.CACHED or seen[part].size == 1
    assert (seen == 1).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gelu_lies_on_its_input(dtype):
    """A Linear's sum is of no use behind the activation, so that takes its place."""
    graph = Graph(dtype=dtype)
    graph.add("Parameter", "x", shape=(20, 30))
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((20, 30)).astype(dtype))
    graph.add("Linear", "up", out_features=50)
    graph.connect("x.y", "up.x")
    graph.add("GELU", "gelu")
    graph.connect("up.y", "gelu.x")
    compiled, taped = both(squared(graph, "gelu.y"))
    agree(compiled, taped, EXACT if dtype == "float64" else SINGLE)
    own = [call for call in compiled.passes.program.calls if call.func is gelu.gelu]
    assert len(own) == (dtype == "float32")
    for call in own:
        (x,), (y,), _, _ = call.args
        assert np.shares_memory(x, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("fixed", [(), ("x",), ("weight",), ("x", "weight")])
@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 5), (3, 2, 7)])
def test_norms(name, shape, fixed, dtype):
    """A view of a Parameter, normalised, beside itself; the bias always learns."""
    graph = Graph(dtype=dtype)
    random = np.random.RandomState(0)
    graph.add("Parameter", "x", shape=shape[::-1])
    graph.set_tensor("x.y", random.standard_normal(shape[::-1]).astype(dtype))
    graph.add("Transpose", "turned", axes=tuple(range(len(shape)))[::-1])
    graph.connect("x.y", "turned.x")
    graph.add("Parameter", "weight", shape=shape[-1:])
    graph.set_tensor("weight.y", random.standard_normal(shape[-1:]).astype(dtype))
    graph.add(name, "norm")
    graph.connect("turned.y", "norm.x")
    graph.connect("weight.y", "norm.weight")
    graph.add("Add", "sum")
    graph.connect("turned.y", "sum.a")
    graph.connect("norm.y", "sum.b")
    compiled, taped = both(squared(graph, "sum.y"), fixed=fixed)
    agree(compiled, taped, EXACT if dtype == "float64" else SINGLE)


def test_a_norm_of_nothing():
    graph = Graph()
    graph.add("Input", "x", shape=(0, 3))
    graph.set_tensor("x.y", np.zeros((0, 3)))
    graph.add("LayerNorm", "norm")
    graph.connect("x.y", "norm.x")
    graph.add("Sum", "loss")
    graph.connect("norm.y", "loss.x")
    graph.configure(target="loss")
    agree(*both(graph))


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("lead", [(), (5,), (2, 3), (0,)])
def test_rows_are_looked_up_along_any_axis(axis, lead):
    """Negative numbers count from the end; one that is read often gets all gradients."""
    random = np.random.RandomState(0)
    graph = Graph()
    graph.add("Parameter", "x", shape=(3, 4, 2))
    graph.set_tensor("x.y", random.standard_normal((3, 4, 2)))
    graph.add("Input", "numbers", shape=lead, dtype="int32")
    graph.set_tensor("numbers.y", random.randint(-2, 2, lead).astype("int32"))
    graph.add("Gather", "read", axis=axis)
    graph.connect("x.y", "read.x")
    graph.connect("numbers.y", "read.indices")
    agree(*both(squared(graph, "read.y") if 0 not in lead else summed(graph, "read.y")))


def summed(graph: Graph, source: str) -> Graph:
    """The sum of an output as target: of no entries, too."""
    graph.add("Sum", "loss")
    graph.connect(source, "loss.x")
    graph.configure(target="loss")
    return graph


@pytest.mark.parametrize("number", [-1, 3])
def test_a_number_without_a_row_is_named(number):
    graph = Graph()
    graph.add("Input", "numbers", shape=(2,), dtype="int64")
    graph.set_tensor("numbers.y", np.array([0, 2]))
    graph.add("Embedding", "table", num_embeddings=3, embedding_dim=2)
    graph.connect("numbers.y", "table.indices")
    trainer = Trainer(summed(graph, "table.y"))
    before = trainer.parameters
    trainer.step({"numbers": np.array([0, 2])})
    moved = trainer.parameters
    assert (before["table.weight"] != moved["table.weight"]).any()
    with pytest.raises(RunError, match="numbers from 0 to 2") as caught:
        trainer.step({"numbers": np.array([0, number])})
    assert caught.value.node == "table"
    np.testing.assert_array_equal(trainer.parameters["table.weight"], moved["table.weight"])


@pytest.mark.parametrize("p", [0.0, 0.3])
@pytest.mark.parametrize("shape", [(), (layers.DRAWN + 3,), (20, 30)])
def test_masks_are_those_of_the_tape(shape, p):
    """To the bit, in parts of a stream as in one; of every step its own."""
    graph = Graph(mode="train")
    graph.add("Parameter", "x", shape=shape)
    graph.set_tensor("x.y", np.ones(shape))
    graph.add("Dropout", "drop", p=p)
    graph.connect("x.y", "drop.x")
    compiled, taped = both(summed(graph, "drop.y"))
    seen = []
    for number in range(STEPS):
        gradients = compiled.step(number).gradients, taped.step(number).gradients
        for ref, expected in gradients[1].items():
            np.testing.assert_array_equal(gradients[0][ref], expected)
            seen.append(expected)
    assert p == 0 or shape == () or (seen[0] != seen[1]).any()


def test_dropout_in_evaluation_costs_nothing():
    graph = Graph(mode="eval")
    graph.add("Parameter", "x", shape=(3,))
    graph.set_tensor("x.y", np.ones(3))
    graph.add("Dropout", "drop")
    graph.connect("x.y", "drop.x")
    compiled, taped = both(squared(graph, "drop.y"))
    agree(compiled, taped)
    bare = Graph()
    bare.add("Parameter", "x", shape=(3,))
    bare.set_tensor("x.y", np.ones(3))
    assert len(compiled.passes.program.calls) == len(
        both(squared(bare, "x.y"))[0].passes.program.calls
    )
