"""The report on a compiled step: what became of every node, in the terminal and as data."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from graph import Graph
from runtime import Trainer
from runtime.compiled import Compiled
from runtime.modules.functions import Negate
from runtime.training.by_tape import ByTape
from tests.command_files import calling, kept, refused
from tests.compiled_desk import both
from tests.test_compiled import agree
from tests.test_compiled_loops import drawn
from tests.test_compiled_passes import built, leaf, loops, node


@pytest.fixture
def command(capsys):
    return calling(capsys)


def graph_of_all_fates() -> Graph:
    """A node for each fate, and the sources that they read."""
    graph = built(
        leaf("w", shape=(4, 3)), leaf("c", "Constant", ()), leaf("d", "Constant", ()),
        leaf("idle", "Constant", ()), leaf("t", "Constant", (4,), dtype="int64"),
        node("Exp", "factor", "c.y"), node("Multiply", "scaled", "w.y", "factor.y"),
        node("Multiply", "one", "scaled.y", "d.y"), node("Multiply", "two", "scaled.y", "d.y"),
        node("Add", "both", "one.y", "two.y"), node("Sin", "aside", "idle.y"),
        node("LogSoftmax", "logs", "both.y"), node("NLLLoss", "loss", "logs.y", "t.y"),
    )  # fmt: skip
    graph.set_tensor("t.y", np.array([0, 1, 2, 0]))
    return graph


FATES = {
    "w": "kept", "c": "folded", "d": "kept", "idle": "removed", "t": "kept",
    "factor": "folded", "scaled": "kept", "one": "kept", "two": "shared", "both": "kept",
    "aside": "removed", "logs": "fused", "loss": "fused",
}  # fmt: skip


def test_every_node_has_a_fate():
    found = Trainer(graph_of_all_fates()).report()
    assert {id_: done.fate for id_, done in found.nodes.items()} == FATES
    assert found.nodes["two"].beside("shared", 3) == (["one"], 1)
    assert found.nodes["logs"].beside("fused", 3) == (["loss"], 1)
    assert found.nodes["loss"].beside("fused", 0) == ([], 1)
    assert found.counts == {"kept": 3, "fused": 2, "shared": 1, "folded": 1, "removed": 1}
    assert [part.keys for part in found.parts] == [
        ("scaled",), ("one",), ("both",), ("logs", "loss"),
    ]  # fmt: skip


def test_calls_are_those_of_the_program():
    all_calls_are_told(both(graph_of_all_fates(), fixed=["c", "d", "idle"])[0].passes)


def test_what_is_copied_side_by_side_over_time_is_told_of_its_reader():
    for _, graph in itertools.islice(drawn(0), 8):
        all_calls_are_told(both(graph)[0].passes)


def all_calls_are_told(passes: Compiled) -> None:
    program, found = passes.program, passes.report
    forward = sum(part.forward for part in found.parts)
    reverse = sum(part.reverse for part in found.parts)
    assert forward == program.turn
    assert found.calls == (forward, len(program.calls) - forward)
    last = program.calls[forward + reverse :]  # these bring gradients where the update reads them
    assert all(call.func is np.copyto for call in last)
    assert sum(done.forward for done in found.nodes.values()) == forward
    assert sum(done.reverse for done in found.nodes.values()) == reverse


def test_buffers_share_memory():
    rows = [leaf("n0", shape=(64,)), *(node("Sin", f"n{i}", f"n{i - 1}.y") for i in range(1, 9))]
    compiled, _ = both(built(*rows, node("Sum", "loss", "n8.y")))
    found = compiled.passes.report
    assert found.nbytes == compiled.passes.program.nbytes < found.nbytes_alone


def test_what_is_written_over_its_input_is_told(monkeypatch):
    def lower(self, site, ins):
        y = site.make(ins[0].shape, over=ins[0])
        site.call(np.negative, ins[0], y)

        def pull(gouts):
            gradient = site.gradient(0)
            site.call(np.negative, gouts[0], gradient)
            return (gradient,)

        return (y,), pull

    monkeypatch.setattr(Negate, "lower", lower)
    graph = built(
        leaf("w"), node("Negate", "of_source", "w.y"), node("Negate", "above", "of_source.y"),
        node("Exp", "raised", "above.y"), node("Sum", "loss", "raised.y"),
    )  # fmt: skip
    compiled, taped = both(graph)
    agree(compiled, taped)
    places = {id_: done.in_place for id_, done in compiled.passes.report.nodes.items()}
    assert places == {
        "w": False, "of_source": False, "above": True, "raised": True, "loss": False,
    }  # fmt: skip


def test_nodes_inside_time_are_told_once():
    compiled, _ = both(loops(1.0))
    found = compiled.passes.report
    assert len(found.steps) == len(compiled.passes.plan.forward) == 15
    assert {id_: done.fates.total() for id_, done in found.nodes.items()} == {
        "x": 3, "w": 1, "a_scaled": 3, "a": 3, "b_scaled": 3, "b": 3, "loss": 3,
    }  # fmt: skip
    assert found.nodes["loss"].fates == {"fused": 1, "removed": 2}  # the last step counts


def test_the_tape_has_no_report(monkeypatch):
    monkeypatch.setattr("runtime.training.trainer.Compiled", ByTape)
    assert Trainer(graph_of_all_fates()).report() is None


# --- the command ------------------------------------------------------------------------------


def test_compile_prints_a_line_for_every_node(command, tmp_path):
    status, out, err = command("compile", kept(graph_of_all_fates(), tmp_path / "a.gradwire"))
    assert (status, err) == (0, "")
    assert "8 forward and" in out
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines() if line}
    assert rows["factor"] == "folded: computed once, when compiling"
    assert rows["two"] == "shared: computed as one"
    assert rows["aside"] == "removed: no path leads to the target"
    assert rows["logs"] == "fused with loss"
    assert rows["scaled"].startswith("kept")


def test_compile_as_data(command, tmp_path):
    status, out, _ = command(
        "compile", kept(graph_of_all_fates(), tmp_path / "a.gradwire"), "--json"
    )
    found = json.loads(out)
    assert status == 0
    assert {key: step["fate"] for key, step in found["steps"].items()} == {
        key: fate for key, fate in FATES.items() if key in found["steps"]
    }
    assert found["steps"]["two"]["partner"] == "one"
    assert found["sources"]["c"] == "folded"
    assert found["parts"][-1]["keys"] == ["logs", "loss"]
    assert 0 < found["bytes"] <= found["bytes_alone"]


def test_what_cannot_be_trained_is_not_compiled(command, tmp_path):
    graph = built(leaf("w"), node("Exp", "y", "w.y"), target=None)
    refused(command("compile", kept(graph, tmp_path / "a.gradwire")), "target")
