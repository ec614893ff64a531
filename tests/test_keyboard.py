"""The canvas by keys alone: Tab, arrows, two marks, Delete, Alt and arrows."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph import Graph, PortRef
from gui.canvas import ways
from tests.canvas_desk import NONE, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
ORDER = ("x", "w", "b", "y_true", "x1", "x2", "difference", "loss")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        desk.view.setFocus(Qt.FocusReason.OtherFocusReason)
        yield desk


def place(desk) -> str:
    """Where the keys are, as it is drawn; empty where nothing is drawn."""
    return str(desk.scene.focused or "")


def tab_to(desk, where: str) -> None:
    """Press Tab until the keys are there."""
    for _ in range(60):
        if place(desk) == where:
            return
        desk.press_key(Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {where}")


# --- Tab ------------------------------------------------------------------------------------


def test_tab_visits_nodes_and_ports_in_topological_order_and_leaves(desk):
    seen = []
    while desk.view.hasFocus():
        desk.press_key(Key.Key_Tab)
        if desk.view.hasFocus():
            seen.append(place(desk))
    order = desk.document.check.order
    assert set(order) == set(ORDER)
    expected = []
    for id_ in order:
        module = desk.graph.module(id_)
        inputs = [p.name for p in module.wired_ports]
        outputs = [p.name for p in module.output_ports]
        expected += [id_, *(f"{id_}.{name}" for name in (*inputs, *outputs))]
    assert seen == expected
    assert place(desk) == ""


def test_shift_tab_goes_back_and_leaves_before_the_first(desk):
    desk.press_key(Key.Key_Tab)
    desk.press_key(Key.Key_Tab)
    first = desk.document.check.order[0]
    assert place(desk) == f"{first}.y"
    desk.press_key(Key.Key_Backtab, SHIFT)
    assert place(desk) == first
    desk.press_key(Key.Key_Backtab, SHIFT)
    assert not desk.view.hasFocus()


def test_who_tabs_in_from_behind_comes_to_the_last_port(desk):
    while desk.view.hasFocus():
        desk.press_key(Key.Key_Tab)
    desk.press_key(Key.Key_Backtab, SHIFT)
    assert desk.view.hasFocus()
    assert place(desk) == f"{desk.document.check.order[-1]}.y"


def test_pins_come_between_inputs_and_outputs(desk):
    graph = Graph()
    graph.add("Linear", "h", out_features=2, at=(0, 0))
    desk.document.replace(graph, None)
    desk.settle()
    seen = []
    for _ in range(5):
        desk.press_key(Key.Key_Tab)
        seen.append(place(desk))
    assert seen == ["h", "h.x", "h.weight", "h.bias", "h.y"]
    assert desk.document.selection.node == "h"
    desk.press_key(Key.Key_Backtab, SHIFT)
    assert desk.document.selection.edge == PortRef("h", "bias")


def test_the_place_is_selected_and_an_edge_is_its_end(desk):
    tab_to(desk, "x1")
    assert desk.document.selection.node == "x1"
    tab_to(desk, "x1.a")
    assert desk.document.selection.edge == PortRef("x1", "a")
    assert desk.window.inspector.page.subject[0] == "edge"
    tab_to(desk, "x1.y")
    assert desk.document.selection.node == "x1"


def test_the_mouse_hides_the_focus_and_takes_its_place_along(desk):
    tab_to(desk, "x1")
    desk.click(desk.middle("x2"))
    assert place(desk) == ""
    desk.press_key(Key.Key_Right)
    assert place(desk) == "difference"


def test_the_canvas_follows_the_keys(desk):
    desk.view.camera.look_at(desk.view.mapToScene(QPoint(4000, 0)))
    first = desk.document.check.order[0]
    desk.press_key(Key.Key_Tab)
    assert place(desk) == first
    desk.qtbot.wait(300)
    assert desk.view.viewport().rect().contains(desk.middle(first))


def test_keys_make_ports_large_enough_to_be_seen(desk):
    desk.view.zoom_to(0.15)
    desk.press_key(Key.Key_Tab)
    desk.qtbot.wait(300)
    assert desk.view.zoom >= 0.7


def test_focus_is_drawn_around_node_and_port_only_by_keys(desk):
    desk.view.zoom_to(1)
    tab_to(desk, "x1")
    desk.qtbot.wait(300)
    left, top, right, _ = desk.scene.items_by_id["x1"].box()
    ink = desk.theme.color("text").rgb()

    def dark(x, y):
        image = desk.view.grab().toImage()
        scale = image.devicePixelRatio()
        return image.pixelColor((desk.pixel(x, y).toPointF() * scale).toPoint()).rgb() == ink

    assert dark((left + right) / 2, top - 4)
    assert not dark((left + right) / 2, top - 2)  # the gap
    tab_to(desk, "x1.a")
    x, y = desk.scene.port_place(PortRef("x1", "a"))
    assert dark(x - 9, y)
    assert not dark(x - 7, y)  # the gap
    assert not dark((left + right) / 2, top - 4)
    desk.view.focus.let_go()
    assert not dark(x - 9, y)


# --- arrows ---------------------------------------------------------------------------------


def test_arrows_go_along_edges_and_back(desk):
    tab_to(desk, "w")
    seen = [place(desk)]
    for _ in range(4):
        desk.press_key(Key.Key_Right)
        seen.append(place(desk))
    assert seen == ["w", "x1", "x2", "difference", "loss"]
    for _ in range(4):
        desk.press_key(Key.Key_Left)
    assert place(desk) == "x"  # the upper one of what feeds x1


def test_back_is_where_one_came_from(desk):
    tab_to(desk, "w")
    desk.press_key(Key.Key_Right)
    desk.press_key(Key.Key_Left)
    assert place(desk) == "w"


def test_arrows_from_a_port_go_from_port_to_port(desk):
    tab_to(desk, "w.y")
    seen = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Right, Key.Key_Left, Key.Key_Left):
        desk.press_key(key)
        seen.append(place(desk))
    assert seen == ["x1.a", "x1.y", "x2.a", "x1.y", "x1.a"]
    assert desk.document.selection.edge == PortRef("x1", "a")


def test_up_and_down_choose_among_the_edges_of_a_port(desk):
    graph = Graph()
    graph.add("Input", "x", at=(0, 100))
    for number in range(3):
        graph.add("Negate", f"n{number}", at=(240, 100 * number))
        graph.connect("x.y", f"n{number}.x")
    desk.document.replace(graph, None)
    desk.settle()
    tab_to(desk, "x.y")
    desk.press_key(Key.Key_Right)
    seen = [place(desk)]
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up):
        desk.press_key(key)
        seen.append(place(desk))
    assert seen == ["n0.x", "n1.x", "n2.x", "n1.x"]
    desk.press_key(Key.Key_Left)
    assert place(desk) == "x.y"
    desk.press_key(Key.Key_Right)
    assert place(desk) == "n1.x"  # back where one came from


def test_up_and_down_choose_among_ports_then_nodes(desk):
    tab_to(desk, "x1.a")
    desk.press_key(Key.Key_Down)
    assert place(desk) == "x1.b"
    desk.press_key(Key.Key_Down)
    assert place(desk) == "b"  # below x1
    desk.press_key(Key.Key_Up)
    assert place(desk) == "x1"


def test_an_arrow_without_a_place_begins_in_the_middle(desk):
    desk.document.selection.clear()
    desk.press_key(Key.Key_Right)
    middle = desk.view.camera.centre
    assert place(desk) == ways.nearest_to(desk.scene, middle.x(), middle.y())


def test_shift_adds_and_control_space_toggles(desk):
    tab_to(desk, "x1")
    desk.press_key(Key.Key_Right, SHIFT)
    assert desk.document.selection.nodes == {"x1", "x2"}
    desk.press_key(Key.Key_Right, CONTROL)
    assert place(desk) == "difference"
    assert desk.document.selection.nodes == {"x1", "x2"}
    desk.press_key(Key.Key_Space, CONTROL)
    assert desk.document.selection.nodes == {"x1", "x2", "difference"}
    desk.press_key(Key.Key_Space, CONTROL)
    assert desk.document.selection.nodes == {"x1", "x2"}


def test_alt_arrows_move_nodes_and_make_one_entry(desk):
    tab_to(desk, "x")
    for _ in range(3):
        desk.press_key(Key.Key_Right, ALT)
    desk.press_key(Key.Key_Down, ALT | SHIFT)
    assert desk.graph.nodes["x"].at == (24, 24)
    assert place(desk) == "x"
    desk.press_key(Key.Key_Z, CONTROL)
    assert desk.graph.nodes["x"].at == (0, 0)
    assert desk.document.history.undo_text is None


# --- two marks ------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [("x.y", "n.x"), ("n.x", "x.y")], ids=["out-in", "in-out"])
def test_two_marks_wire_from_either_end(desk, ends):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    graph.add("Negate", "n", at=(240, 40))
    desk.document.replace(graph, None)
    desk.settle()
    tab_to(desk, ends[0])
    desk.press_key(Key.Key_M)
    fits = desk.scene.fits("n" if ends[0] == "x.y" else "x")
    assert fits == ({"x": True, "y": False} if ends[0] == "x.y" else {"y": True})
    desk.press_key(Key.Key_Escape)
    assert not desk.scene.fits("n")
    tab_to(desk, ends[0]) if ends[0] == "x.y" else None
    desk.press_key(Key.Key_M)
    while place(desk) != ends[1]:
        desk.press_key(Key.Key_Tab if ends[0] == "x.y" else Key.Key_Backtab)
    desk.press_key(Key.Key_Return)
    assert [(str(e.source), str(e.target)) for e in desk.graph.edges] == [("x.y", "n.x")]
    desk.press_key(Key.Key_Z, CONTROL)
    assert not desk.graph.edges
    assert not desk.refused


def test_nodes_stand_for_their_only_port(desk):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    graph.add("Add", "sum", at=(240, 40))
    desk.document.replace(graph, None)
    desk.settle()
    for _ in range(2):
        tab_to(desk, "x")
        desk.press_key(Key.Key_M)
        tab_to(desk, "sum")
        desk.press_key(Key.Key_M)
        while place(desk) != "x":
            desk.press_key(Key.Key_Backtab, SHIFT)
    assert [str(e.target) for e in desk.graph.edges] == ["sum.a", "sum.b"]


def test_a_mark_on_an_occupied_input_replaces_its_edge_in_one_entry(desk):
    tab_to(desk, "b.y")
    desk.press_key(Key.Key_M)
    tab_to(desk, "x2.a")
    desk.press_key(Key.Key_M)
    assert str(desk.graph.incoming(PortRef("x2", "a")).source) == "b.y"
    desk.press_key(Key.Key_Z, CONTROL)
    assert str(desk.graph.incoming(PortRef("x2", "a")).source) == "x1.y"


def test_what_does_not_fit_says_why_and_wires_nothing(desk):
    tab_to(desk, "x2.y")
    desk.press_key(Key.Key_M)
    while place(desk) != "x1.a":
        desk.press_key(Key.Key_Backtab, SHIFT)
    mark = desk.view.marking.mark
    assert "cycle" in mark.reason
    desk.view.grab()
    before = desk.graph.edges
    desk.press_key(Key.Key_M)
    desk.turn_down_offer()
    assert desk.graph.edges == before
    assert desk.refused == [mark.reason]
    assert desk.view.marking.mark is None
    assert not desk.scene.fits("x1")


def test_escape_takes_the_mark_away_and_then_the_selection(desk):
    tab_to(desk, "x.y")
    desk.press_key(Key.Key_M)
    desk.press_key(Key.Key_Escape)
    assert desk.view.marking.mark is None
    assert desk.document.selection.node == "x"
    desk.press_key(Key.Key_Escape)
    assert desk.document.selection.kind == "graph"
    assert place(desk) == "x.y"


def test_a_mark_lives_through_edits_and_dies_with_its_node(desk):
    tab_to(desk, "x.y")
    desk.press_key(Key.Key_M)
    desk.graph.set("x", shape=())
    desk.document.undo()
    desk.graph.remove("loss")
    assert desk.view.marking.mark is not None
    assert desk.scene.fits("x1")
    desk.graph.remove("x")
    assert desk.view.marking.mark is None
    assert not desk.scene.fits("x1")


def test_the_mouse_takes_over_from_a_mark(desk):
    tab_to(desk, "x.y")
    desk.press_key(Key.Key_M)
    desk.graph.disconnect("loss.x")
    desk.view.zoom_to_fit()
    desk.qtbot.wait(300)  # the camera's flight
    desk.wire("difference.y", "loss.x")
    assert desk.graph.incoming(PortRef("loss", "x")) is not None
    assert desk.view.marking.mark is None


# --- delete ---------------------------------------------------------------------------------


def test_delete_on_a_port_cuts_its_edge_and_leaves_the_node(desk):
    tab_to(desk, "x1.b")
    desk.press_key(Key.Key_Delete)
    assert desk.graph.incoming(PortRef("x1", "b")) is None
    assert place(desk) == "x1.b"
    desk.press_key(Key.Key_Delete)
    assert "x1" in desk.graph
    assert desk.refused == ["x1.b: found no edge to cut."]
    tab_to(desk, "x1.y")
    desk.press_key(Key.Key_Delete)
    assert desk.graph.incoming(PortRef("x2", "a")) is None
    desk.press_key(Key.Key_Backtab, SHIFT)
    while place(desk) != "x1":
        desk.press_key(Key.Key_Backtab, SHIFT)
    desk.press_key(Key.Key_Delete)
    assert "x1" not in desk.graph


def test_delete_on_an_output_with_several_edges_asks_for_one(desk):
    desk.graph.disconnect("x2.b")
    desk.graph.connect("x1.y", "x2.b")
    tab_to(desk, "x1.y")
    desk.press_key(Key.Key_Delete)
    assert desk.refused == ["x1.y: found 2 edges. Go to the end of the one to cut."]
    assert len(desk.graph.edges) == 7


def test_space_by_itself_does_nothing(desk):
    tab_to(desk, "x")
    before = desk.view.camera.centre
    QTest.keyClick(desk.view, Key.Key_Space, NONE)
    assert desk.view.camera.centre == before
    assert desk.document.selection.node == "x"
