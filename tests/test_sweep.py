"""Sweeps of the learning rate, and what the examples of landscapes show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph import load
from graph.rules import Stop
from graph.training import Training
from runtime import SGD, Adam, BadSetting, Trainer
from runtime.training.landscape.sweeping import rates_between, sweep

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


def example(name):
    return load(EXAMPLES / f"{name}.gradwire")


class Kept:
    """Feeds a graph the tensors that it keeps."""

    updates_per_epoch = 1

    def length(self, part):
        return int(part == "train")

    def samples(self, number):
        return 1

    def batch(self, epoch, number):
        return {}

    def feeds(self, part, indices):
        return {}


def test_a_sweep_finds_rates_that_crawl_that_fit_and_that_diverge():
    graph, told = example("linear_regression"), []
    training = Training(optimizer=SGD(lr=5.0), epochs=3, stop=Stop(patience=1))
    found = sweep(
        graph, [1e-4, 0.1, 100.0], 80, feeder=Kept(), training=training, progress=told.append
    )
    trainer = Trainer(graph, SGD(lr=0.1))
    assert found.start == float(trainer.step())
    for _ in range(79):
        trainer.step()
    assert found.losses[1] == pytest.approx(float(trainer.step()))
    assert found.best == 1
    assert found.losses[0] < found.start
    assert found.losses[2] == np.inf
    assert found.diverged.tolist() == [False, False, True]
    assert told[-1] <= 1
    np.testing.assert_allclose(rates_between(0.01, 1, 3), [0.01, 0.1, 1])
    with pytest.raises(BadSetting, match="rates above 0"):
        rates_between(0, 1)


# --- what the examples show ------------------------------------------------------------------


def test_the_square_follows_outliers_and_the_absolute_value_does_not():
    trainer = Trainer(example("line_with_outliers"), Adam(lr=0.1))
    for _ in range(200):
        trainer.step()
    learned = trainer.parameters

    def missed(name):
        offset = float(learned[f"line_{name}.bias"][0]) - 1
        slope = float(learned[f"line_{name}.weight"][0, 0]) - 2
        return np.hypot(slope, offset)

    assert missed("l1") < 0.1 < missed("huber") < 0.3 < 1 < missed("mse")
