"""The chain rule written out: exact texts of the printed example, and numbers like the trace's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph import Graph, PortRef, load
from graph.edits import SetNode
from gui.examples import examples
from runtime import Engine
from runtime.errors import NoValue
from runtime.explaining import (
    as_latex,
    as_markdown,
    as_text,
    explain,
    explain_edge,
    explain_node,
    explain_ports,
)
from runtime.explaining.expression import Grid, Name
from runtime.explaining.latex import latex
from runtime.explaining.writing import line_latex, line_text
from runtime.maps import LinearMap
from tests.explaining_reading import SIGNS, balanced, shows
from tests.work_counter import counted_calls

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
BY_HAND = (Path(__file__).parent / "explained" / "backprop_by_hand.txt").read_text("utf-8")


def run(name, **feeds):
    return Engine(load(EXAMPLES / f"{name}.gradwire")).run(feeds)


def text_of(explanation):
    return as_text([explanation])


def test_the_printed_example_line_by_line():
    assert as_text(explain(run("backprop_by_hand"))) == BY_HAND


def test_a_fan_out_is_summed_as_on_paper():
    _, reverse = explain_node(run("fan_out"), "x")
    (line,) = reverse.lines
    assert line_text(line) == (
        "∂L/∂x = ∂L/∂sin.x + ∂L/∂product.a + ∂L/∂y.b = −0.8323 + 0.9093 + 1 = 1.077"
    )
    assert line.words == "the sum over 3 edges"


def test_paths_between_two_ports():
    trace = run("fan_out")
    found = explain_ports(trace, PortRef("x", "y"), PortRef("y", "y"))
    assert text_of(found) == (
        "From x.y to y.y: 3 paths, whose products add up.\n"
        "  p1 = ∂y/∂product · ∂product/∂sin · ∂sin/∂x = 1 · 2 · (−0.4161) = −0.8323"
        "   (path 1, sin → product → y)\n"
        "  p2 = ∂y/∂product · ∂product/∂x = 1 · 0.9093 = 0.9093   (path 2, product → y)\n"
        "  p3 = ∂y/∂x = 1   (path 3, y)\n"
        "  ∂y/∂x = p1 + p2 + p3 = −0.8323 + 0.9093 + 1 = 1.077   (the total)\n"
    )
    assert found.lines[-1].result == pytest.approx(trace.gradient("x.y"))


def test_an_edge():
    found = explain_edge(run("backprop_by_hand"), PortRef("w", "y"), PortRef("x1", "a"))
    assert text_of(found) == (
        "Edge w.y → x1.a: its value, the local Jacobian at its end, and its gradient.\n"
        "  w = 3   (what flows)\n"
        "  ∂x1/∂w = 2\n"
        "  ∂L/∂w = ∂L/∂x1 · ∂x1/∂w = ∂L/∂x1 · x = 1 · 2 = 2\n"
    )


def test_xor_names_what_it_multiplies():
    trace = run("xor")
    text = as_text(explain(trace))
    assert "hidden = x · hidden.weightᵀ + hidden.bias" in text
    assert "∂L/∂hidden.weight = ∂L/∂hidden · ∂hidden/∂hidden.weight" in text
    assert "= (∂L/∂hidden)ᵀ · x" in text
    assert "= ∂L/∂relu ⊙ [hidden > 0]" in text
    assert "= Σ_n (∂L/∂hidden)_n" in text


def test_softmax_classifier_names_the_integer_target():
    text = as_text(explain(run("softmax_classifier")))
    assert "target holds int64: it has no derivative." in text
    assert "p_i = e^(logits_i) / (Σ_j e^(logits_j))" in text


@pytest.mark.parametrize("name", sorted(path.stem for path in examples()))
def test_every_example_is_explained_with_the_numbers_of_its_run(name):
    trace = run(name)
    for found in explain(trace):
        assert found.lines
        for line in found.lines:
            assert line.result is not None or not line.numbers
            if line.numbers:
                assert shows(line.numbers[-1], line.result), line_text(line)
            assert balanced(line_latex(line))
    for step in trace.steps:
        if step.phase == "reverse":
            key = step.node if step.t is None else f"{step.node}@{step.t}"
            _, reverse = explain_node(trace, key)
            parts = [trace.part(ref) for ref in trace.plan.step_of[key].reads]
            parts = [part for part in parts if part is not None]
            ends = [line.result for line in reverse.lines[-len(parts) :]]
            assert all(np.array_equal(a, b) for a, b in zip(ends, parts, strict=True))


# --- names from files ----------------------------------------------------------------------------


NASTY = "50% of $x_1$ {\\evil} #1 & ~^"


def test_names_are_escaped():
    graph = Graph(dtype="float64")
    graph.add("Input", "x_in", shape=())
    graph.add("Exp", "e")
    graph.apply(SetNode("e", {"label": NASTY}))
    graph.connect("x_in.y", "e.x")
    graph.set_tensor("x_in.y", np.array(1.0))
    found = list(explain(Engine(graph).run()))
    for text in (as_text(found), as_markdown(found), as_latex(found)):
        assert all(sign == "\n" or sign.isprintable() for sign in text)
    script = as_latex(found)
    assert balanced(script)
    assert r"50\% of \$x\_1\$ \{\textbackslash{}evil\} \#1 \&" in script
    assert r"\mathrm{x\_in}" in script
    assert r"50% of \$x\_1\$" in as_markdown(found)
    assert latex(Name("a_b%{}\\\x00")) == "\\mathrm{a\\_b\\%\\{\\}\\backslash \ufffd}"


def test_labels_are_used_where_they_are_unique_and_stand_in_a_formula():
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=())
    for id_, label in (("a", "grown"), ("b", "two words")):
        graph.add("Exp", id_)
        graph.apply(SetNode(id_, {"label": label}))
    graph.connect("x.y", "a.x")
    graph.connect("a.y", "b.x")
    graph.set_tensor("x.y", np.array(0.0))
    forward, _ = explain_node(Engine(graph).run(), "b")
    assert "two words (Exp)" in forward.words
    assert line_text(forward.lines[0]) == "b = e^grown = e¹ = 2.718"


# --- kinks and troubles --------------------------------------------------------------------------


def unary(module, value, **attributes):
    graph = Graph(dtype="float64")
    value = np.asarray(value)
    graph.add("Input", "x", shape=value.shape)
    graph.add(module, "it", **attributes)
    graph.connect("x.y", "it.x")
    graph.set_tensor("x.y", value)
    graph.configure(target="it")
    return Engine(graph).run()


@pytest.mark.parametrize(
    ("module", "value", "note"),
    [
        ("ReLU", [1.0, 0.0, -1.0], "At a kink at [1]: the derivative of ReLU at 0 is 0."),
        ("Abs", 0.0, "At a kink: the derivative of Abs at 0 is 0."),
        ("ReLU", 1e-9, "At a kink, or within 2h of one: the derivative of ReLU at 0 is 0."),
        ("Clip", [0.0, 1.0], "At a kink at [1]: the derivative of Clip at its bounds is 1."),
        ("HardTanh", 1.0, "At a kink: the derivative of HardTanh at −1 and 1 is 0."),
        ("Max", [2.0, 2.0], "At a kink: equal largest entries share the gradient equally."),
        ("Norm", [0.0, 0.0], "At a kink: the derivative of Norm at 0 is 0."),
        ("ReLU", [0.0] * 5, "At a kink at [0], [1], [2] and 2 more: the derivative of ReLU at 0"),
    ],
)
def test_a_kink_names_its_convention(module, value, note):
    trace = unary(module, value, **({"max": 1.0} if module == "Clip" else {}))
    _, reverse = explain_node(trace, "it")
    assert any(found.startswith(note) for found in reverse.notes), reverse.notes


@pytest.mark.parametrize("module", ["ReLU", "Abs", "HardTanh", "Sigmoid"])
def test_away_from_a_kink_nothing_is_said(module):
    assert explain_node(unary(module, [0.3, -0.4]), "it")[1].notes == ()


def test_not_a_number_is_named_with_its_place():
    forward, reverse = explain_node(unary("Log", [1.0, -1.0]), "it")
    assert "The value of it is NaN at [1]: 1 of 2 entries are not finite." in forward.notes
    assert "NaN or infinity first appears at it.y." in forward.notes
    assert reverse.lines


def test_no_path_and_no_target():
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=())
    graph.set_tensor("x.y", np.array(1.0))
    for id_ in ("a", "b"):
        graph.add("Exp", id_)
        graph.connect("x.y", f"{id_}.x")
    without = explain_node(Engine(graph).run(phase="forward"), "a")[1]
    assert without.notes[0].startswith("There is no reverse pass. ")
    graph.configure(target="b")
    aside = explain_node(Engine(graph).run(), "a")[1]
    assert aside.notes == ("No path leads from a to b.y, so it has no gradient.",)


def test_what_is_not_there_is_refused():
    trace = run("xor")
    with pytest.raises(NoValue, match=r"hiden: found no such node.*hidden"):
        explain_node(trace, "hiden")
    with pytest.raises(NoValue, match="found no such edge"):
        explain_edge(trace, PortRef("x", "y"), PortRef("relu", "x"))


def test_what_was_broadcast_is_summed():
    graph = Graph(dtype="float64")
    for id_, value in (("x", np.ones((2, 3))), ("b", np.array([2.0, 3.0, 5.0]))):
        graph.add("Input", id_, shape=value.shape)
        graph.set_tensor(f"{id_}.y", value)
    graph.add("Multiply", "multiply")
    graph.connect("x.y", "multiply.a")
    graph.connect("b.y", "multiply.b")
    trace = Engine(graph, target="multiply").run()
    line = explain_node(trace, "multiply")[1].lines[-1]
    assert line.words == "summed over axis 0"
    assert "Σ_0" in line_text(line)
    assert line.result.tolist() == [2.0, 2.0, 2.0]


def chain(count):
    """A chain of sums of a value with itself, [] shaped."""
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=())
    graph.set_tensor("x.y", np.array(1.0))
    before = "x.y"
    for place in range(count):
        graph.add("Add", f"a{place}")
        graph.connect(before, f"a{place}.a")
        graph.connect(before, f"a{place}.b")
        before = f"a{place}.y"
    return graph


def test_many_long_paths_are_counted_and_shortened():
    trace = Engine(chain(300)).run()
    with counted_calls() as work:
        found = explain_ports(trace, PortRef("x", "y"), PortRef("a299", "y"))
    assert work.calls < 1_000_000
    assert "about 2.04e90 paths" in found.words
    assert "more are not written out" in found.notes[0]
    first, total = found.lines[0], found.lines[-1]
    assert line_text(first).endswith("· 1 · …\n   = 1")
    assert total.result == pytest.approx(2.0**300)
    assert len(found.lines) < 12


def test_a_bypassed_node_lets_its_first_input_through():
    graph = chain(1)
    graph.apply(SetNode("a0", {"bypassed": True}))
    forward, reverse = explain_node(Engine(graph).run(), "a0")
    assert "It is bypassed" in forward.words
    assert line_text(forward.lines[0]) == "a0 = x = 1"
    assert reverse.lines[-1].result == 1.0


# --- time, composites ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "transformer_block"])
def test_what_arrives_is_the_sum_of_its_parts(name):
    """The first line of a reverse step: over time and out of instances too."""
    trace = run(name)
    for step in trace.steps:
        if step.phase == "reverse":
            key = step.node if step.t is None else f"{step.node}@{step.t}"
            _, reverse = explain_node(trace, key)
            line = reverse.lines[0]
            terms = [part for part in getattr(line.numbers[0], "items", ()) if part not in SIGNS]
            if line.words.startswith("the sum"):
                assert len(terms) >= 3, line_text(line)
            assert shows(line.numbers[-1], line.result)


def test_a_node_in_time_is_taken_at_its_last_step():
    trace = run("rnn")
    last = explain_node(trace, "state")[0]
    assert last.about["node"] == f"state@{trace.time_steps - 1}"
    assert explain_node(trace, "state@1")[0].about["node"] == "state@1"


def test_an_instance_of_a_composite():
    trace = run("transformer_block")
    (instance,) = [name for name in trace.plan.flat.instances if "/" not in name]
    forward, reverse = explain_node(trace, instance)
    assert shows(forward.lines[0].numbers[-1], trace.value(forward_port(trace, instance)))
    assert any(line.words == "through all that is inside" for line in reverse.lines)


def forward_port(trace, instance):
    return next(ref for ref in trace.plan.flat.outputs if ref.node == instance)


# --- size ----------------------------------------------------------------------------------------


def large(module, shape, **attributes):
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=shape)
    graph.add(module, "it", **attributes)
    graph.add("Sum", "total")
    graph.connect("x.y", "it.x")
    graph.connect("it.y", "total.x")
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal(shape))
    return Engine(graph).run()


@pytest.mark.parametrize(
    ("module", "shape", "attributes"),
    [
        ("ReLU", (1000, 1000), {}),
        ("Softmax", (1000, 1000), {}),
        ("Linear", (1000, 1000), {"out_features": 1000}),
        ("Transpose", (1000, 1000), {}),
        ("Sum", (1000, 1000), {}),
        ("LayerNorm", (1000, 1000), {}),
        ("AvgPool2d", (1, 1, 1000, 1000), {"kernel_size": (2, 2)}),
    ],
)
def test_a_million_entries_are_explained_at_once(module, shape, attributes):
    trace = large(module, shape, **attributes)
    with counted_calls() as work:
        for found in explain_node(trace, "it"):
            as_text([found])
    assert work.calls < 60_000  # and a million entries are a million calls and more


def test_a_tensor_is_cut_to_its_corners():
    line = explain_node(large("ReLU", (1000, 1000)), "it")[0].lines[0]
    lines = line_text(line).split("\n")
    assert max(map(len, lines)) < 120
    assert len(lines) < 12
    assert isinstance(line.numbers[-1], Grid)
    assert "₁₀₀₀ₓ₁₀₀₀" in line_text(line)
    assert r"_{1000 \times 1000}" in line_latex(line)


def test_matrices_of_a_map_are_read_by_corners(monkeypatch):
    asked = []
    window = LinearMap.window

    def watched(self, rows=slice(None), columns=slice(None)):
        asked.append((rows, columns))
        return window(self, rows, columns)

    monkeypatch.setattr(LinearMap, "window", watched)
    explain_node(large("Softmax", (1000, 1000)), "it")
    assert all(rows.stop - rows.start <= 4 and c.stop - c.start <= 5 for rows, c in asked)
