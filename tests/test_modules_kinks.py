"""What a derivative is where there is none: the conventions, and how near a kink is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graph.catalogue import default_catalogue
from graph.module import Example
from tests.catalogue_cases import Case


def case_of(name: str, values: dict, **attributes) -> Case:
    shapes = {port: np.shape(value) for port, value in values.items()}
    kind = default_catalogue().require(name)
    return Case.of(kind, Example(shapes, attributes, values))


def slopes(case: Case, port: str) -> list[float]:
    """d y / d port, entry by entry, by vjp and by Jacobian."""
    ctx, (y,), kept = case.run()
    need = tuple(p.name == port for p in case.module.wired_ports)
    pulled = case.module.vjp(ctx, (np.ones_like(y),), kept, need)[need.index(True)]
    made = case.module.jacobian(ctx, port, "y", kept)
    np.testing.assert_array_equal(np.ones(made.rows) @ made.dense(), pulled.reshape(-1))
    return pulled.reshape(-1).tolist()


UNARY = [
    ("ReLU", {}, [-1.0, 0.0, 1.0], [0, 0, 1]),
    ("Abs", {}, [-1.0, 0.0, 1.0], [-1, 0, 1]),
    ("Sign", {}, [-1.0, 0.0, 1.0], [0, 0, 0]),
    ("Clip", {"min": -1, "max": 1}, [-2.0, -1.0, 0.0, 1.0, 2.0], [0, 1, 1, 1, 0]),
    ("HardTanh", {}, [-2.0, -1.0, 0.0, 1.0, 2.0], [0, 0, 1, 0, 0]),
    ("LeakyReLU", {"negative_slope": 0.2}, [-1.0, 0.0, 1.0], [0.2, 0.2, 1]),
    ("ELU", {"alpha": 2.0}, [0.0, 1.0], [2, 1]),
]


@pytest.mark.parametrize(("name", "attributes", "x", "expected"), UNARY, ids=[u[0] for u in UNARY])
def test_at_a_kink(name, attributes, x, expected):
    case = case_of(name, {"x": x}, **attributes)
    assert slopes(case, "x") == expected
    assert case.kink == 0


def test_prelu_at_zero():
    case = case_of("PReLU", {"x": [-1.0, 0.0, 1.0], "weight": [0.25]})
    assert slopes(case, "x") == [0.25, 0.25, 1]


@pytest.mark.parametrize(
    ("name", "of_a"), [("Maximum", [0, 0.5, 1]), ("Minimum", [1, 0.5, 0])], ids=["max", "min"]
)
def test_ties_are_shared(name, of_a):
    case = case_of(name, {"a": [1.0, 2.0, 3.0], "b": [2.0, 2.0, 2.0]})
    assert slopes(case, "a") == of_a
    assert slopes(case, "b") == [1 - share for share in of_a]
    assert case.kink == 0


def test_ties_are_shared_through_a_broadcast():
    case = case_of("Maximum", {"a": [[1.0, 2.0], [3.0, 2.0]], "b": 2.0})
    assert slopes(case, "a") == [0, 0.5, 1, 0.5]
    ctx, (y,), kept = case.run()
    assert case.module.vjp(ctx, (np.ones_like(y),), kept, (False, True))[1].sum() == 2


NORMS = [
    (math.inf, [2.0, -2.0, 1.0], 2.0, [0.5, -0.5, 0]),
    (-math.inf, [2.0, -1.0, 1.0], 1.0, [0, -0.5, 0.5]),
    (math.inf, [0.0, 0.0], 0.0, [0, 0]),
    (-math.inf, [0.0, 3.0], 0.0, [0, 0]),
]


@pytest.mark.parametrize(("order", "x", "y", "expected"), NORMS)
def test_the_infinite_norms_share_ties_and_have_no_slope_at_zero(order, x, y, expected):
    case = case_of("Norm", {"x": x}, ord=order)
    assert case.run()[1][0] == y
    assert slopes(case, "x") == expected
    assert case.kink == 0


def test_losses_at_a_kink():
    even = case_of("L1Loss", {"prediction": [1.0, 2.0], "target": [1.0, 3.0]}, reduction="sum")
    assert slopes(even, "prediction") == [0, -1]
    assert slopes(even, "target") == [0, 1]
    margin = case_of("HingeLoss", {"prediction": [1.0, 0.5], "target": [1.0, 1.0]}, reduction="sum")
    assert slopes(margin, "prediction") == [0, -1]
    assert margin.kink == 0


def test_power():
    with np.errstate(all="ignore"):
        whole = case_of("Power", {"a": [-2.0, -0.5, 0.0], "b": 3.0})
        assert slopes(whole, "a") == [12, 0.75, 0]
        assert whole.kink == math.inf
        nothing = case_of("Power", {"a": [0.0, 2.0], "b": [0.0, 0.0]})
        assert slopes(nothing, "a") == [0, 0]
        assert slopes(nothing, "b") == [0, math.log(2)]
        assert case_of("Power", {"a": [0.25], "b": [0.5]}).kink == 0.25


DISTANCES = [
    ("ReLU", {"x": [-0.5, 2.0]}, {}, 0.5),
    ("HardTanh", {"x": [0.0, 1.25]}, {}, 0.25),
    ("Clip", {"x": [0.0, 1.25]}, {"min": None, "max": 1.5}, 0.25),
    ("Clip", {"x": [0.0, 1.25]}, {"min": None, "max": None}, math.inf),
    ("Maximum", {"a": [1.0, 3.0], "b": 1.5}, {}, 0.5),
    ("HuberLoss", {"prediction": [1.25], "target": [0.0]}, {}, 0.25),
    ("HingeLoss", {"prediction": [2.0], "target": [1.0]}, {}, 0.5),
    ("ReLU", {"x": []}, {}, math.inf),
    ("Tanh", {"x": [0.0]}, {}, math.inf),
    ("Norm", {"x": [1.0, -1.5, 0.25]}, {"ord": math.inf}, 0.5),
    ("Norm", {"x": [-0.25]}, {"ord": math.inf}, 0.25),
    ("Norm", {"x": [1.0, -1.5, 0.75]}, {"ord": -math.inf}, 0.25),
    ("Norm", {"x": [1.0, -0.25]}, {"ord": -math.inf}, 0.25),
]


@pytest.mark.parametrize(("name", "values", "attributes", "expected"), DISTANCES)
def test_distance_from_a_kink(name, values, attributes, expected):
    assert case_of(name, values, **attributes).kink == expected
