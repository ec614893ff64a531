"""gradwire train, evaluate and predict: what they write, how they end, how they refuse."""

from __future__ import annotations

import json
import re
import signal

import numpy as np
import pytest

from graph import Graph, load, save
from graph.rules import Adam, Stop
from graph.training import Training
from runtime import Engine
from runtime.training import keeping
from runtime.training.session import Session
from tests.command_files import calling


@pytest.fixture
def command(capsys):
    return calling(capsys)


@pytest.fixture
def file(tmp_path):
    """A classifier of points whose set lies 60 to 20 to 20."""
    graph = Graph(target="loss", seed=3)
    options = {"samples": 100, "noise": 0.1}
    shares = {"validation": 0.2, "test": 0.2}
    graph.add(
        "Data", "data", source="builtin:moons", options=options, scale="standardise", **shares
    )
    graph.set("data", batch=16)
    graph.add("Linear", "hidden", out_features=4)
    graph.add("Dropout", "drop", p=0.1)
    graph.add("Tanh", "act")
    graph.add("Linear", "out", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (
        ("data.x", "hidden.x"),
        ("hidden.y", "drop.x"),
        ("drop.y", "act.x"),
        ("act.y", "out.x"),
        ("out.y", "loss.prediction"),
        ("data.t", "loss.target"),
    ):
        graph.connect(source, target)
    stop = Stop("accuracy", keep_best=True)
    graph.configure(training=Training(3, Adam(lr=0.02), metrics=("accuracy",), stop=stop))
    save(graph, tmp_path / "moons.gradwire")
    return tmp_path / "moons.gradwire"


def learned(path):
    return {str(ref): tensor for ref, tensor in load(path).tensors.items()}


def test_train_counts_shows_and_keeps(command, file):
    before = file.read_bytes()
    status, out, err = command("train", file)
    assert status == 0
    assert err.startswith("60 samples in batches of 16: 4 updates an epoch, 12 in 3 epochs.\n")
    assert "Ended after update 12 of 12: all epochs are done." in err
    assert out.splitlines()[0].split()[2:] == ["loss", "accuracy"]
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["train", "validation"]
    assert file.read_bytes() == before
    assert keeping.read(file.with_suffix(".run")).position.update == 12


def test_json_has_a_line_for_each_epoch_and_one_for_the_end(command, file):
    status, out, _ = command("train", file, "--json", "--epochs", 2, "--batch", "all")
    first, second, end = map(json.loads, out.splitlines())
    assert status == 0
    assert first.keys() == {"epoch", "updates", "rate", "train", "validation"}
    assert (first["epoch"], second["updates"], second["rate"]) == (1, 2, 0.02)
    assert first["train"].keys() == {"loss", "accuracy"}
    assert end["why_ended"] == "all epochs are done"
    assert end["run"] == str(file.with_suffix(".run"))


def test_what_is_asked_stands_in_the_trained_graph(command, file, tmp_path):
    other = tmp_path / "trained.gradwire"
    asked = ("--optimizer", "sgd", "--lr", 0.5, "--seed", 7, "--epochs", 1, "--batch", 20)
    assert command("train", file, "--out", other, *asked)[0] == 0
    graph = load(other)
    assert (graph.training.optimizer.name, graph.training.optimizer.lr) == ("SGD", 0.5)
    assert (graph.seed, graph.training.epochs) == (7, 1)
    assert graph.module("data").settings["batch"] == 20
    assert learned(other).keys() == {"hidden.weight", "hidden.bias", "out.weight", "out.bias"}


def test_interrupted_and_resumed_is_the_same_to_the_bit(command, file, tmp_path, monkeypatch):
    whole, parted = tmp_path / "whole.gradwire", tmp_path / "parted.gradwire"
    command("train", file, "--out", whole)
    step = Session.step

    def interrupted(session):
        if session.position.update == 5:
            signal.raise_signal(signal.SIGINT)  # it comes while the step is under way
        return step(session)

    monkeypatch.setattr(Session, "step", interrupted)
    before = signal.getsignal(signal.SIGINT)
    status, out, err = command("train", file, "--json")
    assert signal.getsignal(signal.SIGINT) is before
    assert status == 0
    assert json.loads(out.splitlines()[-1])["why_ended"] == "it was interrupted"
    assert "Ended after update 6 of 12: it was interrupted." in err
    assert "Go on with --resume." in err
    monkeypatch.setattr(Session, "step", step)
    status, _, err = command("train", file, "--resume", "--out", parted)
    assert "going on behind update 6 of 12" in err
    assert "warning" not in err
    assert parted.read_bytes() == whole.read_bytes()


def test_pressed_twice_it_ends_at_once_and_what_was_kept_stays(command, file, monkeypatch):
    command("train", file, "--epochs", 1)

    def pressed_twice(session):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Session, "step", pressed_twice)
    status, _, err = command("train", file)
    assert (status, err.splitlines()[-1]) == (1, "gradwire: error: interrupted")
    assert keeping.read(file.with_suffix(".run")).position.update == 4


def test_more_epochs_go_on_and_other_settings_are_said(command, file):
    command("train", file, "--epochs", 1)
    status, _, err = command("train", file, "--resume", "--epochs", 2, "--lr", 0.5)
    assert status == 0
    warnings = [line for line in err.splitlines() if "warning" in line]
    assert len(warnings) == 1
    assert 'training.optimizer: found {"name": "Adam", "lr": 0.5}, when it was kept' in warnings[0]
    assert keeping.read(file.with_suffix(".run")).position.update == 8


def test_a_batch_that_fails_keeps_what_was_learned_before(command, file):
    status, _, err = command("train", file, "--optimizer", "SGD", "--lr", 1e308, "--epochs", 9)
    assert status == 1
    assert err.splitlines()[-1].startswith(f"gradwire: error: {file}: ")
    assert re.search(r"(hidden|out|act|loss)\.\w+: found (NaN|.*infin|.*∞)", err), err
    assert keeping.read(file.with_suffix(".run")).position.update >= 1


def test_evaluate_judges_each_part_and_what_a_run_has_learned(command, file, tmp_path):
    untrained = json.loads(command("evaluate", file, "--json")[1])
    assert {part: own["samples"] for part, own in untrained.items()} == {
        "train": 60, "validation": 20, "test": 20,
    }  # fmt: skip
    command("train", file, "--epochs", 12, "--out", tmp_path / "out.gradwire")
    trained = json.loads(command("evaluate", file, "--run", "--json")[1])
    assert trained["train"]["loss"] < untrained["train"]["loss"]
    assert trained == json.loads(command("evaluate", tmp_path / "out.gradwire", "--json")[1])
    status, out, _ = command(
        "evaluate", file, "--part", "test", "--metric", "f1", "--metric", "mae"
    )
    assert status == 0
    assert out.splitlines()[0].split() == ["Part", "Samples", "loss", "f1", "mae"]
    assert out.splitlines()[2].split()[:2] == ["test", "20"]


def test_classes_that_are_taken_for_each_other_are_counted(command, file):
    found = json.loads(command("evaluate", file, "--confusion", "--part", "train", "--json")[1])
    table = found["train"]["confusion"]
    assert table["classes"] == ["0", "1"]
    (tn, fp), (fn, tp) = table["counts"]
    assert (tn, fp, fn, tp) == (table["tn"], table["fp"], table["fn"], table["tp"])
    assert tn + fp + fn + tp == 60
    assert (tn + tp) / 60 == pytest.approx(found["train"]["accuracy"])
    out = command("evaluate", file, "--confusion", "--part", "train")[1]
    assert f"TN {tn}, FP {fp}, FN {fn}, TP {tp}, where class 1 is positive" in out


def test_predict_runs_what_leads_to_the_prediction_alone(command, file, tmp_path):
    points = np.array([[0.0, 1.0], [2.0, -0.5], [1.0, 0.0]])
    np.save(tmp_path / "new.npy", points)
    wanted = ("--feed", f"x=@{tmp_path / 'new.npy'}", "--out", tmp_path / "y.npy")
    status, out, err = command("predict", file, *wanted)
    assert (status, err) == (0, "")
    assert out.startswith("out.y [3, 2] is in ")
    session = Session(load(file))
    scaled = session.feeder.sets["data"].scaling.apply(points)
    feeds = {"data.x": scaled, "data.t": np.zeros(3, int)}
    expected = Engine(load(file), mode="eval").run(feeds, phase="forward").value("out.y")
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), expected)
    found = json.loads(command("predict", file, "--feed", "data.x=[[0, 1]]", "--json")[1])
    assert (found["port"], found["shape"]) == ("out.y", [1, 2])
    np.testing.assert_allclose(found["value"], expected[:1], rtol=1e-12)
    hidden = command("predict", file, "--feed", "x=[[0, 1]]", "--port", "hidden.y", "--json")[1]
    assert json.loads(hidden)["shape"] == [1, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "--batch", "0"), '--batch: found "0", expected a number above 0, or all.'),
        (("train", "--optimizer", "adm"), 'optimizer: found "adm", expected one of SGD'),
        (("train", "--lr", "-1"), "Adam.lr: found -1.0, expected a number of at least 0."),
        (("train", "--data", "x"), '--data: found "x", expected ID=PATH.'),
        (("train", "--data", "q=a.csv"), "found no Data node q, expected one of data."),
        (("train", "--resume"), "manifest.json: found no such file or folder"),
        (("train", "--device", "gpu"), 'device: found "gpu", expected cpu or cuda:N.'),
        (("evaluate", "--metric", "acuracy"), 'found "acuracy"'),
        (
            ("evaluate", "--part", "all"),
            'part: found "all", expected one of train, validation, test',
        ),
        (("evaluate", "--run"), "manifest.json: found no such file"),
        (("predict", "--out", "y.txt"), "expected a name that ends in .npy."),
        (("predict", "--feed", "x=[[1, 2, 3]]"), "data.x: found [1, 3], expected"),
        (("predict", "--port", "q.y"), "q"),
    ],
)
def test_what_cannot_be_is_one_line(command, file, arguments, message):
    name, *rest = arguments
    status, out, err = command(name, file, *rest)
    assert (status, out) == (2, "")
    assert err.startswith("gradwire: error: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_place_where_nothing_can_be_kept_is_refused_before_the_start(command, file, monkeypatch):
    file.with_suffix(".run").write_text("in the way")
    monkeypatch.setattr(Session, "step", lambda session: pytest.fail("it began"))
    status, out, err = command("train", file)
    assert (status, out) == (2, "")
    assert "expected a place that can be written" in err


@pytest.fixture
def points(tmp_path):
    """A table of points of two classes, beside the file."""
    numbers = np.random.RandomState(0).standard_normal((24, 2))
    rows = [f"{a},{b},{'yes' if a > b else 'no'}" for a, b in numbers]
    (tmp_path / "points.csv").write_text("\n".join(("a,b,class", *rows)) + "\n")
    return tmp_path / "points.csv"


def test_another_source_stands_in_also_where_the_own_one_is_gone(
    command, file, points, tmp_path, monkeypatch
):
    graph = load(file)
    graph.set("data", source="gone.csv", options={})
    save(graph, file)
    status, _, err = command("train", file)
    assert (status, 'found no file "gone.csv"' in err) == (2, True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    status, _, err = command("train", file, "--data", "data=../points.csv", "--out", "out.gradwire")
    assert status == 0
    assert err.startswith("16 samples as one full batch: 1 update an epoch, 3 in 3 epochs.")
    assert load("out.gradwire").nodes["data"].attributes["source"] == "gone.csv"
    judged = json.loads(command("evaluate", file, "--data", "data=../points.csv", "--json")[1])
    assert {part: own["samples"] for part, own in judged.items()} == {
        "train": 16, "validation": 4, "test": 4,
    }  # fmt: skip


def test_a_file_beside_the_graph_is_read_for_its_shapes_and_none_elsewhere(
    command, file, points, tmp_path
):
    graph = load(file)
    graph.set("data", source="points.csv", options={})
    save(graph, file)
    assert command("train", file, "--out", tmp_path / "out.gradwire")[0] == 0
    kept = load(tmp_path / "out.gradwire").nodes["data"].attributes
    assert (kept["gives"], kept["samples"]) == (("x float64 [2]", "t int64 []"), 24)
    assert kept["hash"].startswith("sha256:")
    (tmp_path / "inner").mkdir()
    graph.set("data", source="../points.csv")
    save(graph, tmp_path / "inner" / "outside.gradwire")
    status, _, err = command("train", tmp_path / "inner" / "outside.gradwire")
    assert (status, 'found "../points.csv" elsewhere' in err) == (2, True)
