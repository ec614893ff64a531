"""Nodes with any number of inputs grow one by the wire that is dropped on their plus."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, check, default_catalogue, dumps, loads
from graph import edits as e
from graph.growing import module_with, next_input, shrinking_edits
from gui.accessible import words
from tests.canvas_desk import Desk
from tests.window_desk import desk_for

Key = Qt.Key


def joined(module="Concat", shapes=((2, 3), (1, 3), (4, 3)), **attributes):
    """Three inputs beside a node that takes two of them."""
    graph = Graph()
    for place, shape in enumerate(shapes):
        graph.add("Input", f"i{place}", shape=shape, at=(0, place * 112))
        graph.set_tensor(f"i{place}.y", np.ones(shape))
    graph.add(module, "it", at=(320, 80), **attributes)
    graph.connect("i0.y", "it.x0")
    graph.connect("i1.y", "it.x1")
    return graph


def inputs(desk):
    return [port.name for port in desk.graph.module("it").input_ports]


def wires(desk):
    return {str(edge.target): str(edge.source) for edge in desk.graph.edges}


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        show(made, joined())
        yield made


def show(desk, graph):
    desk.document.replace(graph, None)
    desk.settle()
    desk.view.setFocus()


# --- what grows ---------------------------------------------------------------------------------


def test_what_has_a_run_of_inputs_has_a_next_one():
    found = {kind.name: next_input(kind()) for kind in default_catalogue()}
    assert {name: port for name, port in found.items() if port} == {
        "Concat": "x2",
        "Stack": "x2",
        "Einsum": "x2",
    }


def test_a_node_with_the_most_inputs_there_can_be_grows_none():
    assert next_input(default_catalogue().require("Concat")(inputs=256)) == ""


@pytest.mark.parametrize(
    ("equation", "shape", "wanted"),
    [
        ("ij,jk->ik", (5, 6), "ij,jk,ab->ik"),
        ("ij,jk->ik", (), "ij,jk,->ik"),
        ("ab,bc", (3,), "ab,bc,d->ac"),
        ("ij,jk->ik", None, "ij,jk,...->ik"),
    ],
)
def test_an_einsum_grows_a_term_that_keeps_its_result(equation, shape, wanted):
    graph = joined("Einsum", shapes=((2, 3), (3, 4)), equation=equation)
    before = graph.types.of(PortRef("it", "y"))
    if shape is not None:
        graph.add("Input", "more", shape=shape)
    given = graph.types.of(PortRef("more", "y")) if shape is not None else None
    module = module_with(graph, PortRef("it", "x2"), given)
    assert module.equation == wanted
    if given is not None:
        graph.set("it", equation=wanted)
        graph.connect("more.y", "it.x2")
        assert graph.types.of(PortRef("it", "y")) == before


# --- by the mouse -------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["Concat", "Stack", "Einsum"])
def test_a_wire_dropped_on_the_plus_makes_the_port_and_leaves_another_plus(qtbot, module):
    desk = Desk(qtbot, joined(module, shapes=((2, 2), (2, 2), (2, 2))))
    before = dumps(desk.graph)
    assert inputs(desk) == ["x0", "x1"]
    desk.drag(desk.port("i2.y"), desk.port("it.x2"))
    assert desk.refused == []
    assert inputs(desk) == ["x0", "x1", "x2"]
    assert wires(desk)["it.x2"] == "i2.y"
    assert list(desk.scene.items_by_id["it"].outline.more) == ["x3"]
    assert not check(desk.graph).problems
    desk.document.history.undo()
    assert dumps(desk.graph) == before
    desk.document.history.redo()
    assert inputs(desk) == ["x0", "x1", "x2"]


def test_the_plus_is_no_port_until_it_is_wired(qtbot):
    desk = Desk(qtbot, joined())
    desk.run()
    assert not desk.document.check.problems
    assert desk.document.trace.value("it.y").shape == (3, 3)
    assert list(loads(dumps(desk.graph)).module("it").ports) == ["x0", "x1", "y"]
    assert PortRef("it", "x2") not in desk.document.check.types


def test_dropped_on_the_node_the_wire_takes_a_free_port_before_it_makes_one(qtbot):
    graph = joined()
    graph.disconnect("it.x0")
    desk = Desk(qtbot, graph)
    desk.drag(desk.port("i2.y"), desk.middle("it"))
    assert wires(desk) == {"it.x0": "i2.y", "it.x1": "i1.y"}
    desk.drag(desk.port("i0.y"), desk.middle("it"))
    assert wires(desk) == {"it.x0": "i2.y", "it.x1": "i1.y", "it.x2": "i0.y"}


def test_what_does_not_fit_is_refused_with_the_reason(qtbot):
    desk = Desk(qtbot, joined(shapes=((2, 3), (1, 3), (4, 7))))
    desk.drag(desk.port("i2.y"), desk.port("it.x2"))
    assert inputs(desk) == ["x0", "x1"]
    (said,) = desk.refused
    assert said.startswith("it.x2: found [4, 7] from i2.y, expected [any on axis 0, 3]")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_node_is_not_wired_to_its_own_plus(qtbot):
    desk = Desk(qtbot, joined())
    desk.drag(desk.port("it.y"), desk.port("it.x2"))
    desk.turn_down_offer()
    assert inputs(desk) == ["x0", "x1"]
    assert "own node" in desk.refused[0]
    desk.drag(desk.port("it.y"), desk.port("it.x2"))  # but to the next time step it may go
    QTest.keyClick(QApplication.activePopupWidget(), Key.Key_Return)
    QApplication.processEvents()
    assert inputs(desk) == ["x0", "x1", "x2"]
    assert desk.graph.incoming(PortRef("it", "x2")).delay == 1
    desk.document.undo()
    assert inputs(desk) == ["x0", "x1"]


def test_a_wire_drawn_from_the_plus_takes_an_output(qtbot):
    desk = Desk(qtbot, joined())
    desk.drag(desk.port("it.x2"), desk.port("i2.y"))
    assert wires(desk)["it.x2"] == "i2.y"


def test_the_pointer_is_told_what_the_node_becomes(qtbot):
    desk = Desk(qtbot, joined())
    start, end = desk.port("i2.y"), desk.port("it.x2")
    desk.press(start)
    desk.move((start + end) / 2)
    desk.move(end)
    assert desk.scene.wiring.notice == "Adds it.x2: inputs 3"
    assert desk.scene.fits("it")["x2"]
    desk.key(Key.Key_Escape)
    desk.release(end)
    assert inputs(desk) == ["x0", "x1"]


# --- and back -----------------------------------------------------------------------------------


def grown(count, *unwired):
    graph = joined(shapes=((1, 3),) * count, inputs=count)
    for place in range(2, count):
        graph.connect(f"i{place}.y", f"it.x{place}")
    for port in unwired:
        graph.disconnect(f"it.{port}")
    return graph


def test_a_last_input_goes_with_its_edge(desk):
    show(desk, grown(4))
    desk.document.selection.set_edge(PortRef("it", "x3"))
    before = dumps(desk.graph)
    desk.press_key(Key.Key_Delete)
    assert inputs(desk) == ["x0", "x1", "x2"]
    desk.document.history.undo()
    assert dumps(desk.graph) == before


@pytest.mark.parametrize(
    ("graph", "freed", "left"),
    [
        (grown(4), ["x3"], 3),
        (grown(4), ["x2"], 4),  # x3 would become another input
        (grown(4, "x2"), ["x3"], 2),
        (grown(5, "x3"), ["x4"], 3),
        (grown(4, "x0", "x1", "x2"), ["x3"], 2),  # as many as the module has by itself
        (grown(2), ["x1"], 2),
        (grown(5), ["x3", "x4"], 3),
    ],
)
def test_how_many_inputs_are_left(graph, freed, left):
    edits = shrinking_edits(graph, [PortRef("it", port) for port in freed])
    for port in freed:
        graph.disconnect(f"it.{port}")
    for edit in edits:
        graph.apply(edit)
    assert len(graph.module("it").input_ports) == left
    if left == 2:
        assert "inputs" not in graph.nodes["it"].attributes or not edits


def test_a_node_that_is_deleted_takes_its_last_input_along(desk):
    show(desk, grown(3))
    before = dumps(desk.graph)
    desk.click(desk.middle("i2"))
    desk.press_key(Key.Key_Delete)
    assert inputs(desk) == ["x0", "x1"]
    assert not check(desk.graph).problems
    desk.document.history.undo()
    assert dumps(desk.graph) == before


def test_deleting_the_node_itself_with_what_feeds_it_is_one_step(desk):
    show(desk, grown(3))
    desk.document.selection.set_nodes({"i2", "it"})
    desk.press_key(Key.Key_Delete)
    assert set(desk.graph.nodes) == {"i0", "i1"}


def test_an_end_taken_off_the_last_input_takes_it_along(qtbot):
    graph = grown(3)
    graph.add("Square", "q", at=(320, 360))
    desk = Desk(qtbot, graph)
    before = dumps(graph)
    desk.drag(desk.port("it.x2"), desk.port("q.x"))
    assert inputs(desk) == ["x0", "x1"]
    assert wires(desk)["q.x"] == "i2.y"
    desk.document.history.undo()
    assert dumps(desk.graph) == before


def test_an_end_put_on_the_plus_right_behind_its_port_stays(qtbot):
    desk = Desk(qtbot, grown(3))
    before = dumps(desk.graph)
    desk.drag(desk.port("it.x2"), desk.port("it.x3"))
    assert dumps(desk.graph) == before


def test_an_einsum_keeps_its_equation_when_an_edge_is_cut():
    graph = joined("Einsum", shapes=((2, 2), (2, 2)))
    assert shrinking_edits(graph, [PortRef("it", "x1")]) == ()


# --- by the keys and from the search box --------------------------------------------------------


def test_two_marks_wire_to_the_plus(desk):
    desk.view.focus.go(PortRef("i2", "y"))
    desk.press_key(Key.Key_M)
    desk.view.focus.go(PortRef("it", "x2"))
    desk.press_key(Key.Key_M)
    assert wires(desk)["it.x2"] == "i2.y"
    assert inputs(desk) == ["x0", "x1", "x2"]


def test_tab_comes_to_the_plus_between_inputs_and_outputs(desk):
    desk.view.focus.go("it")
    found = []
    for _ in range(4):
        desk.press_key(Key.Key_Tab)
        found.append(desk.view.focus.place.port)
    assert found == ["x0", "x1", "x2", "y"]


def test_a_mark_set_on_a_full_node_makes_a_port(desk):
    desk.view.focus.go(PortRef("i2", "y"))
    desk.press_key(Key.Key_M)
    desk.view.focus.go("it")
    desk.press_key(Key.Key_M)
    assert wires(desk)["it.x2"] == "i2.y"


def test_a_wire_from_the_plus_dropped_in_space_asks_what_feeds_it(desk):
    desk.view.centerOn(320, 100)
    desk.drag(desk.port("it.x2"), desk.pixel(200, 400))
    box = desk.view.placer.box
    assert box is not None
    box.line.setText("tanh")
    desk.press_key(Key.Key_Return)
    assert wires(desk)["it.x2"] == "tanh.y"
    assert inputs(desk) == ["x0", "x1", "x2"]
    desk.document.history.undo()
    assert inputs(desk) == ["x0", "x1"]
    assert "tanh" not in desk.graph.nodes


def test_screen_readers_hear_what_the_plus_is(desk):
    name = words.port_name(desk.scene, PortRef("it", "x2"))
    assert name == "x2, input to add, no edge"


def test_an_attribute_edit_still_says_how_many(desk):
    desk.document.do(e.SetAttributes("it", {"inputs": 4}), "Set inputs")
    assert list(desk.scene.items_by_id["it"].outline.more) == ["x4"]
