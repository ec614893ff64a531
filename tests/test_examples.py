"""The examples that are shipped say what they are made to say."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from docs.make_gallery import EXAMPLES
from graph import check, dumps, load
from graph.training import Training
from gui.examples import ORDER, examples, words_of
from runtime import Engine, check_gradients
from tests.catalogue_cases import error

FOLDER = Path(str(files("assets"))) / "examples"
ALL = sorted(FOLDER.glob("*.gradwire"))


def run(name):
    graph = load(FOLDER / f"{name}.gradwire")
    return graph, Engine(graph).run()


def few_samples(graph) -> dict[str, np.ndarray]:
    """What is checked of a graph that is trained: two samples, and of a kept sequence two steps."""
    if graph.training == Training():
        return {}
    found = {}
    for name, array in Engine(graph).feeds().items():
        node, _, port = name.partition(".")
        found[name] = array[:, :2] if port in graph.module(node).over_time else array[:2]
    for ref, tensor in graph.tensors.items():
        if "B" not in graph.nodes[ref.node].attributes.get("shape", ()):
            continue
        array = np.array(tensor.values()).reshape(tensor.shape)
        found[ref.node] = array[:2, :2] if graph.module(ref.node).over_time else array[:2]
    return found


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_example_is_sound(path):
    graph = load(path)
    hints = ["linear-linear"] if path.stem == "two_linears" else []  # that is its lesson
    assert [problem.code for problem in check(graph).findings] == hints
    assert dumps(graph) == path.read_bytes()
    bodies = [definition.body for definition in graph.definitions.values()]
    for shown in (graph, *bodies):
        assert all(node.at is not None for node in shown.nodes.values())
    if path not in examples():
        return  # its samples are not on this machine
    report = check_gradients(graph, few_samples(graph))
    assert report.ok
    # Black margins of a digit are all alike: there pooling takes the first.
    kinks = {"kink"} if path.stem in ("digits", "digits_cnn", "fashion_mnist") else set()
    assert {verdict.word for verdict in report.edges.values()} <= kinks | {
        "agrees",
        "not differentiable",
        "no path",
    }


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_example_has_a_place_a_title_a_sentence_and_a_picture(path):
    words = words_of(path)
    assert path.stem in ORDER
    assert path.with_suffix(".svg").exists()
    assert 3 < len(words.title) <= 48
    assert 15 < len(words.sentence) <= 140, words.sentence


def test_every_place_is_taken():
    assert sorted(ORDER) == [path.stem for path in ALL]


@pytest.mark.parametrize("name", ["linear_regression", "cancelling", "rnn", "transformer_block"])
def test_a_made_example_is_what_its_script_makes(name):
    assert dumps(EXAMPLES[name]()) == (FOLDER / f"{name}.gradwire").read_bytes()


def test_a_gradient_vanishes_through_sigmoids_and_not_past_residual_edges():
    _, trace = run("vanishing")

    def shrinks(kind):
        first, last = (np.abs(trace.gradient(f"{kind}{n}.weight")).max() for n in (0, 7))
        return first / last

    assert shrinks("sigmoid") < 1e-3
    assert shrinks("relu") > 0.02
    assert shrinks("residual") > 0.2


def test_two_paths_cancel():
    _, trace = run("cancelling")
    assert trace.gradient("x.y") == 0
    assert trace.gradient("square.x") == 6
    assert trace.gradient("line.a") == -6


def test_no_gradient_comes_through_sign():
    _, trace = run("perceptron")
    assert not trace.gradient("sum.weight").any()
    assert trace.gradient("sign.y").any()


def test_two_linears_are_one_whose_weight_is_the_product():
    _, trace = run("two_linears")
    assert trace.value("difference.y") == 0
    product = trace.value("w2.y") @ trace.value("w1.y")
    np.testing.assert_allclose(trace.value("product.y"), product, atol=1e-15)


@pytest.mark.parametrize("name", ["learned_features", "radial_features", "logistic_regression"])
def test_what_was_trained_is_right_after_rounding(name):
    _, trace = run(name)
    logits = {"learned_features": "logit.y", "radial_features": "fixed_logit.y"}
    found = trace.value(logits.get(name, "logits.y")) > 0
    np.testing.assert_array_equal(found, trace.value("t.y") > 0.5)


def test_the_digits_shown_are_read():
    _, trace = run("digits")
    found = trace.value("logits.y").argmax(axis=1)
    assert (found == trace.value("t.y")).sum() >= 7


def test_networks_in_time_remember_the_first_number():
    for name in ("rnn", "lstm", "gru"):
        _, trace = run(name)
        assert trace.value(trace.target).item(-1) < 0.02
        parts = trace.gradient_over_time("kept.weight" if name == "rnn" else "cell.weight_hh")
        assert len(parts) == 6
        assert np.abs(parts[1]).max() > 0


def test_the_gradient_of_a_divergence_is_prediction_minus_target():
    _, trace = run("divergence")
    probabilities = np.exp(trace.value("logs.y"))
    found = trace.gradient("logits.y")
    np.testing.assert_allclose(found, probabilities - trace.value("t.y"), atol=1e-14)


def test_a_token_reads_no_later_one():
    _, trace = run("attention_head")
    weights = trace.value("weights.y")
    np.testing.assert_array_equal(np.triu(weights, 1), 0)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-15)


def test_a_transformer_block_is_a_composite_of_composites():
    graph, trace = run("transformer_block")
    assert set(graph.definitions) == {"Attend", "Feed forward", "Transformer block"}
    assert len(graph.nodes) == 4
    assert trace.gradient("transformer_block/attend/query.weight").shape == (8, 8)


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


GALLERY = np.load(Path(str(files("assets"))) / "reference" / "gallery.npz")


@pytest.mark.parametrize("name", ["lstm", "gru", "transformer_block", "digits"])
def test_the_networks_agree_with_pytorchs_modules(name):
    """assets/reference/gallery.npz is made by tests/reference/make_gallery.py with PyTorch."""
    _, trace = run(name)
    assert error(trace.value(trace.target).item(-1), GALLERY[f"{name}/loss"]) < 1e-10
    ports = [key for key in GALLERY.files if key.startswith(f"{name}/") and "." in key]
    assert len(ports) >= 6
    for key in ports:
        assert error(trace.gradient(key.removeprefix(f"{name}/")), GALLERY[key]) < 1e-8, key
