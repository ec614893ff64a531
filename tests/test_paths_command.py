"""`gradwire paths`: what it prints, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from graph import Graph
from gui.examples import examples
from tests.test_commands import command, kept, refused

__all__ = ["command"]  # a fixture


def example(name: str) -> Path:
    return next(path for path in examples() if path.stem == name)


def test_paths_lists_shares_and_the_way(command):
    fan_out = example("fan_out")
    status, out, err = command("paths", fan_out, "--from", "x.y")
    assert (status, err) == (0, "")
    assert "d y.y / d x.y: 3 paths, gradient 1.077" in out
    rows = [line.split() for line in out.splitlines() if " → " in line]
    assert [row[:4] for row in rows] == [
        ["1", "92.9", "%", "1"], ["2", "84.4", "%", "0.9093"], ["3", "-77.3", "%", "-0.8323"],
    ]  # fmt: skip
    assert " ".join(rows[2][4:]) == "x.y → sin.x → product.b → y.a"
    assert "Cancels" not in out
    status, out, _ = command("paths", fan_out, "--from", "x.y", "--top", "2")
    assert "and 1 path more, share -77.3 %" in out


def test_a_node_with_one_output_stands_for_it(command):
    fan_out = example("fan_out")
    by_port = command("paths", fan_out, "--from", "x.y", "--to", "y.y")
    assert command("paths", fan_out, "--from", "x", "--to", "y") == by_port
    both = command("explain", fan_out, "--from", "x.y", "--to", "y.y")
    assert command("explain", fan_out, "--from", "x", "--to", "y") == both
    refused(command("paths", fan_out, "--from", "nothing"), "expected NODE.PORT")


def test_paths_marks_what_cancels(command):
    status, out, _ = command("paths", example("cancelling"), "--from", "x.y")
    assert status == 0
    assert "2 paths, which cancel" in out
    assert "Cancels with" in out
    assert "%" not in out


def test_paths_as_one_object(command):
    file = example("fan_out")
    found = json.loads(command("paths", file, "--from", "x.y", "--top", "1", "--json")[1])
    assert list(found) == [
        "from", "to", "count", "total", "cancels", "found", "why", "paths", "rest",
    ]  # fmt: skip
    assert (found["count"], found["found"], found["cancels"]) == (3, "exact", False)
    (path,) = found["paths"]
    assert path["contribution"] == 1.0
    assert path["hops"] == [{"to": "y.b", "output": "y.y", "edges": [["x.y", "y.b"]]}]
    assert found["rest"]["count"] == 2
    assert path["share"] + found["rest"]["share"] == pytest.approx(1)
    timed = command("paths", example("rnn"), "--from", "x@3.y", "--json")[1]
    assert json.loads(timed)["paths"][0]["hops"][0]["t"] == 3


def test_paths_without_a_target_or_to_another_port(command, tmp_path):
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.set_tensor("x.y", np.ones(2))
    graph.add("Tanh", "a")
    graph.add("Sin", "b")
    graph.connect("x.y", "a.x")
    graph.connect("x.y", "b.x")
    file = kept(graph, tmp_path / "open.gradwire")
    assert refused(command("paths", file, "--from", "x.y"), file, "Name the port")
    assert "1 path, gradient" in command("paths", file, "--from", "x.y", "--to", "b.y")[1]
    assert "0 paths" in command("paths", file, "--from", "a.y", "--to", "b.y")[1]
    graph.configure(target="a")
    status, out, err = command("paths", kept(graph, file), "--from", "x.y")
    assert (status, "d a.y / d x.y: 1 path" in out) == (0, True)
    assert err.startswith("gradwire: warning: ")  # it is summed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--from"]),
        (["--from", "q"], ["'q'", "NODE.PORT"]),
        (["--from", "q.y"], ["q.y", "backprop_by_hand.gradwire"]),
        (["--from", "x.y", "--to", "x1.q"], ["x1.q"]),
        (["--from", "x.y", "--top", "0"], ["--top"]),
        (["--from", "x@2.y"], ["x@2.y"]),
    ],
)
def test_paths_refuses_in_one_line(command, arguments, words):
    assert refused(command("paths", example("backprop_by_hand"), *arguments), *words)
