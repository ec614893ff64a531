"""The commands check and modules: verdicts, the catalogue, help, and a reader that goes away."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from graph import Graph, load
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


def test_check_gives_a_verdict_on_every_edge(command, by_hand):
    status, out, err = command("check", by_hand)
    assert (status, err) == (0, "")
    assert "x1.y -> x2.a" in out
    assert "11 agrees" in out
    status, out, _ = command("check", by_hand, "--json")
    found = json.loads(out)
    assert (status, found["ok"], found["target"]) == (0, True, "loss.y")
    assert len(found["edges"]) == 7
    assert found["edges"][0]["from"] == "w.y"
    assert {edge["verdict"] for edge in found["edges"]} == {"agrees"}
    assert {leaf["port"] for leaf in found["leaves"]} == {"x.y", "w.y", "b.y", "t.y"}


def test_check_ends_with_one_where_an_edge_disagrees(command, by_hand, monkeypatch):
    from runtime.modules.arithmetic import Add

    monkeypatch.setattr(Add, "derivative", lambda self, ctx, port, kept: 2.0)
    status, out, _ = command("check", by_hand, "--json")
    assert status == 1
    verdicts = {edge["to"]: edge["verdict"] for edge in json.loads(out)["edges"]}
    assert verdicts["x2.a"] == "disagrees"
    assert verdicts["x1.a"] == "agrees"
    assert command("check", by_hand)[0] == 1


def test_check_takes_feeds_and_goes_without_a_target(command, layered, tmp_path):
    status, out, _ = command("check", layered, *FEEDS)
    assert status == 0
    assert "h.weight" in out
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Sin", "s")
    graph.connect("x.y", "s.x")
    graph.set_tensor("x.y", np.ones(2))
    status, out, _ = command("check", kept(graph, tmp_path / "a.gradwire"))
    assert status == 0
    assert "Leaves were not checked" in out


def test_check_says_what_is_wrong_with_the_target(command, layered, tmp_path):
    graph = load(layered)
    graph.configure(target="nothing")
    path = kept(graph, tmp_path / "wrong.gradwire")
    assert refused(command("check", path, *FEEDS), path, "nothing", "expected an output")
    status, out, _ = command("check", path, *FEEDS, "--json")
    assert (status, json.loads(out)["ok"]) == (2, False)
    graph.configure(target="h")
    path = kept(graph, tmp_path / "summed.gradwire")
    status, out, _ = command("check", path, *FEEDS)
    assert status == 0
    assert "warning: h.y" in out
    (problem,) = json.loads(command("check", path, *FEEDS, "--json")[1])["problems"]
    assert (problem["severity"], problem["port"]) == ("warning", "y")


def test_modules_lists_and_describes(command):
    status, out, err = command("modules")
    assert (status, err) == (0, "")
    assert "Softmax" in out
    found = json.loads(command("modules", "--json")[1])
    assert {"Linear", "ReLU", "Input"} <= {module["name"] for module in found}
    one = json.loads(command("modules", "Linear", "--json")[1])
    assert one["inputs"][1] == {
        "name": "weight", "role": "parameter", "kind": "floating", "shape": ["out_features", "k"],
    }  # fmt: skip
    assert [attribute["name"] for attribute in one["attributes"]] == ["out_features", "bias"]
    status, out, _ = command("modules", "Linear")
    assert status == 0
    assert "out_features" in out


def test_help_and_no_arguments(command):
    status, out, err = command("--help")
    assert (status, err) == (0, "")
    assert "run" in out
    status, out, _ = command()
    assert status == 2
    assert "Usage" in out


def test_a_reader_that_goes_away_is_no_error(by_hand):
    code = "import sys; from runtime.commands import *; sys.exit(invoke(commands, sys.argv[1:]))"
    run = [sys.executable, "-c", code, "run", str(by_hand), "--json"]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
