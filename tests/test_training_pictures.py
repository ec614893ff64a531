"""Pictures of a training: what they evaluate is held against the engine, what they say by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph import GradwireError, Graph, PortRef, load
from runtime import Engine
from runtime.data.feeding import Feeder
from runtime.errors import NoTarget
from runtime.training.pictures.principal import Projection
from runtime.training.pictures.studio import Studio, Wanted
from runtime.training.pictures.verdicts import Reading, Verdicts, reading_of
from tests.training_cases import graph_of, numbers

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
NAMES = ("xor", "learned_features", "digits", "lstm", "attention_head", "transformer_block")


def example(name: str) -> Graph:
    return load(EXAMPLES / f"{name}.gradwire")


def wanted(*pictures: str, **more) -> Wanted:
    return Wanted(frozenset(pictures), **more)


def shaken(graph: Graph) -> dict[str, np.ndarray]:
    """Other parameters than the graph's, by address."""
    draw = np.random.RandomState(1)
    trace = Engine(graph).run()
    return {
        str(source.ref): trace.value(source.ref) + draw.standard_normal(source.type.shape)
        for source in trace.plan.sources
        if source.ref.port in ("weight", "bias")
    }


# --- predictions -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_those_of_the_engine_at_the_graphs_parameters_and_at_others(name):
    graph = example(name)
    studio, prediction = Studio(graph), Studio(graph).subject.prediction
    expected = Engine(graph).run(phase="forward").value(prediction)
    np.testing.assert_array_equal(studio.verdicts().scores, expected)
    other = shaken(graph)
    for ref, array in other.items():
        graph.set_tensor(ref, array)
    moved = Engine(graph).run(phase="forward").value(prediction)
    assert not np.array_equal(moved, expected)
    np.testing.assert_array_equal(studio.verdicts(other).scores, moved)


def test_state_is_taken_from_the_run_too():
    graph, fed = graph_of("norm"), numbers("norm")
    for id_ in "xt":
        graph.set_tensor(f"{id_}.y", fed[id_])
    mean = np.arange(5.0)
    found = Studio(graph).verdicts({"bn.running_mean": mean}).scores
    graph.set_tensor("bn.running_mean", mean)
    expected = Engine(graph, mode="eval").run(phase="forward").value("l2.y")
    np.testing.assert_array_equal(found, expected)


# --- planes ------------------------------------------------------------------------------------


def test_a_grid_is_what_the_engine_says_at_each_of_its_points():
    graph = example("learned_features")  # drawn for four samples
    found = Studio(graph).draw(wanted("plane", side=6)).plane
    points, scores = found.points.reshape(-1, 2), found.scores.reshape(-1, 1)
    engine = Engine(graph)
    for first in range(0, 36, 4):
        four = slice(first, first + 4)
        trace = engine.run({"x": points[four]}, phase="forward")
        np.testing.assert_allclose(trace.value("logit.y"), scores[four], rtol=1e-12)


def test_the_border_lies_where_the_prediction_turns():
    graph = example("learned_features")
    studio = Studio(graph)
    drawn = studio.draw(wanted("plane", "hidden", port=PortRef("features", "y"), side=41))
    (border,) = drawn.plane.lines.values()
    assert len(border)
    x = studio.subject.given
    (logits,) = studio.function.at({x: border.reshape(-1, 2)}, [studio.subject.prediction])
    assert np.abs(logits).max() < 0.15 * np.abs(drawn.plane.scores).max()
    own = np.abs(drawn.hidden.regions.scores).max()
    (border,) = drawn.hidden.regions.lines.values()
    features = PortRef("features", "y")
    (logits,) = studio.function.at({features: border.reshape(-1, 2)}, [PortRef("logit", "y")])
    assert np.abs(logits).max() < 1e-6 * own  # linear there: a straight border


def test_borders_of_several_classes_lie_where_the_two_best_are_equal():
    graph = Graph(dtype="float64", target="loss")
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Input", "t", shape=("B",), dtype="int64")
    graph.add("Linear", "logits", out_features=3)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (
        ("x.y", "logits.x"),
        ("logits.y", "loss.logits"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    draw = np.random.RandomState(2)
    graph.set_tensor("x.y", draw.standard_normal((9, 2)))
    graph.set_tensor("t.y", np.arange(9) % 3)
    graph.set_tensor("logits.bias", np.zeros(3))
    studio = Studio(graph)
    found = studio.plane(None, 33)
    assert set(np.unique(found.classes)) == {0, 1, 2}
    (borders,) = found.lines.values()
    (scores,) = studio.function.at(
        {PortRef("x", "y"): borders.reshape(-1, 2)}, [PortRef("logits", "y")]
    )
    best = np.sort(scores, axis=1)
    gaps = best[:, -1] - best[:, -2]
    assert np.median(gaps) < 1e-9
    assert gaps.max() < 0.1


def test_a_curve_is_the_line_that_the_parameters_say():
    studio = Studio(example("linear_regression"))
    found = studio.plane({"line.weight": np.array([[2.0]]), "line.bias": np.array([-1.0])})
    np.testing.assert_allclose(found.y[:, 0], 2 * found.x - 1, rtol=1e-5)
    low, high = studio.inputs.min(), studio.inputs.max()
    assert found.x[0] < low
    assert found.x[-1] > high


def test_what_mixes_samples_is_evaluated_whole_and_has_no_plane():
    graph = Graph(dtype="float64", target="loss")
    graph.add("Input", "x", shape=(4, 2))
    graph.add("Softmax", "mixed", axis=0)
    graph.add("Input", "t", shape=(4, 2))
    graph.add("MSELoss", "loss")
    for source, target in (
        ("x.y", "mixed.x"),
        ("mixed.y", "loss.prediction"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    graph.set_tensor("x.y", np.arange(8.0).reshape(4, 2))
    graph.set_tensor("t.y", np.ones((4, 2)))
    studio = Studio(graph)
    assert studio.is_whole
    assert studio.draw(wanted("plane")).plane is None
    expected = Engine(graph).run(phase="forward").value("mixed.y")
    np.testing.assert_array_equal(studio.verdicts().scores, expected)


# --- hidden ports and convolutions ---------------------------------------------------------------


def test_a_hidden_port_shows_where_samples_and_a_grid_come_to_lie():
    graph = example("learned_features")
    studio = Studio(graph)
    assert [str(ref) for ref in studio.hidden_ports] == ["hidden.y", "features.y"]
    found = studio.draw(wanted("hidden", port=PortRef("features", "y"))).hidden
    trace = Engine(graph).run(phase="forward")
    np.testing.assert_array_equal(found.spots, trace.value("features.y"))
    weight, bias = (trace.value(f"hidden.{name}") for name in ("weight", "bias"))
    corner = np.array([studio.window.low[0], studio.window.low[1]])
    np.testing.assert_allclose(found.mesh[0, 0], np.tanh(weight @ corner + bias), rtol=1e-6)
    again = studio.draw(wanted("hidden", port=found.port, before=found)).hidden
    assert again.window is found.window  # it does not tremble


def test_a_wide_port_is_seen_along_the_directions_in_which_its_samples_spread_most():
    graph = example("xor")
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((30, 2)))
    graph.set_tensor("target.y", np.arange(30.0).reshape(30, 1) % 2)
    studio = Studio(graph)
    assert studio.hidden_port == PortRef("relu", "y")
    found = studio.draw(wanted("hidden", port=PortRef("relu", "y"))).hidden
    values = Engine(graph).run(phase="forward").value("relu.y").astype(float)
    away = values - values.mean(axis=0)
    _, sizes, rows = np.linalg.svd(away)
    np.testing.assert_allclose(np.abs(found.spots), np.abs(away @ rows[:2].T), atol=1e-6)
    shares = sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose(found.projection.shares, shares[:2], rtol=1e-6)
    assert found.regions is None
    assert found.mesh.shape == (25, 25, 2)
    turned = Projection(found.projection.mean, -found.projection.axes, found.projection.shares)
    before = replace(found, projection=turned)
    again = studio.draw(wanted("hidden", port=found.port, before=before)).hidden
    np.testing.assert_array_equal(again.spots, -found.spots)


def test_a_prediction_of_two_numbers_is_decided_over_its_own_plane():
    graph = of_set("moons")
    graph.set("logits", out_features=2)
    studio = Studio(graph)
    port = studio.subject.prediction
    found = studio.draw(wanted("hidden", port=port, side=9)).hidden.regions
    points = found.points
    np.testing.assert_array_equal(found.classes, points[..., 1] > points[..., 0])


def test_a_port_beside_which_data_passes_has_samples_but_no_decisions():
    graph = example("learned_features")
    graph.add("Linear", "past", out_features=1)
    graph.add("Add", "both")
    graph.connect("x.y", "past.x")
    graph.disconnect("loss.prediction")
    for source, target in (
        ("past.y", "both.a"),
        ("logit.y", "both.b"),
        ("both.y", "loss.prediction"),
    ):
        graph.connect(source, target)
    found = Studio(graph).draw(wanted("hidden", port=PortRef("features", "y"))).hidden
    assert found.regions is None
    assert len(found.spots) == 4


def test_filters_come_with_the_maps_of_one_sample():
    graph = example("digits")
    studio = Studio(graph)
    assert studio.convolutions == ("strokes", "shapes")
    found = studio.draw(wanted("filters", node="shapes", sample=3)).filters
    trace = Engine(graph).run(phase="forward")
    np.testing.assert_array_equal(found.weight, trace.value("shapes.weight"))
    np.testing.assert_allclose(found.given, trace.value("pool.y")[3], rtol=1e-6)
    np.testing.assert_allclose(found.made, trace.value("shapes.y")[3], rtol=1e-5, atol=1e-6)


def test_inside_time_a_port_is_taken_at_the_step_that_is_shown():
    graph = example("rnn")
    graph.add("Linear", "pair", out_features=2)
    graph.connect("state.y", "pair.x")
    graph.add("LastStep", "end")
    graph.connect("pair.y", "end.x")
    graph.disconnect("said.x")
    graph.set_tensor("said.weight", np.ones((1, 2)))
    graph.connect("end.y", "said.x")
    studio = Studio(graph)
    port = PortRef("pair", "y")
    assert port in studio.hidden_ports
    trace = Engine(graph).run(phase="forward")
    for t in (0, 4):
        found = studio.draw(wanted("hidden", port=port, t=t)).hidden
        np.testing.assert_allclose(found.spots, trace.value("pair.y", t), rtol=1e-12)


# --- verdicts ------------------------------------------------------------------------------------

ROWS = np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0]])
READINGS = {
    "class logits": (ROWS, np.array([0, 1, 0]), Reading("class logits", 2)),
    "logarithms": (np.log([[0.9, 0.1]]), np.array([1]), Reading("logarithms", 2)),
    "logits": (ROWS[:, :1], np.array([[1.0], [0], [1]]), Reading("logits", 2, is_single=True)),
    "scores": (ROWS[:, :1], np.array([[1.0], [-1], [1]]), Reading("scores", 2, True, -1.0)),
    "one of a row": (ROWS, np.eye(2)[[0, 1, 1]], Reading("numbers", 2)),
    "several of a row": (ROWS, np.ones((3, 2)), Reading("logits")),
    "numbers": (ROWS, ROWS + 0.5, Reading("numbers")),
    "no such class": (ROWS, np.array([0, 1, 7]), Reading("class logits")),
}


@pytest.mark.parametrize("case", READINGS)
def test_loss_and_truths_say_how_scores_are_read(case):
    scores, truth, expected = READINGS[case]
    assert reading_of(expected.predicts, scores, truth) == expected


def test_shares_classes_and_the_table_of_confusion():
    logits = np.array([[-1.0], [2.0], [0.5], [-3.0]])
    truth = np.array([[0.0], [1.0], [0.0], [1.0]])
    found = Verdicts(reading_of("logits", logits, truth), logits, truth)
    np.testing.assert_allclose(found.shares[:, 1], 1 / (1 + np.exp(-logits[:, 0])))
    assert found.found.tolist() == [0, 1, 1, 0]
    assert found.table.tolist() == [[1, 1], [1, 1]]  # TN FP, FN TP
    assert found.worst_first.tolist() == [3, 2, 0, 1]


def test_logits_of_several_labels_are_compared_as_probabilities():
    logits, truth = np.array([[[0.0], [9.0]], [[-9.0], [0.0]]]), np.ones((2, 2, 1))
    found = Verdicts(reading_of("logits", logits, truth), logits, truth)
    off = 1 - 1 / (1 + np.exp(-logits))
    np.testing.assert_allclose(found.badness, np.square(off).mean(axis=(1, 2)))


def test_numbers_are_the_worse_the_further_off_and_nan_is_the_worst():
    scores = np.array([[1.0], [np.nan], [5.0], [2.0]])
    truth = np.array([[1.5], [2.0], [2.5], [2.5]])
    found = Verdicts(reading_of("numbers", scores, truth), scores, truth)
    assert found.worst_first.tolist() == [1, 2, 0, 3]
    assert not found.is_wrong.any()


# --- what is refused -----------------------------------------------------------------------------


def test_a_graph_that_compares_nothing_or_has_no_samples_says_so():
    with pytest.raises(NoTarget, match=r"y\.y: found no loss"):
        Studio(example("fan_out"))
    graph = example("xor")
    graph.set_tensor("x.y", None)
    with pytest.raises(NoTarget, match=r"x: found no value"):
        Studio(graph)


def test_a_node_with_an_error_is_named():
    graph = example("learned_features")
    graph.set_tensor("logit.weight", np.ones((1, 5)))
    with pytest.raises(GradwireError, match="logit"):
        Studio(graph).verdicts()


def test_work_ends_where_nobody_waits():
    calls = []

    def watch() -> None:
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Studio(example("xor")).draw(wanted("plane", "hidden"), None, watch)
    assert len(calls) == 2


# --- sets ----------------------------------------------------------------------------------------


def of_set(source: str, **attributes) -> Graph:
    """Data -> Linear -> CrossEntropyLoss."""
    graph = Graph(dtype="float64", target="loss", seed=3)
    graph.add("Data", "data", source=f"builtin:{source}", **attributes)
    graph.add("Linear", "logits", out_features=3)
    graph.add("CrossEntropyLoss", "loss")
    for edge in ("data.x logits.x", "logits.y loss.logits", "data.t loss.target"):
        graph.connect(*edge.split())
    return graph


def test_all_samples_of_a_part_are_looked_at_in_its_scale():
    graph = of_set("iris", test=0.2, scale="standardise", batch=8)
    feeder = Feeder.of(graph)
    for part in ("train", "test"):
        studio = Studio(graph, part)
        assert (studio.count, studio.of) == (feeder.length(part),) * 2
        assert studio.samples.parts == ("train", "test")
        fed = feeder.all(part)
        expected = Engine(graph).run(fed, phase="forward").value("logits.y")
        found = studio.verdicts()
        np.testing.assert_allclose(found.scores, expected, rtol=1e-12)
        np.testing.assert_array_equal(found.true, fed["data.t"])
        assert found.name(0) == "setosa"
    assert Studio(graph, "validation").samples.part == "train"  # there is none


def test_classes_that_no_loss_asks_for_mark_the_samples_of_the_narrowest_port():
    studio = Studio(example("digits_autoencoder"))
    assert studio.hidden_port == PortRef("waist", "y")
    assert studio.reading.classes == 0
    expected = Feeder.of(example("digits_autoencoder")).all("train")["data.t"]
    found = studio.labelled(50)
    np.testing.assert_array_equal(found.true, expected[:50])
    assert not found.is_wrong.any()
    assert Studio(example("xor")).labelled(4) is None


def test_many_samples_are_cut_and_counted():
    graph = of_set("blobs", options={"samples": 2_500})
    studio = Studio(graph)
    assert (studio.count, studio.of) == (2_000, 2_500)
    assert studio.coordinates == 2
    assert studio.plane(None, 5).scores.shape == (5, 5, 3)


def test_sequences_of_a_set_have_time_first():
    graph = Graph(dtype="float64", target="loss")
    graph.add("Data", "data", source="builtin:adding", options={"samples": 6, "steps": 4})
    graph.add("RNNCell", "cell", hidden_size=3)
    graph.add("LastStep", "last")
    graph.add("Linear", "said", out_features=1)
    graph.add("MSELoss", "loss")
    edges = "data.x cell.x; cell.y last.x; last.y said.x; said.y loss.prediction"
    for edge in (*edges.split("; "), "data.t loss.target"):
        graph.connect(*edge.split())
    graph.connect("cell.y", "cell.h", delay=1)
    studio = Studio(graph)
    assert studio.inputs is None
    fed = Feeder.of(graph).all("train")
    expected = Engine(graph).run(fed, phase="forward").value("said.y")
    np.testing.assert_allclose(studio.verdicts().scores, expected, rtol=1e-12)
