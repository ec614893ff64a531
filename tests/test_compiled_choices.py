"""Large arrays are chosen from by their bits: the same numbers, whatever they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graph import Graph
from runtime.compiled.notes import MANY
from tests.compiled_desk import both
from tests.test_compiled import EXACT, SINGLE, agree


def pointwise(name: str, dtype: str, size: int, **attributes) -> Graph:
    """A module on a Parameter, multiplied by itself and summed."""
    graph = Graph(dtype=dtype)
    numbers = np.random.RandomState(0).uniform(-3, 3, size).astype(dtype)
    numbers[:3] = 0.0, -0.0, 30.0
    graph.add("Parameter", "x", shape=(size,))
    graph.set_tensor("x.y", numbers)
    graph.add(name, "it", **attributes)
    graph.connect("x.y", "it.x")
    graph.add("Square", "squares")
    graph.connect("it.y", "squares.x")
    graph.add("Mean", "loss")
    graph.connect("squares.y", "loss.x")
    graph.configure(target="loss")
    return graph


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [5, MANY, 2 * MANY + 1])
@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("LeakyReLU", {"negative_slope": 0.2}),
        ("LeakyReLU", {"negative_slope": -3.0}),
        ("ELU", {"alpha": 0.5}),
        ("SELU", {}),
        ("PReLU", {}),
        ("Sigmoid", {}),
        ("SiLU", {}),
        ("Softplus", {}),
        ("GELU", {"approximate": "tanh"}),
    ],
)
def test_activations_with_two_sides(name, attributes, size, dtype):
    compiled, taped = both(pointwise(name, dtype, size, **attributes))
    agree(compiled, taped, EXACT if dtype == "float64" else SINGLE)
    assert not masked(compiled)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_two_arrays_one_is_taken(dtype):
    """HuberLoss has both a square and a line; at 0 prediction and target are equal."""
    graph = Graph(dtype=dtype)
    random = np.random.RandomState(0)
    for port in ("prediction", "target"):
        graph.add("Parameter", port, shape=(40, 50))
        graph.set_tensor(f"{port}.y", 2 * random.standard_normal((40, 50)).astype(dtype))
    graph.add("HuberLoss", "loss")
    for port in ("prediction", "target"):
        graph.connect(f"{port}.y", f"loss.{port}")
    graph.configure(target="loss")
    compiled, taped = both(graph)
    agree(compiled, taped, EXACT if dtype == "float64" else SINGLE)
    assert not masked(compiled)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_not_chosen_leaves_no_trace(number):
    """A side that is not finite goes nowhere; one that is chosen comes through as it is."""
    graph = pointwise("ELU", "float64", MANY)
    values = np.linspace(-2, 2, MANY)
    values[7] = number
    graph.set_tensor("x.y", values)
    agree(*both(graph))


def masked(desk) -> list:
    """The calls that copy by a large mask, one entry at a time."""
    calls = desk.passes.program.calls
    return [c for c in calls if c.func is np.copyto and len(c.args) > 3 and c.args[3].size >= MANY]
