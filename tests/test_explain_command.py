"""`gradwire explain`: what it prints in each form, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.commands import commands, invoke

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
BY_HAND = EXAMPLES / "backprop_by_hand.gradwire"
FAN_OUT = EXAMPLES / "fan_out.gradwire"


@pytest.fixture
def explain(capsys):
    """Run the command; (exit status, what was printed, what was complained about)."""

    def run(*arguments):
        status = invoke(commands, ["explain", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_all_steps(explain):
    status, out, err = explain(BY_HAND)
    assert (status, err) == (0, "")
    wanted = Path(__file__).parent / "explained" / "backprop_by_hand.txt"
    assert out == wanted.read_text("utf-8")


def test_one_node_in_both_directions(explain):
    status, out, _ = explain(BY_HAND, "--node", "x1")
    assert status == 0
    assert out.count("x1 (Multiply)") == 2
    assert "  x1 = w · x = 3 · 2 = 6\n" in out
    assert "  ∂L/∂w = ∂L/∂x1 · ∂x1/∂w = ∂L/∂x1 · x = 1 · 2 = 2\n" in out


def test_a_feed_another_target_and_mode_count(explain):
    status, out, _ = explain(
        BY_HAND, "--node", "x2", "--feed", "x=5", "--target", "x2", "--dtype", "float32"
    )
    assert status == 0
    assert "x2 = x1 + b = 15 + 1 = 16" in out
    assert "∂L/∂x2 = 1   (the target, where the reverse pass begins)" in out
    assert explain(BY_HAND, "--mode", "train")[0] == 0


def test_json_has_formulas_and_numbers(explain):
    status, out, _ = explain(FAN_OUT, "--from", "x.y", "--to", "y.y", "--json")
    assert status == 0
    (found,) = json.loads(out)["explanations"]
    assert (found["from"], found["to"]) == ("x.y", "y.y")
    assert [line["result"] for line in found["lines"]] == pytest.approx(
        [-0.832294, 0.909297, 1.0, 1.077004], abs=1e-5
    )
    assert found["lines"][2]["latex"] == r"\mathrm{p3} = \frac{\partial y}{\partial x} = 1"
    (edge,) = json.loads(explain(BY_HAND, "--edge", "w.y:x1.a", "--json")[1])["explanations"]
    assert edge["edge"] == "w.y:x1.a"
    assert edge["lines"][-1]["numbers"] == [r"1 \cdot 2", "2"]
    assert edge["lines"][-1]["result"] == 2.0


def test_markdown_and_latex(explain):
    markdown = explain(BY_HAND, "--node", "loss", "--format", "markdown")[1]
    assert r"**Forward, step 4 of 8, loss\_val (Abs): Absolute value;" in markdown
    assert "$$\n\\mathrm{loss\\_val} = | \\mathrm{difference} | = | -3 | = 3\n$$" in markdown
    script = explain(BY_HAND, "--node", "loss", "--format", "latex")[1]
    assert r"\paragraph{Forward, step 4 of 8, loss\_val (Abs)" in script
    assert script.count("\\[") == script.count("\\]") == 3


def test_an_owned_tensor_is_an_edge_without_a_source(explain):
    status, out, _ = explain(EXAMPLES / "xor.gradwire", "--edge", ":hidden.weight")
    assert status == 0
    assert out.startswith("hidden.weight, a tensor of the node's own: its value")
    assert "(∂L/∂hidden)ᵀ · x" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--node", "hiden"), ("hiden", "found no such node")),
        (("--edge", "w.y"), ("--edge", "expected two ports")),
        (("--edge", "w.y:x2.a"), ("w.y -> x2.a", "no such edge")),
        (("--edge", "w:x1"), ("expected NODE.PORT",)),
        (("--from", "x.y"), ("expected both",)),
        (("--from", "x.y", "--to", "nothing.y"), ("nothing.y",)),
        (("--node", "x", "--edge", "w.y:x1.a"), ("expected one",)),
        (("--target", "nowhere"), ("nowhere",)),
        (("--feed", "x=[1, 2"), ("x",)),
        (("--format", "pdf"), ("pdf",)),
    ],
)
def test_what_cannot_be_explained_is_refused_in_one_line(explain, arguments, words):
    status, out, err = explain(BY_HAND, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("gradwire: error: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_a_missing_file_is_refused(explain, tmp_path):
    status, _, err = explain(tmp_path / "none.gradwire")
    assert status == 2
    assert "none.gradwire" in err


def test_the_update_is_explained_where_it_is_asked_for(explain):
    status, out, _ = explain(BY_HAND, "--node", "w", "--update")
    assert status == 0
    assert "Update, step 9 of 10, w by Adam" in out
    assert "  m̂ = m_t / (1 − β_1^t) = 0.2 / (1 − 0.9¹) = 2" in out
    assert "b by Adam" not in out
    status, out, _ = explain(BY_HAND, "--update")
    assert out.count(" by Adam: ") == 2
    status, _, err = explain(FAN_OUT, "--update")
    assert status == 2
    assert "parameters: found none that is trained" in err
