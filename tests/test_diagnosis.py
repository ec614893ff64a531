"""Failing made visible: real trainings that fail, and those that do not, told in words."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph
from runtime import SGD, Engine, Trainer
from runtime.training.diagnosis import diagnose_curves, diagnose_run
from runtime.training.history import Epoch

DRAW = np.random.RandomState(0).standard_normal


def line(seed: int = 0) -> tuple[Graph, dict[str, np.ndarray]]:
    """A linear regression with 8 samples."""
    graph = Graph(dtype="float64", target="loss", mode="train", seed=seed)
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Input", "t", shape=("B", 1))
    graph.add("Linear", "out", out_features=1)
    graph.add("MSELoss", "loss")
    for source, target in (
        ("x.y", "out.x"),
        ("out.y", "loss.prediction"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    x = DRAW((8, 2))
    return graph, {"x": x, "t": x @ [[1.0], [-2.0]] + 3 + 0.1 * DRAW((8, 1))}


def chain(activation: str, depth: int, width: int = 6) -> Graph:
    """Layers of equal width, one below the other."""
    graph = Graph(dtype="float64", target="loss", mode="train", seed=1)
    graph.add("Input", "x", shape=("B", 3))
    before = "x.y"
    for number in range(depth):
        graph.add("Linear", f"l{number}", out_features=width)
        graph.add(activation, f"a{number}")
        graph.connect(before, f"l{number}.x")
        graph.connect(f"l{number}.y", f"a{number}.x")
        before = f"a{number}.y"
    graph.add("Linear", "out", out_features=1)
    graph.connect(before, "out.x")
    graph.add("Square", "squared")
    graph.connect("out.y", "squared.x")
    graph.add("Mean", "loss")
    graph.connect("squared.y", "loss.x")
    return graph


def curves(graph: Graph, feeds: dict[str, np.ndarray], rate: float, updates: int):
    """Updates, losses and rates of a training on one batch."""
    trainer = Trainer(graph, SGD(lr=rate))
    losses = [float(trainer.step(feeds)) for _ in range(updates)]
    return np.arange(1, updates + 1), np.array(losses), np.full(updates, rate)


def epochs(train: list[float], validation: list[float]) -> list[Epoch]:
    return [
        Epoch(number, 10 * number, 0.1, {"train": {"loss": a}, "validation": {"loss": b}})
        for number, (a, b) in enumerate(zip(train, validation, strict=True), 1)
    ]


@pytest.mark.parametrize("updates", [8, 40, 120])
def test_a_rate_too_high_diverges_and_one_that_is_not_does_not(updates):
    graph, feeds = line()
    (found,) = diagnose_curves(*curves(graph, feeds, 1.5, updates), [])
    assert found.kind == "diverging"
    assert "The learning rate 1.5 is too high." in found.mend
    assert 1 <= found.go_back <= updates // 4
    good = diagnose_curves(*curves(graph, feeds, 0.1, min(updates, 40)), [])
    assert not good


def test_a_loss_that_is_no_number_any_more_has_diverged():
    losses = np.array([2.0, 1.5, 1.2, 4.0, 90.0, np.inf, np.nan, np.nan])
    (found,) = diagnose_curves(np.arange(1, 9), losses, np.ones(8), [])
    assert found.kind == "diverging"
    assert found.go_back == 3


def test_noise_alone_is_no_trend():
    losses = 1 + 0.4 * np.random.RandomState(1).standard_normal(400) * np.linspace(1, 0.8, 400)
    losses -= np.linspace(0, 0.6, 400)
    assert not diagnose_curves(np.arange(1, 401), losses, np.ones(400), [])


def test_a_gap_that_widens_is_called_overfitting_from_its_best_epoch_on():
    falling = [1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1]
    (found,) = diagnose_curves(
        *[np.zeros(0)] * 3, epochs(falling, [1.1, 0.8, 0.7, 0.75, 0.8, 0.9, 1.1])
    )
    assert (found.kind, found.since, found.go_back) == ("overfitting", 3, 30)
    assert "fell from 0.4 to 0.1" in found.found
    assert "rose from 0.7 to 1.1" in found.found
    for validation in (
        [1.1, 0.8, 0.7, 0.71, 0.7, 0.72, 0.71],  # it stays
        [1.1, 0.8, 0.7, 0.65, 0.6, 0.55, 0.9],  # one bad epoch
        [0.1, 0.08, 0.05, 0.06, 0.06, 0.07, 0.07],  # still below the training loss: no gap
    ):
        assert not diagnose_curves(*[np.zeros(0)] * 3, epochs(falling, validation))
    rising = epochs(falling[::-1], [1.1, 0.8, 0.7, 0.75, 0.8, 0.9, 1.1])
    assert not diagnose_curves(*[np.zeros(0)] * 3, rising)  # both get worse: that is another thing


def test_a_loss_that_stays_is_a_plateau_unless_nothing_is_left_to_learn():
    graph, feeds = line()
    graph.set_tensor("out.bias", np.array([50.0]))
    stuck = curves(graph, feeds, 1e-7, 60)
    (found,) = diagnose_curves(*stuck, [])
    assert (found.kind, found.since) == ("plateau", 1)
    assert not diagnose_curves(*curves(graph, feeds, 0.1, 400), [])  # the noise is left, 0.01
    updates, losses = np.arange(1, 101), 2 + np.exp(-np.arange(100) / 4)
    (flat,) = diagnose_curves(updates, losses, np.ones(100), [], np.ones(100))
    assert flat.kind == "plateau"
    norms = np.exp(-np.arange(100) / 4)  # nothing of the gradient is left: it is a minimum
    assert not diagnose_curves(updates, losses, np.ones(100), [], norms)


def test_zeros_stay_alike_and_random_weights_do_not():
    graph = chain("Tanh", 1)
    feeds = {"x": DRAW((5, 3))}
    assert not diagnose_run(Engine(graph, mode="train").run(feeds))
    graph.set_tensor("l0.weight", np.zeros((6, 3)))
    graph.set_tensor("l0.bias", np.zeros(6))
    graph.set_tensor("out.weight", np.full((1, 6), 0.5))
    graph.set_tensor("out.bias", np.ones(1))
    trainer = Trainer(graph, SGD(lr=0.1))
    for _ in range(5):
        trainer.step(feeds)
    assert np.ptp(trainer.parameters["l0.weight"], 0).max() == 0  # still alike
    graph.apply(trainer.edit())
    (found,) = diagnose_run(Engine(graph, mode="train").run(feeds))
    assert (found.kind, found.node) == ("symmetric units", "l0")
    assert "its 6 units have the same weights" in found.found


def test_dead_units_and_vanishing_gradients_name_their_nodes():
    graph = chain("ReLU", 1)
    graph.set_tensor("l0.bias", np.array([-100.0] * 4 + [5.0] * 2))
    (dead,) = diagnose_run(Engine(graph, mode="train").run({"x": DRAW((5, 3))}))
    assert (dead.kind, dead.node) == ("dead units", "a0")
    assert "67% of its units are dead" in dead.found
    deep = diagnose_run(Engine(chain("Sigmoid", 8), mode="train").run({"x": DRAW((5, 3))}))
    assert deep[0].kind == "vanishing gradients"
    assert deep[0].node == "l0"
