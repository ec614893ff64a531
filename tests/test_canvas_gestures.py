"""Editing the canvas with real mouse and key events."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QMenu

from graph import Graph, PortRef
from tests.canvas_desk import Desk, by_hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


def edges(graph: Graph) -> set[str]:
    return {f"{edge.source}>{edge.target}" for edge in graph.edges}


# --- adding ---------------------------------------------------------------------------------


def test_dropping_a_module_adds_a_node_at_the_pointer(qtbot):
    desk = Desk(qtbot)
    desk.drop("Multiply", desk.pixel(100, 60))
    node = desk.graph.nodes["multiply"]
    assert node.at == (56, 32)
    assert desk.document.selection.node == "multiply"
    desk.document.undo()
    assert not desk.graph.nodes
    assert not desk.scene.items_by_id


def test_scalar_sources_start_with_one(qtbot):
    desk = Desk(qtbot)
    desk.drop("Input", desk.pixel(0, 0))
    desk.drop("Parameter", desk.pixel(200, 0))
    assert desk.graph.tensors[PortRef("input", "y")].values() == [1.0]
    assert PortRef("parameter", "y") not in desk.graph.tensors


def test_other_drags_are_refused(qtbot):
    desk = Desk(qtbot)
    desk.drop("NoSuchModule", desk.pixel(0, 0))
    assert not desk.graph.nodes
    assert "NoSuchModule" in desk.refused[0]


# --- selecting ------------------------------------------------------------------------------


def test_clicks_select_add_and_toggle(desk):
    desk.click(desk.middle("x"))
    assert desk.document.selection.nodes == {"x"}
    desk.click(desk.middle("w"), SHIFT)
    assert desk.document.selection.nodes == {"x", "w"}
    desk.click(desk.middle("x"), CONTROL)
    assert desk.document.selection.nodes == {"w"}
    desk.click(desk.pixel(120, 400))
    assert not desk.document.selection.nodes


def test_a_click_on_one_of_many_selected_leaves_that_one(desk):
    desk.document.selection.set_nodes({"x", "w"})
    desk.click(desk.middle("x"))
    assert desk.document.selection.nodes == {"x"}


def test_a_band_selects_what_it_meets(desk):
    desk.drag(desk.pixel(-40, -40), desk.pixel(120, 200))
    assert desk.document.selection.nodes == {"x", "w"}
    desk.drag(desk.pixel(200, 300), desk.pixel(260, 200), modifiers=SHIFT)
    assert desk.document.selection.nodes == {"x", "w", "b"}


def test_clicking_a_wire_or_its_plate_selects_the_edge(desk):
    line = desk.scene.wires.line(PortRef("x2", "a"))
    desk.click(desk.pixel(*line[len(line) // 2]))
    assert desk.document.selection.edge == PortRef("x2", "a")
    desk.run()
    desk.view.grab()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    plate = next(p for p in desk.scene.plates(seen, 1.0) if p.port == PortRef("loss", "x"))
    left, top, right, bottom = plate.box
    desk.click(desk.pixel((left + right) / 2, (top + bottom) / 2))
    assert desk.document.selection.edge == PortRef("loss", "x")


def test_clicking_a_pin_selects_it(qtbot):
    graph = Graph()
    graph.add("Linear", "h", out_features=2, at=(0, 0))
    desk = Desk(qtbot, graph)
    desk.click(desk.port("h.weight") - QPoint(0, 4))
    assert desk.document.selection.edge == PortRef("h", "weight")


def test_escape_clears_the_selection(desk):
    desk.click(desk.middle("x"))
    desk.key(Qt.Key.Key_Escape)
    assert not desk.document.selection.nodes


# --- moving ---------------------------------------------------------------------------------


def test_a_drag_moves_all_selected_nodes_on_the_grid_in_one_entry(desk):
    desk.document.selection.set_nodes({"x", "w"})
    start = desk.middle("x")
    desk.drag(start, start + QPoint(37, 21))
    assert desk.graph.nodes["x"].at == (40, 24)
    assert desk.graph.nodes["w"].at == (40, 136)
    assert desk.graph.nodes["b"].at == (240, 176)
    assert desk.scene.items_by_id["x"].pos() == QPointF(40, 24)
    desk.document.undo()
    assert desk.graph.nodes["w"].at == (0, 112)
    assert desk.document.history.undo_text is None
    assert desk.scene.items_by_id["w"].pos() == QPointF(0, 112)


def test_wires_follow_while_a_node_is_dragged_and_escape_takes_it_back(desk):
    before = desk.scene.wires.line(PortRef("x1", "b")).copy()
    start = desk.middle("x")
    desk.press(start)
    desk.move(start + QPoint(0, 80))
    assert tuple(desk.scene.wires.line(PortRef("x1", "b"))[0]) == (96, 110)
    desk.key(Qt.Key.Key_Escape)
    desk.release(start + QPoint(0, 80))
    assert (desk.scene.wires.line(PortRef("x1", "b")) == before).all()
    assert desk.graph.nodes["x"].at == (0, 0)
    assert desk.document.history.undo_text is None


def test_a_shaky_click_moves_nothing(desk):
    start = desk.middle("x")
    desk.drag(start, start + QPoint(2, 1))
    assert desk.graph.nodes["x"].at == (0, 0)


def test_arrows_nudge_and_make_one_entry(desk):
    desk.click(desk.middle("x"))
    for _ in range(3):
        desk.key(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert desk.graph.nodes["x"].at == (24, 0)
    desk.document.undo()
    assert desk.graph.nodes["x"].at == (0, 0)


# --- wiring ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [("x.y", "neg.x"), ("neg.x", "x.y")], ids=["out-in", "in-out"])
def test_a_wire_is_drawn_from_either_end(qtbot, ends):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    graph.add("Negate", "neg", at=(240, 40))
    desk = Desk(qtbot, graph)
    desk.drag(desk.port(ends[0]), desk.port(ends[1]))
    assert edges(desk.graph) == {"x.y>neg.x"}
    assert PortRef("neg", "x") in desk.scene.wires
    assert desk.document.selection.edge == PortRef("neg", "x")
    desk.document.undo()
    assert not desk.graph.edges
    assert not len(desk.scene.wires)


def test_ports_that_fit_are_lit_and_the_reason_stands_at_the_pointer(desk):
    start = desk.port("x2.y")
    desk.press(start)
    desk.move(start + QPoint(20, 10))
    assert desk.scene.fits("loss") == {"x": True, "y": False}
    assert desk.scene.fits("x1") == {"a": False, "b": False, "y": False}
    desk.move(desk.port("x1.a"))
    assert "cycle" in desk.scene.wiring.reason
    desk.view.grab()
    desk.release(desk.port("x1.a"))
    desk.turn_down_offer()
    assert "cycle" in desk.refused[0]
    assert "x2.y>x1.a" not in edges(desk.graph)
    assert desk.scene.wiring is None


def test_kinds_and_own_node_are_refused(desk):
    desk.drag(desk.port("x.y"), desk.port("w.y"))
    desk.drag(desk.port("x1.y"), desk.port("x1.a"))
    desk.turn_down_offer()
    assert len(desk.refused) == 2
    assert "x1" in desk.refused[1]
    assert len(desk.graph.edges) == 7


def test_dropping_on_an_occupied_input_replaces_its_edge_in_one_entry(desk):
    desk.drag(desk.port("b.y"), desk.port("x1.a"))
    assert "b.y>x1.a" in edges(desk.graph)
    assert "w.y>x1.a" not in edges(desk.graph)
    desk.document.undo()
    assert "w.y>x1.a" in edges(desk.graph)
    assert len(desk.graph.edges) == 7


def test_an_end_pulled_off_and_dropped_on_nothing_is_cut(desk):
    desk.drag(desk.port("x2.b"), desk.pixel(480, 400))
    assert desk.graph.incoming(PortRef("x2", "b")) is None
    assert PortRef("x2", "b") not in desk.scene.wires
    desk.document.undo()
    assert PortRef("x2", "b") in desk.scene.wires


def test_an_end_pulled_off_can_go_to_another_input(desk):
    desk.drag(desk.port("x2.b"), desk.port("difference.a"))
    assert {"b.y>difference.a", "x1.y>x2.a"} <= edges(desk.graph)
    assert desk.graph.incoming(PortRef("x2", "b")) is None
    desk.document.undo()
    assert "b.y>x2.b" in edges(desk.graph)
    assert "y_true.y>difference.a" in edges(desk.graph)


def test_an_end_put_back_changes_nothing(desk):
    start = desk.port("x2.b")
    desk.press(start)
    desk.move(start + QPoint(60, 60))
    desk.move(start)
    desk.release(start)
    assert desk.document.history.undo_text is None
    assert len(desk.graph.edges) == 7


def test_escape_leaves_a_wire_without_an_edit(desk):
    desk.press(desk.port("x2.b"))
    desk.move(desk.pixel(480, 400))
    assert desk.scene.hidden_wire == PortRef("x2", "b")
    desk.key(Qt.Key.Key_Escape)
    desk.release(desk.pixel(480, 400))
    assert desk.graph.incoming(PortRef("x2", "b")) is not None
    assert desk.scene.hidden_wire is None


def test_weights_are_tied_by_a_wire_to_a_pin(qtbot):
    graph = Graph()
    graph.add("Parameter", "w", shape=(2, 3), at=(0, 200))
    graph.add("Linear", "h", out_features=2, at=(240, 0))
    desk = Desk(qtbot, graph)
    desk.drag(desk.port("w.y"), desk.port("h.weight") - QPoint(0, 3))
    assert edges(desk.graph) == {"w.y>h.weight"}


# --- deleting, menus ------------------------------------------------------------------------


def test_delete_removes_nodes_with_their_edges_in_one_entry(desk):
    desk.document.selection.set_nodes({"x1", "b"})
    desk.view.delete_selection()
    assert "x1" not in desk.graph
    assert len(desk.scene.items_by_id) == 6
    assert len(desk.scene.wires) == len(desk.graph.edges) == 3
    desk.document.undo()
    assert len(desk.scene.wires) == len(desk.graph.edges) == 7


def test_delete_cuts_the_selected_edge(desk):
    desk.document.selection.set_edge("x2.a")
    desk.view.delete_selection()
    assert desk.graph.incoming(PortRef("x2", "a")) is None


# The offscreen platform has no window manager for a popup; the menu itself works.
popup = pytest.mark.qt_log_ignore("This plugin does not support")


def open_menu() -> QMenu:
    return QApplication.activePopupWidget()


@popup
def test_asking_for_the_target_offers_the_candidates(desk):
    desk.view.ask_target([PortRef("loss", "y"), PortRef("x2", "y")])
    menu = open_menu()
    assert [a.text() for a in menu.actions() if a.isEnabled() and a.text()] == ["loss", "x2"]
    menu.actions()[-1].trigger()
    menu.close()
    assert desk.graph.target == "x2.y"


# --- what ends a gesture ---------------------------------------------------------------------


def test_an_undo_during_a_drag_calls_the_drag_off(desk):
    start = desk.middle("x")
    desk.drag(start, start + QPoint(80, 0))
    start = desk.middle("x")
    desk.press(start)
    desk.move(start + QPoint(0, 160))
    desk.document.undo()
    assert desk.scene.items_by_id["x"].pos() == QPointF(0, 0)
    desk.release(start + QPoint(0, 160))
    assert desk.graph.nodes["x"].at == (0, 0)


def test_another_graph_during_a_drag_calls_the_drag_off(desk):
    start = desk.port("x2.y")
    desk.press(start)
    desk.move(start + QPoint(50, 50))
    desk.document.replace(Graph(), None)
    desk.release(start + QPoint(50, 50))
    assert desk.scene.wiring is None
    assert not desk.graph.nodes
