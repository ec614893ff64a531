"""Histograms of a training's moments, held against NumPy and against a run of the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graph import Graph, PortRef
from graph.edits import Batch, SetTensor
from graph.rules import SGD
from graph.tensor import Tensor
from runtime import Engine
from runtime.training.distributions import Survey, histogram, strip
from runtime.training.session import Session


def test_a_histogram_counts_every_number_once():
    numbers = np.random.RandomState(0).standard_normal((30, 20))
    found = histogram(numbers, 10)
    assert list(found.counts) == list(np.histogram(numbers, 10)[0])
    assert (found.low, found.high) == (numbers.min(), numbers.max())
    broken = histogram(np.array([1.0, np.nan, np.inf, 2.0, 2.0]))
    assert (broken.total, broken.others) == (3, 2)
    same = histogram(np.full(7, 3.0))
    assert same.low < 3.0 < same.high
    assert same.total == 7
    assert histogram(np.array([np.nan])).total == 0


def test_side_by_side_they_share_a_range_and_lose_nothing():
    rng = np.random.RandomState(1)
    found = [histogram(rng.standard_normal(500) * scale) for scale in (1.0, 0.2, 3.0)]
    found.append(histogram(np.array([np.nan])))
    low, high, shares = strip(found, 30)
    assert (low, high) == (min(x.low for x in found[:3]), max(x.high for x in found[:3]))
    assert shares.sum(0) == pytest.approx([1, 1, 1, 0])
    # What is narrow stays narrow: the middle third holds all of the second.
    assert shares[10:20, 1].sum() > 0.99
    middle = (np.linspace(low, high, 31)[:-1] + np.linspace(low, high, 31)[1:]) / 2
    assert (shares[:, 2] * middle).sum() == pytest.approx(0.0, abs=0.5)
    assert strip([])[2].shape == (96, 0)


def test_a_survey_measures_what_the_engine_gives_at_a_moment():
    graph = Graph(target="loss", mode="train")
    graph.add("Data", "data", source="builtin:moons", batch=16)
    graph.add("Linear", "hidden", out_features=5)
    graph.add("ReLU", "act")
    graph.add("Linear", "out", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (("data.x", "hidden.x"), ("hidden.y", "act.x"), ("act.y", "out.x"),
                           ("out.y", "loss.logits"), ("data.t", "loss.target")):  # fmt: skip
        graph.connect(source, target)
    graph.configure(training=replace(graph.training, optimizer=SGD(lr=0.5)))
    session, survey = Session(graph), Survey.of(graph)
    for _ in range(3):
        session.step()
    moment = session.moment()
    found = survey.at(moment)
    assert found.update == 3

    there = graph.copy()
    tensors = {PortRef.parse(at): Tensor.of(x) for at, x in moment.parameters.items()}
    there.apply(Batch(tuple(SetTensor(ref, tensor) for ref, tensor in tensors.items())))
    trace = Engine(there, mode="train").run(session.feeds())
    for at in ("hidden.weight", "out.bias"):
        assert list(found.weights[at].counts) == list(histogram(moment.parameters[at]).counts)
        assert list(found.gradients[at].counts) == list(histogram(trace.gradient(at)).counts)
    activations = found.activations["hidden.weight"]
    assert activations.total == 16 * 5
    assert activations.high == trace.value("hidden.y").max()

    session.step()
    later = survey.at(session.moment())
    assert later.update == 4
    assert later.weights["hidden.weight"].low != found.weights["hidden.weight"].low
