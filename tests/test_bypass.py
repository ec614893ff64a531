"""Bypassing nodes by key: what goes through, what is said, and what is computed."""

import math

import pytest
from PySide6.QtCore import Qt

from graph import Graph, Tensor, check, default_catalogue
from graph.bypassing import why_not_bypass
from graph.edits import SetNode
from gui.canvas.looks import node_tip
from runtime import Engine
from runtime.report import run_report
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


def bypassed(desk) -> set[str]:
    return {id_ for id_, node in desk.graph.nodes.items() if node.bypassed}


def mixed() -> Graph:
    """A layer that changes the shape, an activation that does not, and a node without a wire."""
    graph = Graph()
    graph.add("Input", "x", shape=(3,))
    graph.add("Linear", "h", out_features=2)
    graph.add("ReLU", "r")
    graph.add("Sum", "loss")
    graph.add("Tanh", "lonely")
    for source, target in (("x.y", "h.x"), ("h.y", "r.x"), ("r.y", "loss.x")):
        graph.connect(source, target)
    graph.set_tensor("x.y", Tensor.of_values("float64", (3,), [1.0, 2.0, 3.0]))
    return graph


def test_b_bypasses_and_b_again_computes(desk):
    desk.click(desk.middle("x2"))
    desk.press_key(Key.Key_B)
    assert bypassed(desk) == {"x2"}
    assert desk.document.history.undo_text == "Bypass x2"
    desk.settle()
    desk.press_key(Key.Key_F5)
    desk.settle()
    assert desk.document.trace.value("x2.y") == 6  # not 7: b is left out
    assert desk.document.trace.value("loss.y") == 2
    desk.press_key(Key.Key_B)
    assert not bypassed(desk)
    desk.press_key(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bypassed(desk) == {"x2"}


def test_several_nodes_are_one_entry_and_those_that_cannot_are_named(desk):
    desk.document.selection.set_nodes({"x", "x1", "x2"})
    desk.press_key(Key.Key_B)
    assert bypassed(desk) == {"x1", "x2"}
    assert desk.refused == ["x: found a source, expected one output and an input to stand for it."]
    assert desk.document.history.undo_text == "Bypass 2 nodes"
    desk.press_key(Key.Key_B)
    assert not bypassed(desk)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("h", "found [3] at x and [2] at y, expected equal shapes"),
        ("loss", "found [2] at x and [] at y"),
        ("lonely", "found shapes that are not known, expected equal shapes. Wire its inputs"),
        ("x", "found a source"),
    ],
)
def test_why_a_node_cannot_be_bypassed(node, words):
    assert words in str(why_not_bypass(mixed(), node))


def test_what_has_equal_shapes_can():
    graph = mixed()
    assert why_not_bypass(graph, "r") is None
    graph.set("h", out_features=3)
    assert why_not_bypass(graph, "h") is None
    graph.apply(SetNode("h", {"bypassed": True}))
    assert why_not_bypass(graph, "h") is None  # bypassed already, it is asked what it would make
    assert not check(graph).errors or {p.node for p in check(graph).errors} == {"lonely"}


def test_the_input_that_is_left_out_has_a_zero_jacobian(desk):
    graph = by_hand()
    graph.apply(SetNode("x2", {"bypassed": True}))
    report = run_report(Engine(graph).run(), dense=True)
    by_target = {edge["to"]: edge for edge in report["edges"]}
    unread, read = by_target["x2.b"], by_target["x2.a"]
    assert unread["gradient"] is None
    assert unread["jacobians"] == {
        "y": {"structure": "zero", "shape": [[], []], "stored": 0, "dense": 0.0}
    }
    assert read["jacobians"]["y"]["structure"] == "identity"
    assert read["gradient"] == -report["ports"]["x2.y"]["gradient"] * -1


def test_a_zero_jacobian_has_the_shapes_of_its_ports():
    graph = Graph()
    graph.add("Input", "a", shape=(2, 3))
    graph.add("Input", "b", shape=(3,))
    graph.add("Add", "add")
    graph.add("Sum", "loss")
    for source, target in (("a.y", "add.a"), ("b.y", "add.b"), ("add.y", "loss.x")):
        graph.connect(source, target)
    graph.set_tensor("a.y", Tensor.of_values("float64", (2, 3), [1.0] * 6))
    graph.set_tensor("b.y", Tensor.of_values("float64", (3,), [5.0] * 3))
    graph.apply(SetNode("add", {"bypassed": True}))
    trace = Engine(graph).run()
    linear = trace.jacobian("add.b")
    assert (linear.structure, linear.out_shape, linear.in_shape) == ("zero", (2, 3), (3,))
    assert not linear.dense().any()
    assert trace.value("loss.y") == 6


def test_a_bypassed_node_is_muted_and_carries_its_line(desk):
    desk.document.selection.set_nodes({"x2"})
    desk.press_key(Key.Key_B)
    desk.document.selection.clear()
    assert desk.scene.face("x2").through == ("a", "y")
    assert desk.scene.texts("x2")[0] == "bypassed Add"
    assert "a goes through unchanged" in node_tip(desk.graph, "x2", desk.scene.face("x2"))
    left, top, right, _ = desk.scene.items_by_id["x2"].box()
    desk.view.zoom_to(2.0)
    desk.view.centerOn(left, top)
    image = desk.view.viewport().grab().toImage()
    line = desk.theme.color("line").rgb()
    middle = desk.pixel((left + right) / 2, top + 30)
    rows = range(middle.y() - 2, middle.y() + 3)
    assert any(image.pixel(middle.x(), y) == line for y in rows)
    for zoom in (0.25, 0.5, 2.0):
        desk.view.zoom_to(zoom)
        desk.view.grab()


def test_inspector_and_sentence_say_it(desk):
    desk.document.selection.set_nodes({"x2"})
    desk.press_key(Key.Key_B)
    page = desk.window.inspector.page
    assert page.bypass.said == "Bypassed: a goes through unchanged."
    desk.settle()
    told = []
    while not desk.document.playhead.is_at_end:
        desk.press_key(Key.Key_PageDown)
        told.append(desk.window.sentence.sentence.text)
    assert "x2 (Add): bypassed, y = a = 6" in told
    assert "x2 (Add): gradient of a = gradient of y × 1 = 1 × 1 = 1" in told
    desk.press_key(Key.Key_B)
    assert page.bypass.said == ""


def test_the_command_is_ticked_while_all_that_is_selected_is_bypassed(desk):
    action = desk.window.commands.by_id["bypass"]
    assert not action.isEnabled()
    desk.document.selection.set_nodes({"x2"})
    assert action.isEnabled()
    assert not action.isChecked()
    desk.press_key(Key.Key_B)
    assert action.isChecked()
    desk.document.selection.set_nodes({"x2", "x1"})
    assert not action.isChecked()


def fed(kind, example) -> Graph:
    """A graph that feeds a module what one of its examples says."""
    graph = Graph()
    graph.add(kind.name, "node", **example.attributes)
    for port in graph.module("node").wired_ports:
        if port.role != "input" or port.name not in example.shapes:
            continue
        dtype = {"integer": "int64", "boolean": "bool"}.get(port.kind)
        shape = example.shapes[port.name]
        graph.add("Input", f"in_{port.name}", shape=shape, dtype=dtype)
        size = math.prod(shape)
        numbers = [0] * size if dtype else [0.25 + 0.5 * i for i in range(size)]
        tensor = Tensor.of_values(dtype or "float64", shape, numbers)
        graph.set_tensor(f"in_{port.name}.y", tensor)
        graph.connect(f"in_{port.name}.y", f"node.{port.name}")
    return graph


@pytest.mark.parametrize("kind", list(default_catalogue()), ids=lambda kind: kind.name)
def test_every_module_is_bypassed_or_says_why_not(kind):
    """Where it may be, its first input comes out of it unchanged; else a sentence names it."""
    for example in kind.examples:
        graph = fed(kind, example)
        reason = why_not_bypass(graph, "node")
        if reason is not None:
            assert str(reason).startswith("node: found")
            continue
        graph.apply(SetNode("node", {"bypassed": True}))
        first = graph.module("node").input_ports[0].name
        output = graph.module("node").output_ports[0].name
        trace = Engine(graph, partial=True).run()
        assert (trace.value(f"node.{output}") == trace.value(f"in_{first}.y")).all()


def test_a_bypass_that_fits_no_more_has_a_mend():
    graph = mixed()
    graph.remove("lonely")
    graph.set("h", out_features=3)
    graph.apply(SetNode("h", {"bypassed": True}))
    assert not check(graph).errors
    graph.set("h", out_features=2)
    (problem,) = check(graph).errors
    assert problem.node == "h"
    (mend,) = problem.mends
    assert mend.text == "Stop bypassing h"
    graph.apply(mend.edit)
    assert not check(graph).errors
