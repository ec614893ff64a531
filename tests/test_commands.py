"""The commands without a window: what they print, and how they refuse."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from graph import Graph, load
from runtime import logfile
from tests.command_files import FEEDS, by_hand_file, calling, kept, layered_file, refused


@pytest.fixture
def command(capsys):
    return calling(capsys)


@pytest.fixture
def by_hand(tmp_path):
    return by_hand_file(tmp_path)


@pytest.fixture
def layered(tmp_path):
    return layered_file(tmp_path)


# --- run ---------------------------------------------------------------------------------------


def test_run_prints_one_object(command, by_hand):
    status, out, err = command("run", by_hand, "--json", "--jacobians")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["target", "dtype", "device", "steps", "ports", "edges"]
    assert (found["target"], found["dtype"], found["device"]) == ("loss.y", "float64", "cpu")
    assert found["steps"][0] == {"phase": "forward", "node": "x1"}
    assert found["steps"][4] == {"phase": "reverse", "node": "loss"}
    assert found["ports"]["x1.y"] == {
        "shape": [], "dtype": "float64", "value": 6.0, "gradient": 1.0,
    }  # fmt: skip
    assert found["edges"][0] == {
        "from": "w.y",
        "to": "x1.a",
        "gradient": 2.0,
        "jacobians": {"y": {"structure": "diagonal", "shape": [[], []], "stored": 1, "dense": 2.0}},
    }
    assert json.loads(command("run", by_hand, "--json")[1])["edges"][0]["jacobians"]["y"] == {
        "structure": "diagonal", "shape": [[], []], "stored": 1, "dense": None,
    }  # fmt: skip


def test_parameters_integers_and_shapes_in_json(command, layered):
    found = json.loads(command("run", layered, *FEEDS, "--json", "--jacobians")[1])
    weight = found["ports"]["h.weight"]
    assert np.array(weight["value"]).shape == np.array(weight["gradient"]).shape == (2, 3)
    labels = found["ports"]["labels.y"]
    assert labels == {"shape": [2], "dtype": "int64", "value": [0, 1], "gradient": None}
    edges = {edge["to"]: edge for edge in found["edges"]}
    assert edges["h.weight"]["from"] is None
    assert edges["loss.target"]["jacobians"] is None
    assert edges["loss.target"]["gradient"] is None
    jacobian = edges["h.weight"]["jacobians"]["y"]
    assert jacobian["shape"] == [[2, 2], [2, 3]]
    assert np.array(jacobian["dense"]).shape == (2, 2, 2, 3)


def test_what_is_not_finite_is_a_word(command, tmp_path):
    graph = Graph()
    graph.add("Input", "x", shape=(4,))
    graph.add("Identity", "y")
    graph.connect("x.y", "y.x")
    file = kept(graph, tmp_path / "a.gradwire")
    feed = 'x=["NaN", "Infinity", "-Infinity", 1]'
    status, out, err = command("run", file, "--feed", feed, "--target", "y", "--json")
    assert status == 0
    assert json.loads(out)["ports"]["y.y"]["value"] == ["NaN", "Infinity", "-Infinity", 1.0]
    assert err.startswith("gradwire: warning: ")
    assert "summed" in err


def test_a_large_jacobian_is_refused_in_its_place(command, tmp_path):
    graph = Graph()
    graph.add("Input", "x", shape=(2000,))
    graph.add("Softmax", "p")
    graph.add("Mean", "m")
    graph.connect("x.y", "p.x")
    graph.connect("p.y", "m.x")
    graph.set_tensor("x.y", np.linspace(0, 1, 2000))
    file = kept(graph, tmp_path / "a.gradwire")
    edge = json.loads(command("run", file, "--json", "--jacobians")[1])["edges"][0]
    found = edge["jacobians"]["y"]
    assert found["dense"] is None
    assert "entries" in found["refused"]


@pytest.mark.parametrize("extra", [(), ("--jacobians",)])
def test_run_prints_a_table(command, by_hand, layered, extra):
    status, out, err = command("run", by_hand, *extra)
    assert (status, err) == (0, "")
    for text in ("loss.y", "x1.y -> x2.a", "-3", "Local Jacobian", "4 forward and 4 reverse"):
        assert text in out
    status, out, _ = command("run", layered, *FEEDS, *extra)
    assert status == 0
    assert "h.weight" in out
    assert "not differentiable" in out


def test_run_says_where_infinity_begins(command, by_hand):
    status, out, complaint = command("run", by_hand, "--feed", "x=1e308", "--feed", "t=-1e308")
    assert status == 0
    assert out
    assert complaint == (
        f"gradwire: warning: {by_hand}: x1.y: found ∞ in the forward pass, made by Multiply from"
        " x1.a = 3 and x1.b = 1e308, expected finite numbers. Keep what arrives where Multiply"
        " gives finite numbers.\n"
    )


def test_run_takes_what_it_is_asked_for(command, by_hand):
    status, out, _ = command(
        "run", by_hand, "--target", "x2", "--dtype", "float32", "--mode", "train",
        "--device", "cpu", "--feed", "x=10", "--json",
    )  # fmt: skip
    found = json.loads(out)
    assert status == 0
    assert (found["target"], found["dtype"]) == ("x2.y", "float32")
    assert found["ports"]["w.y"]["gradient"] == 10
    assert found["ports"]["loss.y"]["gradient"] is None


def test_run_pushes_a_tangent(command, by_hand):
    status, printed, _ = command("run", by_hand, "--tangent", "w=0.5", "--json")
    assert status == 0
    found = json.loads(printed)
    tangents = {port: entry["tangent"] for port, entry in found["ports"].items()}
    assert tangents == {
        "x.y": None, "w.y": 0.5, "b.y": None, "t.y": None,
        "x1.y": 1.0, "x2.y": 1.0, "d.y": -1.0, "loss.y": 1.0,
    }  # fmt: skip
    assert [step["phase"] for step in found["steps"]].count("tangent") == 4
    status, printed, _ = command("run", by_hand, "--tangent", "w")
    assert status == 0
    assert "4 forward, 4 tangent and 4 reverse steps" in printed
    assert "Tangent" in printed
    assert "no path" in printed


@pytest.mark.parametrize(
    ("tangent", "words"),
    [
        ("w=half", 'w.y: found "half", expected a number.'),
        ("w=1 2", "w.y: found a tangent [2], expected []."),
        ("nobody", "found 'nobody', expected NODE.PORT"),
    ],
)
def test_a_tangent_that_does_not_fit_is_refused(command, by_hand, tangent, words):
    status, printed, complaint = command("run", by_hand, "--tangent", tangent)
    assert (status, printed) == (2, "")
    assert words in complaint


def test_feeds_from_files(command, layered, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 3), "float32"))
    found = json.loads(
        command("run", layered, "--feed", f"x=@{tmp_path / 'x.npy'}", *FEEDS[2:], "--json")[1]
    )
    assert found["ports"]["x.y"]["value"] == [[1, 1, 1], [1, 1, 1]]
    assert found["ports"]["x.y"]["dtype"] == "float64"


def feed_file(tmp_path, kind):
    path = tmp_path / f"{kind}.npy"
    if kind == "pickle":
        np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif kind == "short":
        np.save(path, np.ones((2, 3)))
        path.write_bytes(path.read_bytes()[:-8])
    elif kind == "boast":
        np.save(path, np.ones((2, 3)))
        path.write_bytes(path.read_bytes().replace(b"(2, 3), ", b"(2000000000, 3), ", 1))
    elif kind == "archive":
        np.savez(path.with_suffix(".npz"), x=np.ones(3))
        path.write_bytes(path.with_suffix(".npz").read_bytes())
    elif kind == "text":
        path.write_text("1 2 3")
    elif kind == "record":
        np.save(path, np.zeros(2, [("a", "f8")]))
    return path


@pytest.mark.parametrize(
    "kind", ["pickle", "short", "boast", "archive", "text", "record", "missing"]
)
def test_feed_files_that_hold_no_array_are_refused(command, layered, tmp_path, kind):
    path = feed_file(tmp_path, kind)
    assert refused(command("run", layered, "--feed", f"x=@{path}"), layered, "x: ")


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ("x", ["ID=JSON"]),
        ("=1", ["ID=JSON"]),
        ("nope=1", ["nope", "no node"]),
        ("h=1", ["h", "Input"]),
        ("x=[[1,2,3],[1]]", ["x", "equal lengths"]),
        ("x=[1", ["x", "JSON"]),
        ("x=NaN", ["x", "quotes"]),
        ("x=null", ["x", "numbers"]),
        ("x=[1e999, 2]", ["x"]),
        ('x="a"', ["x", "numbers"]),
        ("x={}", ["x", "numbers"]),
        ("x=[]", ["x", "[0]"]),
        ("x=" + "[" * 5000 + "]" * 5000, ["x"]),
        ("x=99999999999999999999999", ["x"]),
        ("x=[[1, 2]]", ["x.y", "[1, 2]", "[1, 3]"]),
    ],
)
def test_feeds_that_cannot_be_read_are_refused(command, layered, feed, words):
    assert refused(command("run", layered, "--feed", feed), layered, *words)


def test_two_feeds_of_one_node_are_refused(command, by_hand):
    assert refused(command("run", by_hand, "--feed", "x=1", "--feed", "x=2"), "x", "two feeds")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], ["FILE"]),
        (["run", "FILE", "--dtype", "int8"], ["int8"]),
        (["run", "FILE", "--device", "tpu"], ["tpu", "cuda:N"]),
        (["run", "FILE", "--target", "nope"], ["by_hand.gradwire", "nope"]),
        (["run", "FILE", "--target", "x1.q"], ["x1.q"]),
        (["run", "FILE", "--bogus"], ["--bogus"]),
        (["nope"], ["nope"]),
        (["modules", "Sofmax"], ["Sofmax", "Softmax"]),
        (["run", "missing.gradwire"], ["missing.gradwire"]),
        (["check", "missing.gradwire"], ["missing.gradwire"]),
    ],
)
def test_bad_usage_is_refused_in_one_line(command, by_hand, arguments, words):
    arguments = [str(by_hand) if word == "FILE" else word for word in arguments]
    assert refused(command(*arguments), *words)


def test_a_missing_gpu_is_one_line(command, by_hand, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    from runtime import backend

    backend._open_cuda.cache_clear()
    assert refused(command("run", by_hand, "--device", "cuda:0"), "cuda:0", "CuPy")


def test_an_error_in_the_graph_names_file_node_and_port(command, by_hand, tmp_path):

    graph = load(by_hand)
    graph.disconnect("x2.b")
    file = kept(graph, tmp_path / "cut.gradwire")
    for name in ("run", "check"):
        assert refused(command(name, file), file, "x2.b", "no edge")
    status, out, err = command("check", file, "--json")
    assert status == 2
    assert json.loads(out)["problems"][0]["port"] == "b"
    assert "x2.b" in err


def test_a_graph_without_a_target_says_what_to_do(command, tmp_path):
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.set_tensor("x.y", np.ones(2))
    file = kept(graph, tmp_path / "a.gradwire")
    assert refused(command("run", file), file, "no scalar output", "target")


# --- failing computations ----------------------------------------------------------------------


def test_a_failed_computation_is_status_one(command, layered):
    status, out, err = command("run", layered, *FEEDS[:2], "--feed", "labels=[0, 7]")
    assert (status, out) == (1, "")
    assert err.startswith(f"gradwire: error: {layered}: loss")
    assert err.count("\n") == 1


def test_a_fault_of_ours_goes_to_the_log(command, by_hand, monkeypatch):
    from runtime.modules.arithmetic import Add

    def fail(*args, **kwargs):
        raise KeyError("of all things")

    monkeypatch.setattr(Add, "forward", fail)
    status, _, err = command("run", by_hand)
    assert status == 1
    assert "x2: found KeyError" in err
    assert "Traceback" not in err
    assert "of all things" in logfile.path().read_text()
    monkeypatch.setattr("graph.files.load", fail)
    status, _, err = command("run", by_hand)
    assert status == 1
    assert err.count("\n") == 1
    assert str(logfile.path()) in err


def test_a_log_that_cannot_be_written_ends_nothing(command, by_hand, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(logfile, "path", lambda: tmp_path / "file" / "gradwire.log")
    monkeypatch.setattr("graph.files.load", lambda path: 1 / 0)
    status, _, err = command("run", by_hand)
    assert status == 1
    assert "ZeroDivisionError" in err
