"""Filters of all convolutions, and what each of several losses compares."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph
from graph.port import PortRef
from runtime import Engine
from runtime.training.pictures.filters import Filters
from runtime.training.pictures.studio import Studio, Wanted


def sliding(module: str, shape: tuple[int, ...], **attributes) -> Graph:
    """x -> a convolution -> MSELoss to what is kept, for 3 samples."""
    draw = np.random.RandomState(0)
    graph = Graph(target="loss", seed=2)
    graph.add("Input", "x", shape=shape)
    graph.add(module, "slide", **attributes)
    graph.connect("x.y", "slide.x")
    made = graph.types.of(PortRef("slide", "y")).shape
    graph.add("Input", "t", shape=made)
    graph.add("MSELoss", "loss")
    graph.connect("slide.y", "loss.prediction")
    graph.connect("t.y", "loss.target")
    graph.set_tensor("x.y", draw.standard_normal(shape))
    graph.set_tensor("t.y", draw.standard_normal(made))
    return graph


def drawn(graph: Graph, sample: int) -> Filters:
    studio = Studio(graph)
    assert studio.convolutions == ("slide",)
    wanted = Wanted(frozenset({"filters"}), node="slide", sample=sample)
    return studio.draw(wanted).filters


def test_what_slides_along_one_axis_has_strips():
    graph = sliding("Conv1d", (3, 2, 9), out_channels=4, kernel_size=(3,))
    found, trace = drawn(graph, 2), Engine(graph).run(phase="forward")
    assert found.weight.shape == (4, 2, 1, 3)
    np.testing.assert_array_equal(found.weight[:, :, 0], trace.value("slide.weight"))
    np.testing.assert_array_equal(found.given[:, 0], trace.value("x.y")[2])
    np.testing.assert_allclose(found.made[:, 0], trace.value("slide.y")[2], rtol=1e-12)
    assert found.index(3, 1) == "3, 1"


@pytest.mark.parametrize("groups", [1, 2])
def test_filters_of_a_transposed_convolution_stand_by_what_they_make(groups):
    graph = sliding(
        "ConvTranspose2d", (3, 4, 3, 3), out_channels=6, kernel_size=(2, 3), groups=groups
    )
    found, trace = drawn(graph, 1), Engine(graph).run(phase="forward")
    own = trace.value("slide.weight")
    assert found.weight.shape == (6, 4 // groups, 2, 3)
    for out in range(6):
        for into in range(4 // groups):
            at = tuple(int(part) for part in found.index(out, into).split(", "))
            np.testing.assert_array_equal(found.weight[out, into], own[at])
    # What each filter spreads, summed over the channels of its group, is the map that goes out.
    group = found.given.reshape(groups, -1, 3, 3)
    for out in range(6):
        made = np.full(found.made.shape[1:], trace.value("slide.bias")[out])
        for into, channel in enumerate(group[out // (6 // groups)]):
            for row, column in np.ndindex(3, 3):
                spread = channel[row, column] * found.weight[out, into]
                made[row : row + 2, column : column + 3] += spread
        np.testing.assert_allclose(found.made[out], made, rtol=1e-12, atol=1e-12)


def two_losses() -> Graph:
    """One hidden layer with two heads: a number by MSELoss, a class by cross entropy."""
    draw = np.random.RandomState(1)
    graph = Graph(target="total", seed=3)
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Input", "height", shape=("B", 1))
    graph.add("Input", "kind", shape=("B",), dtype="int64")
    graph.add("Linear", "number", out_features=1)
    graph.add("Linear", "logits", out_features=3)
    graph.add("MSELoss", "error")
    graph.add("CrossEntropyLoss", "surprise")
    graph.add("Square", "weighed")
    graph.add("Add", "total")
    for edge in (
        "x.y number.x", "x.y logits.x", "number.y error.prediction", "height.y error.target",
        "logits.y surprise.logits", "kind.y surprise.target", "surprise.y weighed.x",
        "weighed.y total.a", "error.y total.b",
    ):  # fmt: skip
        graph.connect(*edge.split())
    graph.set_tensor("x.y", draw.standard_normal((8, 2)))
    graph.set_tensor("height.y", draw.standard_normal((8, 1)))
    graph.set_tensor("kind.y", np.arange(8) % 3)
    return graph


def test_of_several_losses_the_nearest_is_seen_or_the_one_that_is_named():
    graph = two_losses()
    near, other = Studio(graph), Studio(graph, loss="surprise")
    assert near.subject.losses == other.subject.losses == ("error", "surprise")
    assert near.subject.prediction == PortRef("number", "y")
    assert near.reading.classes == 0
    assert other.subject.truth == PortRef("kind", "y")
    assert other.reading.classes == 3
    assert Studio(graph, loss="gone").subject.loss == "error"
