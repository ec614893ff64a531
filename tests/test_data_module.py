"""The Data module and the feeder: batches as feeds, by port, counted exactly."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, PortRef, check, dumps, loads
from graph.errors import BadAttribute, FileError
from graph.grouping import group_edit
from gui.unrolled.copies import unrolled
from runtime import Adam, Engine, Trainer
from runtime.data.feeding import Feeder
from runtime.data.generated import generate
from runtime.errors import BadSetting, FeedError


def classifier(**data) -> Graph:
    """Data, a hidden layer, two logits, cross-entropy."""
    graph = Graph(target="loss", mode="train")
    graph.add("Data", "data", **data)
    graph.add("Linear", "hidden", out_features=8)
    graph.add("Tanh", "act")
    graph.add("Linear", "out", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (
        ("data.x", "hidden.x"),
        ("hidden.y", "act.x"),
        ("act.y", "out.x"),
        ("out.y", "loss.logits"),
        ("data.t", "loss.target"),
    ):
        graph.connect(source, target)
    return graph


def test_a_run_without_feeds_takes_the_first_training_batch():
    graph = classifier(source="builtin:moons", options={"samples": 50}, batch=16, validation=0.2)
    found = check(graph)
    assert found.ok
    shapes = [found.types[PortRef("data", port)].shape for port in "xt"]
    assert shapes == [(16, 2), (16,)]
    trace = Engine(graph).run()
    feeds = Feeder.of(graph).batch(0, 0)
    assert list(feeds) == ["data.x", "data.t"]
    for port, array in feeds.items():
        assert np.array_equal(trace.value(port), array)
    assert np.array_equal(trace.value("loss.y"), Engine(graph).run(feeds).value("loss.y"))


def test_batches_cover_the_training_part_and_nothing_else():
    graph = classifier(source="builtin:moons", options={"samples": 53}, batch=8, test=0.1)
    feeder = Feeder.of(graph)
    train, test = (feeder.all(part)["data.x"] for part in ("train", "test"))
    assert (len(train), len(test), feeder.length("validation")) == (48, 5, 0)
    whole = generate("moons", 0, samples=53).arrays["x"]
    assert {*map(tuple, train)} | {*map(tuple, test)} == {*map(tuple, whole)}
    for epoch in (0, 1):
        seen = [feeder.batch(epoch, n)["data.x"] for n in range(feeder.updates_per_epoch)]
        assert sorted(map(tuple, np.concatenate(seen))) == sorted(map(tuple, train))
    assert not np.array_equal(feeder.batch(0, 0)["data.x"], feeder.batch(1, 0)["data.x"])
    again = Feeder.of(graph).batch(1, 3)["data.x"]
    assert np.array_equal(again, feeder.batch(1, 3)["data.x"])


def test_the_seed_decides_set_and_order():
    graph = classifier(source="builtin:moons")
    first = Feeder.of(graph).batch(0, 0)["data.x"]
    graph.configure(seed=1)
    other = Feeder.of(graph).batch(0, 0)["data.x"]
    assert not np.array_equal(first, other)
    graph.set("data", seed=0)
    assert np.array_equal(Feeder.of(graph).batch(0, 0)["data.x"], first)


@pytest.mark.parametrize(
    ("batch", "samples", "text"),
    [
        (128, 60_000, "60,000 samples in batches of 128: 469 updates an epoch, 2,345 in 5 epochs"),
        (None, 4, "4 samples as one full batch: 1 update an epoch, 5 in 5 epochs"),
        (1, 300, "300 samples, one at a time: 300 updates an epoch, 1,500 in 5 epochs"),
    ],
)
def test_counting_is_exact_and_said(batch, samples, text):
    graph = classifier(source="builtin:moons", options={"samples": samples}, batch=batch)
    assert Feeder.of(graph).sentence(5) == text


def test_a_graph_without_data_is_one_full_batch_of_what_it_keeps():
    feeder = Feeder.of(Graph())
    assert (feeder.batch(0, 0), feeder.updates_per_epoch, feeder.length("train")) == ({}, 1, 1)
    assert feeder.sentence(3).startswith("The values that the graph keeps, as one full batch: 1 up")


@pytest.mark.parametrize("scale", ["standardise", "unit"])
def test_scaling_reads_the_training_part_alone(scale):
    graph = classifier(source="builtin:iris", scale=scale, validation=0.3)
    graph.set("out", out_features=3)
    feeder = Feeder.of(graph)
    train, rest = feeder.all("train")["data.x"], feeder.all("validation")["data.x"]
    if scale == "standardise":
        assert np.allclose([train.mean(0), train.std(0)], [[0] * 4, [1] * 4])
        assert not np.allclose(rest.mean(0), 0, atol=1e-6)
    else:
        assert (train.min(0).tolist(), train.max(0).tolist()) == ([0] * 4, [1] * 4)


def test_sequences_have_time_first_and_run_step_by_step():
    graph = Graph(target="loss")
    graph.add("Data", "data", source="builtin:echo", options={"steps": 5, "samples": 6}, batch=4)
    graph.add("MSELoss", "loss")
    graph.connect("data.x", "loss.prediction")
    graph.connect("data.t", "loss.target")
    trace = Engine(graph).run()
    fed = Feeder.of(graph).batch(0, 0)
    assert fed["data.x"].shape == (5, 4, 1)
    assert np.array_equal(trace.value("data.x"), fed["data.x"])
    by_hand = ((fed["data.x"] - fed["data.t"])[-1] ** 2).mean()
    assert trace.value("loss.y")[-1] == pytest.approx(by_hand)


def test_what_a_sequence_has_one_of_stays_outside_time():
    graph = Graph(target="loss")
    graph.add("Data", "data", source="builtin:adding", options={"steps": 6, "samples": 5}, batch=3)
    graph.add("RNNCell", "h", hidden_size=4)
    graph.add("LastStep", "last")
    graph.add("Linear", "out", out_features=1)
    graph.add("MSELoss", "loss")
    graph.connect("data.x", "h.x")
    graph.connect("h.y", "h.h", delay=1)
    graph.connect("h.y", "last.x")
    graph.connect("last.y", "out.x")
    graph.connect("out.y", "loss.prediction")
    graph.connect("data.t", "loss.target")
    found = check(graph)
    assert found.time.inside == {"data", "h"}
    trace = Engine(graph).run()
    fed = Feeder.of(graph).batch(0, 0)
    assert (fed["data.x"].shape, fed["data.t"].shape) == ((6, 3, 2), (3, 1))
    assert np.array_equal(trace.value("data.x"), fed["data.x"])
    assert np.array_equal(trace.value("data.t"), fed["data.t"])
    apart = trace.value("out.y") - fed["data.t"]
    assert trace.value("loss.y") == pytest.approx((apart**2).mean())
    copies = unrolled(graph, found.time.inside, 6, {}).graph
    assert copies.module("data_t3").declared() == {"x": ("B", 2), "t": ("B", 1)}
    graph.disconnect("last.x")
    graph.connect("data.t", "last.x")
    assert "outside time" in check(graph).errors[0].message


def test_only_what_is_fed_runs_where_one_port_is_fed():
    graph = classifier()
    trace = Engine(graph).run({"data.x": [[0.0, 1.0]]}, phase="forward")
    assert trace.value("out.y").shape == (1, 2)
    assert "loss.y" not in trace.values
    with pytest.raises(FeedError, match=r"data\.z: found no such port, expected one of x, t"):
        Engine(graph).run({"data.z": [1.0]})


def test_feeds_by_port_reach_an_input_too():
    graph = Graph()
    graph.add("Input", "a", shape=(2,))
    assert Engine(graph).run({"a.y": [1.0, 2.0]}, phase="forward").value("a.y").tolist() == [1, 2]
    with pytest.raises(FeedError, match="two feeds"):
        Engine(graph).run({"a.y": [1.0, 2.0], "a": [1.0, 2.0]})


def test_it_learns_by_batches():
    graph = classifier(source="builtin:xor", options={"samples": 64}, batch=16)
    trainer, feeder = Trainer(graph, Adam(lr=0.1)), Feeder.of(graph)
    losses = [
        float(trainer.step(feeder.batch(epoch, n)))
        for epoch in range(20)
        for n in range(feeder.updates_per_epoch)
    ]
    assert np.mean(losses[-4:]) < 0.1 * losses[0]


def test_data_inside_a_composite_is_fed_by_its_address():
    graph = classifier(source="builtin:moons", batch=8)
    grouped = group_edit(graph, ["data", "hidden"], "Block")
    graph.apply(grouped.edit)
    feeds = Feeder.of(graph).batch(0, 0)
    assert list(feeds) == [f"{grouped.id}/data.x", f"{grouped.id}/data.t"]
    assert Engine(graph).run().value("loss.y") == Engine(graph).run(feeds).value("loss.y")


def test_the_file_keeps_the_node_byte_for_byte():
    data = dumps(classifier(source="builtin:moons", options={"samples": 50, "noise": 0.2}))
    assert b'"options": {"samples": 50, "noise": 0.2}' in data
    assert dumps(loads(data)) == data


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"source": "builtin:moon"}, 'Did you mean "moons"'),
        ({"options": {"sample": 3}}, "no such setting"),
        ({"source": "builtin:iris", "options": {"noise": 3}}, "expected none for iris"),
        ({"validation": 0.6, "test": 0.5}, "nothing left for training"),
        ({"gives": ["x nothing"], "source": "a.csv", "samples": 1}, "such as"),
        ({"options": {"samples": float("nan")}}, "numbers by name"),
        ({"batch": 0}, "at least 1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(BadAttribute, match=message):
        Graph().add("Data", "data", **settings)


def test_a_file_with_such_a_setting_is_refused_naming_the_node():
    text = dumps(classifier(source="builtin:moons")).replace(b"builtin:moons", b"builtin:moonz")
    with pytest.raises(FileError, match=r"data\.source"):
        loads(text)


def test_sets_that_differ_in_number_are_refused():
    graph = classifier(source="builtin:moons")
    graph.add("Data", "other", source="builtin:circles", options={"samples": 7})
    with pytest.raises(BadSetting, match="other: found 7 train samples, expected 200 as data has"):
        Feeder.of(graph)
    with pytest.raises(BadSetting, match="no Data node none"):
        Feeder.of(graph, overrides={"none": "builtin:xor"})
