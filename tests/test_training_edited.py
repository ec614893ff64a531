"""A graph that is edited while it is trained: what was learned stays where it still fits."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph
from graph import edits as e
from runtime import SGD, Adam, RMSProp, Trainer
from tests.test_training_batches import batch, classifier

OPTIMIZERS = [SGD(lr=0.1, momentum=0.9), Adam(lr=0.01), RMSProp(lr=0.01)]


def trained(edit: e.Edit, optimizer=None) -> tuple[Graph, Trainer, dict[str, np.ndarray]]:
    """A graph edited after two steps, its trainer, and what it had learned by then."""
    graph = classifier()
    trainer = Trainer(graph, optimizer)
    for _ in range(2):
        trainer.step(batch(5))
    before = trainer.parameters
    graph.apply(edit)
    return graph, trainer, before


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda one: one.name)
def test_a_layer_of_another_size_starts_anew(optimizer):
    """It and what reads it; the numbers are those that its graph gives them."""
    graph, trainer, before = trained(e.SetAttributes("l1", {"out_features": 4}), optimizer)
    fresh = Trainer(graph, optimizer)
    trainer.begin(batch(5))
    fresh.begin(batch(5))
    for name in ("l1.weight", "l1.bias", "l2.weight"):
        np.testing.assert_array_equal(trainer.parameters[name], fresh.parameters[name])
    np.testing.assert_array_equal(trainer.parameters["l2.bias"], before["l2.bias"])
    trainer.step(batch(5))
    assert {len(array) for array in trainer.memory.values()} == {4 * 4 + 4 + 3 * 4 + 3}


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda one: one.name)
def test_another_dtype_takes_over_what_was_learned(optimizer):
    _, trainer, before = trained(e.SetGraph({"dtype": "float32"}), optimizer)
    trainer.begin(batch(5))
    for name, array in trainer.parameters.items():
        np.testing.assert_array_equal(array, before[name].astype("float32"))
    for size in (5, 3):
        assert trainer.step(batch(size)).dtype == np.float32
    assert {array.dtype.name for array in trainer.memory.values()} == {"float32"}


def test_a_layer_that_is_taken_out_and_one_that_comes():
    graph, trainer, before = trained(e.SetNode("loss", {"label": "L"}))
    graph.add("Tanh", "bent")
    graph.add("Linear", "l3", out_features=6)
    graph.connect("l1.y", "bent.x")
    graph.connect("bent.y", "l3.x")
    graph.apply(e.Disconnect(graph.arriving("l2")["x"].target))
    graph.connect("l3.y", "l2.x")
    trainer.begin(batch(5))
    after = trainer.parameters
    assert after.keys() == before.keys() | {"l3.weight", "l3.bias"}
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)
    trainer.step(batch(5))
