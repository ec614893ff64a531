"""Mends that problems carry, and the command that lists hints."""

import json

import numpy as np
import pytest

from graph import Graph, PortRef, check, loads, save
from runtime import Engine
from runtime.commands import commands, invoke
from tests.test_hints import LINEAR, chain, mended, numbers


def test_an_input_without_a_value_gets_one():
    graph = Graph()
    graph.add("Input", "x")
    graph.add("Square", "s")
    graph.connect("x.y", "s.x")
    assert mended(graph, "no-value") == "Give it the value 1"
    graph.add("Input", "v", shape=(2, 3))
    assert mended(graph, "no-value") == "Fill it with ones"
    graph.add("Input", "open", shape=("B",))
    (problem,) = check(graph).problems
    assert problem.mends == ()


def test_an_unknown_module_becomes_the_one_that_is_meant():
    graph = loads(
        '{"gradwire": 1, "nodes": [{"id": "x", "module": "Input"},'
        '{"id": "r", "module": "Relu", "label": "rectify"}, {"id": "n", "module": "Nothing like"}],'
        '"edges": [{"from": "x.y", "to": "r.x"}],'
        '"tensors": {"x.y": {"dtype": "float64", "shape": [], "values": [2]}}}'
    )
    known, unknown = [p for p in check(graph).problems if p.code == "unknown-module"]
    assert unknown.mends == ()
    (mend,) = known.mends
    assert mend.text == "Change rectify to ReLU"
    graph.apply(mend.edit)
    graph.remove("n")
    assert Engine(graph).run().value("r.y") == 2


def test_a_kept_weight_of_another_shape_is_cleared():
    graph = numbers(LINEAR, "MSELoss")
    graph.set_tensor("linear.weight", np.ones((4, 7)))
    assert mended(graph, "tensor-shape") == "Clear weight"
    graph.set_tensor("x.y", np.ones((2, 4)))
    graph.set_tensor("t.y", np.ones((2, 4)))
    first, second = (p for p in check(graph).problems if p.code == "tensor-shape")
    assert first.mends[0].text == "Change the shape to [2, 4]"
    graph.apply(first.mends[0].edit)
    graph.apply(second.mends[0].edit)
    assert check(graph).problems == ()


def test_targets_to_choose_from_and_targets_that_are_no_scalar():
    graph, _ = chain("Square", shape=(3,))
    assert mended(graph, "target") == "Take the mean of square"
    assert graph.target == "mean"
    graph.configure(target="square")
    assert mended(graph, "target") == "Take the mean of square"
    graph.configure(target=None)
    graph.add("Sum", "other", label="the sum")
    graph.connect("square.y", "other.x")
    problem = check(graph).target_problem
    assert "several scalar outputs: mean.y, mean2.y, other.y" in problem.message
    assert "mean.y, mean2.y, the sum.y" in problem.told(lambda id_: graph.nodes[id_].label or id_)
    texts = [mend.text for mend in problem.mends]
    assert texts == ["Make mean the target", "Make mean2 the target", "Make the sum the target"]
    graph.apply(problem.mends[-1].edit)
    assert check(graph).target == PortRef("other", "y")


def test_mends_are_few_where_problems_are_many():
    graph, _ = chain(*[LINEAR] * 400, "Mean")
    found = [p for p in check(graph).problems if p.code == "linear-linear"]
    assert len(found) == 399
    assert 200 < sum(bool(p.mends) for p in found) < 300


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_the_command_line_lists_hints_and_is_content(tmp_path, capsys, arguments):
    file = tmp_path / "twice.gradwire"
    save(numbers(LINEAR, LINEAR, "MSELoss"), file)
    assert invoke(commands, ["check", str(file), *arguments]) == 0
    out = capsys.readouterr().out
    if not arguments:
        assert "hint: linear2.x: found Linear before it" in out
        return
    (problem,) = json.loads(out)["problems"]
    assert set(problem) == {"severity", "code", "node", "port", "message"}
    assert (problem["severity"], problem["node"]) == ("hint", "linear2")
