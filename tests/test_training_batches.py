"""Batches of a training: of any size, given in any way, and those that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, dumps
from runtime import SGD, Adam, FeedError, NotFinite, Trainer
from tests.training_cases import numbers


def classifier() -> Graph:
    """Two layers and a cross-entropy for batches of any size: x [B, 4], t [B]."""
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=("B", 4))
    graph.add("Input", "t", shape=("B",), dtype="int64")
    graph.add("Linear", "l1", out_features=6)
    graph.add("Linear", "l2", out_features=3)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (
        ("x.y", "l1.x"),
        ("l1.y", "l2.x"),
        ("l2.y", "loss.logits"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    return graph


def batch(size: int) -> dict[str, np.ndarray]:
    given = numbers("mlp")
    return {"x": given["x"][:size], "t": given["t"][:size]}


def test_batches_of_another_size_keep_what_was_learned():
    trainer = Trainer(classifier(), Adam(lr=0.01))
    trainer.step(batch(7))
    before = trainer.parameters["l1.weight"]
    trainer.step(batch(3))
    assert trainer.count == 2
    change = np.abs(trainer.parameters["l1.weight"] - before)
    assert 0 < change.max() < 0.02  # one step of Adam from where it stood, with what it remembers


def as_lists(fed):
    return {name: array.tolist() for name, array in fed.items()}


def as_ports(fed):
    return {f"{name}.y": array for name, array in fed.items()}


def as_others(fed):
    """The same numbers in another order of bytes and in memory."""
    x = np.asfortranarray(fed["x"]).astype(">f8")
    return {"t": np.repeat(fed["t"].astype("int8"), 2)[::2], "x": x}


def in_turns(fed):
    return as_lists(fed) if len(fed["x"]) % 2 else as_others(fed)


@pytest.mark.parametrize("given", [as_lists, as_ports, as_others, in_turns])
def test_it_does_not_matter_how_batches_are_given(given):
    """Sizes change: what is ready for the feeds of one step is not taken for those of another."""
    one, other = (Trainer(classifier(), SGD(lr=0.1)) for _ in range(2))
    for size in (4, 1, 7, 2, 4, 1, 3, 5, 4):
        assert one.step(batch(size)) == other.step(given(batch(size))), size
    for name, array in one.parameters.items():
        np.testing.assert_array_equal(other.parameters[name], array)


def test_a_number_too_large_for_the_dtype_is_infinite_and_named():
    """NumPy has nothing to say of it besides, at the first step and when all is ready."""
    trainer = Trainer(classifier(), dtype="float32")
    fed = batch(3)
    far = {**fed, "x": fed["x"] * 1e300}
    for _ in range(2):
        trainer.step(fed)
        with pytest.raises(NotFinite, match="∞"):
            trainer.step(far)


@pytest.mark.parametrize("module", ["Linear", "BatchNorm"])
def test_feeds_that_give_a_parameter_another_shape_are_refused(module):
    """Also one with as many numbers; then nothing has changed."""
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=("B", "features"))
    graph.add(module, "layer", **({"out_features": 3} if module == "Linear" else {}))
    graph.add("Mean", "loss")
    graph.connect("x.y", "layer.x")
    graph.connect("layer.y", "loss.x")
    trainer = Trainer(graph, Adam(lr=0.1))
    fed = {"x": np.arange(8.0).reshape(2, 4)}
    trainer.step(fed)
    before = trainer.parameters | trainer.state
    with pytest.raises(FeedError, match=r"layer\.weight: found feeds .*\[(3, )?6\], .*\[(3, )?4\]"):
        trainer.step({"x": np.ones((2, 6))})
    for name, array in (trainer.parameters | trainer.state).items():
        np.testing.assert_array_equal(array, before[name])
    trainer.step(fed)
    assert trainer.count == 2


@pytest.mark.parametrize("shape", [(0, 4), (0, 4, 3)])
def test_a_batch_of_no_samples_moves_no_state(shape):
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=("B", *shape[1:]))
    graph.add("BatchNorm", "norm")
    graph.add("Sum", "loss")
    graph.connect("x.y", "norm.x")
    graph.connect("norm.y", "loss.x")
    trainer = Trainer(graph, SGD(lr=0.1))
    trainer.step({"x": np.random.RandomState(0).standard_normal((5, *shape[1:]))})
    before = trainer.state
    trainer.step({"x": np.zeros(shape)})
    for name, array in before.items():
        np.testing.assert_array_equal(trainer.state[name], array)


def test_a_bad_batch_names_the_node_and_changes_nothing():
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=(3,))
    graph.add("Parameter", "w", shape=(3,))
    graph.add("Multiply", "product")
    graph.add("Log", "log")
    graph.add("Sum", "loss")
    for source, target in (
        ("x.y", "product.a"),
        ("w.y", "product.b"),
        ("product.y", "log.x"),
        ("log.y", "loss.x"),
    ):
        graph.connect(source, target)
    graph.set_tensor("w.y", np.array([1.0, 2.0, 3.0]))
    trainer = Trainer(graph, Adam(lr=0.1))
    trainer.step({"x": np.ones(3)})
    before, state = trainer.parameters, dumps(graph)
    for _ in range(2):
        with pytest.raises(NotFinite, match=r"log\.y: found NaN at \[1\]") as caught:
            trainer.step({"x": np.array([1.0, -1.0, 1.0])})
        assert caught.value.node == "log"
    assert trainer.count == 1
    np.testing.assert_array_equal(trainer.parameters["w.y"], before["w.y"])
    assert dumps(graph) == state
    trainer.step({"x": np.ones(3)})
    assert trainer.count == 2
