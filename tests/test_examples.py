"""The examples that are shipped say what they are made to say."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from graph import check, dumps, load
from runtime import Engine, check_gradients

FOLDER = Path(str(files("assets"))) / "examples"
ALL = sorted(FOLDER.glob("*.gradwire"))


def run(name):
    graph = load(FOLDER / f"{name}.gradwire")
    return graph, Engine(graph).run()


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_example_is_sound(path):
    graph = load(path)
    assert not check(graph).problems
    assert dumps(graph) == path.read_bytes()
    assert all(node.at is not None for node in graph.nodes.values())
    report = check_gradients(graph)
    assert {verdict.word for verdict in report.edges.values()} <= {
        "agrees",
        "not differentiable",
        "no path",
    }


def test_the_examples_are_the_four():
    names = ["backprop_by_hand", "fan_out", "softmax_classifier", "xor"]
    assert [path.stem for path in ALL] == names


def test_backpropagation_by_hand_reads_as_on_paper():
    _, trace = run("backprop_by_hand")
    assert trace.value("loss.y") == 3
    assert trace.gradient("x2.y") == 1  # grad(loss, x2)
    assert trace.edge("x1.y", "x2.a").jacobian.dense() == 1  # grad(x2, x1)
    assert trace.edge("w.y", "x1.a").jacobian.dense() == 2  # grad(x1, w)
    assert trace.edge("b.y", "x2.b").jacobian.dense() == 1  # grad(x2, b)
    assert trace.gradient("w.y") == 2
    assert trace.gradient("b.y") == 1
    steps = [(step.phase, step.node) for step in trace.steps]
    forward = ["x1", "x2", "difference", "loss"]
    assert steps == [("forward", n) for n in forward] + [
        ("reverse", n) for n in ["loss", "difference", "x2", "x1"]
    ]


def test_xor_is_nearly_solved_and_no_gradient_is_zero():
    graph, trace = run("xor")
    prediction = trace.value("output.y")
    np.testing.assert_array_equal(np.round(prediction), trace.value("target.y"))
    assert np.abs(trace.value("hidden.y")).min() >= 0.05
    for node, ports in (("hidden", ("weight", "bias")), ("output", ("weight", "bias"))):
        for port in ports:
            assert np.abs(trace.gradient(f"{node}.{port}")).min() > 1e-3
    assert np.abs(trace.gradient("output.y")).min() > 1e-3
    assert np.abs(trace.gradient("x.y")).min() > 1e-3
    assert len(graph.nodes) == 6


def test_the_gradient_on_the_logits_is_prediction_minus_target():
    _, trace = run("softmax_classifier")
    p = trace.value("probabilities.y")
    y = np.eye(3)[trace.value("target.y")]
    assert p.shape == (5, 3)
    np.testing.assert_allclose(trace.gradient("logits.y"), p - y, atol=1e-14)
    assert trace.edge("logits.y", "probabilities.x").gradient is None
    blocks = trace.edge("logits.y", "probabilities.x").jacobian
    assert blocks.structure == "block-diagonal"
    for i, row in enumerate(p):
        block = blocks.window(slice(3 * i, 3 * i + 3), slice(3 * i, 3 * i + 3))
        np.testing.assert_allclose(block, np.diag(row) - np.outer(row, row), atol=1e-15)


def test_the_fan_out_is_the_sum_over_three_edges():
    graph, trace = run("fan_out")
    edges = [edge for edge in graph.edges if edge.source.node == "x"]
    assert len(edges) == 3
    parts = [trace.edge(edge.source, edge.target).gradient for edge in edges]
    assert float(sum(parts)) == pytest.approx(float(trace.gradient("x.y")), abs=1e-15)
    assert float(trace.gradient("x.y")) == pytest.approx(np.sin(2) + 2 * np.cos(2) + 1)
