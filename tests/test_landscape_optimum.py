"""The least-squares optimum of a landscape: where what the loss squares is straight."""

from __future__ import annotations

import numpy as np

from graph import Graph, PortRef
from runtime.training.landscape.directions import chosen_entries
from runtime.training.landscape.objective import Objective
from runtime.training.landscape.optimum import least_squares
from tests.landscapes import entry, example, fed, line, valley
from tests.training_cases import graph_of


def test_linear_regression_has_its_optimum_marked():
    objective, plane = line()
    found = least_squares(objective, plane)
    x, t = (example("linear_regression").tensors[PortRef(n, "y")] for n in "xt")
    slope, offset = np.polyfit(*(np.frombuffer(v.data) for v in (x, t)), 1)
    np.testing.assert_allclose(found.at, [slope, offset], rtol=1e-12)
    assert found.is_only
    _, gradient = objective.slope(plane.theta(found.at))
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    assert found.loss == objective.loss(plane.theta(found.at))


def test_a_line_drawn_from_single_modules_is_recognised_too():
    graph = Graph(target="loss")
    graph.add("Parameter", "w", init="zeros")
    graph.add("Parameter", "b", init="zeros")
    for id_, values in (("x", [0.0, 1.0, 2.0]), ("t", [1.0, 3.0, 5.0])):
        graph.add("Input", id_, shape=(3,))
        graph.set_tensor(f"{id_}.y", np.array(values))
    graph.add("Multiply", "wx")
    graph.add("Add", "y")
    graph.add("MSELoss", "loss")
    for source, target in (
        ("w.y", "wx.a"), ("x.y", "wx.b"), ("wx.y", "y.a"), ("b.y", "y.b"),
        ("y.y", "loss.prediction"), ("t.y", "loss.target"),
    ):  # fmt: skip
        graph.connect(source, target)
    objective = Objective(graph)
    plane = chosen_entries(objective, [entry("w.y"), entry("b.y")], objective.start)
    np.testing.assert_allclose(least_squares(objective, plane).at, [2, 1], atol=1e-12)
    alone = chosen_entries(objective, [entry("w.y")], objective.start)
    np.testing.assert_allclose(least_squares(objective, alone).at, [13 / 5], atol=1e-12)


def test_what_is_not_straight_or_no_square_has_no_closed_form():
    assert least_squares(*valley()) is None
    objective = Objective(graph_of("cnn"), fed("cnn"))
    last = chosen_entries(objective, [entry("out.bias", 0), entry("out.bias", 1)], objective.start)
    assert least_squares(objective, last) is not None  # behind the ReLU all is straight
    first = chosen_entries(objective, [entry("conv.bias", 0)], objective.start)
    assert least_squares(objective, first) is None
    two = Objective(example("two_linears"))  # a product of two parameters is not straight
    across = [entry("w1.y", 0, 0), entry("w2.y", 0, 0)]
    assert least_squares(two, chosen_entries(two, across, two.start)) is None
    assert least_squares(two, chosen_entries(two, across[:1], two.start)) is not None
    outliers = Objective(example("line_with_outliers"))
    plane = chosen_entries(outliers, [entry("line_l1.bias", 0)], outliers.start)
    assert least_squares(outliers, plane) is None


def test_two_columns_that_are_one_have_many_optima():
    graph = example("linear_regression")
    graph.set_tensor("x.y", np.ones((6, 1)))
    objective = Objective(graph)
    plane = chosen_entries(
        objective, [entry("line.weight", 0, 0), entry("line.bias", 0)], objective.start
    )
    found = least_squares(objective, plane)
    assert not found.is_only
    np.testing.assert_allclose(found.at.sum(), 3.5)  # the mean of t
