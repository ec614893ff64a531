"""Bends of edges: in the file, along with what moves, and by mouse and keys on the real window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import FileError, PortRef, dumps, loads
from graph import edits as e
from gui.canvas import geometry as geo
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.test_menus import choose as choose_entry
from tests.test_menus import right_click
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
EDGE = PortRef("difference", "a")  # from y_true


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        graph = by_hand()
        graph.apply(e.Move({"y_true": (480.0, 400.0)}))
        desk.document.replace(graph, None)
        desk.settle()
        desk.view.zoom_to_fit()
        desk.view.setFocus()
        yield desk


@pytest.fixture
def bent(desk):
    desk.document.do(e.SetRoute(EDGE, ((640.0, 352.0),)), "Bend")
    return desk


def route(desk):
    return desk.graph.incoming(EDGE).route


def on_wire(desk, share=0.5):
    (x, y), _ = geo.point_on_wire(desk.scene.wires.line(EDGE), share)
    return desk.pixel(x, y)


# --- the file -----------------------------------------------------------------------------


def test_bends_stand_in_the_file_under_view_and_come_back_byte_for_byte():
    graph = by_hand()
    graph.apply(e.SetRoute(EDGE, ((640.0, 352.0), (-8.5, 0.0))))
    data = dumps(graph)
    assert b'"routes": {"difference.a": [[640, 352], [-8.5, 0]]}' in data
    assert dumps(loads(data)) == data
    graph.rename("difference", "d")
    assert graph.incoming(PortRef("d", "a")).route == ((640.0, 352.0), (-8.5, 0.0))
    back = graph.apply(e.RemoveNode("y_true"))
    assert b"routes" not in dumps(graph)
    graph.apply(back)
    assert graph.incoming(PortRef("d", "a")).route


@pytest.mark.parametrize(
    ("routes", "where"),
    [
        ('{"d.x": [[0, 0]]}', '$.view.routes["d.x"]'),
        ('{"a.y": [[0]]}', "$.view.routes"),
        ("[]", "$.view.routes"),
        ('{"a.y": [[1e300, 0]]}', '$.view.routes["a.y"]'),
    ],
)
def test_bends_of_no_edge_and_beyond_the_canvas_are_refused_by_their_path(routes, where):
    with pytest.raises(FileError) as refused:
        loads('{"gradwire": 1, "view": {"routes": ' + routes + "}}")
    assert refused.value.where.startswith(where)


# --- the line -----------------------------------------------------------------------------


def test_the_line_runs_through_its_bends_and_leaves_its_ports_straight():
    bends = ((50.0, 200.0), (300.0, -100.0))
    line = geo.routed((0.0, 0.0), (400.0, 80.0), False, bends)
    assert line.shape == (geo.WIRE_POINTS, 2)
    for bend in bends:
        assert geo.distances(line[None], *bend)[0] < 12
    assert np.array_equal(line[0], (0, 0))
    assert np.array_equal(line[-1], (400, 80))
    assert line[1, 1] == 0
    assert line[-2, 1] == 80


# --- by mouse -----------------------------------------------------------------------------


def test_shift_and_a_double_click_bend_an_edge_and_a_drag_moves_the_bend(desk):
    QTest.mouseDClick(desk.view.viewport(), LEFT, SHIFT, on_wire(desk))
    assert len(route(desk)) == 1
    assert desk.document.selection.edge == EDGE
    desk.view.grab()
    start = desk.pixel(*route(desk)[0])
    desk.drag(start, start + QPoint(0, 60))
    ((x, y),) = route(desk)
    assert x % 8 == y % 8 == 0
    assert geo.distances(desk.scene.wires.line(EDGE)[None], x, y)[0] < 12
    desk.press_key(Key.Key_Z, CONTROL)
    desk.press_key(Key.Key_Z, CONTROL)
    assert route(desk) == ()
    assert desk.document.history.undo_text is None


def test_a_plain_double_click_still_asks_for_a_module(desk):
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, on_wire(desk))
    assert route(desk) == ()
    assert desk.view.placer.box is not None
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Escape)


def test_esc_during_a_drag_leaves_the_bend(bent):
    desk = bent
    start = desk.pixel(640, 352)
    desk.press(start)
    desk.move(start + QPoint(20, 30))
    desk.move(start + QPoint(40, 60))
    during = desk.scene.wires.line(EDGE).copy()
    desk.press_key(Key.Key_Escape)
    desk.release(start + QPoint(40, 60))
    assert route(desk) == ((640.0, 352.0),)
    assert not np.array_equal(desk.scene.wires.line(EDGE), during)


def test_a_double_click_on_a_bend_takes_it_away(bent):
    desk = bent
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.pixel(640, 352))
    assert route(desk) == ()


def test_the_menu_bends_where_it_was_opened_and_straightens(desk):
    menu = right_click(desk, on_wire(desk, 0.6))
    choose_entry(menu, "Bend the edge")
    assert len(route(desk)) == 1
    menu = right_click(desk, on_wire(desk, 0.35))
    choose_entry(menu, "Straighten the edge")
    assert route(desk) == ()


def test_several_bends_stand_in_the_order_of_the_way(bent):
    desk = bent
    QTest.mouseDClick(desk.view.viewport(), LEFT, SHIFT, on_wire(desk, 0.8))
    QTest.mouseDClick(desk.view.viewport(), LEFT, SHIFT, on_wire(desk, 0.25))
    assert len(route(desk)) == 3
    assert route(desk)[1] == (640.0, 352.0)


# --- by keys ------------------------------------------------------------------------------


def test_r_bends_alt_and_arrows_move_and_delete_takes_away(desk):
    said = []
    desk.view.bends.told.connect(said.append)
    desk.document.selection.set_edge(EDGE)
    desk.press_key(Key.Key_R)
    ((x, y),) = route(desk)
    assert said == ["A bend in the edge from y_true to difference.a. Alt and arrows move it."]
    desk.press_key(Key.Key_Down, ALT)
    desk.press_key(Key.Key_Right, ALT)
    assert route(desk) == ((x + 8, y + 8),)
    desk.press_key(Key.Key_Delete)
    assert route(desk) == ()
    assert desk.graph.incoming(EDGE) is not None
    desk.press_key(Key.Key_Z, CONTROL)
    desk.press_key(Key.Key_Z, CONTROL)
    assert route(desk) == ((x, y),)
    desk.press_key(Key.Key_R, SHIFT)
    assert route(desk) == ()


# --- along with nodes ---------------------------------------------------------------------


def test_it_moves_along_when_both_ends_do_and_stays_when_one_does(bent):
    desk = bent
    desk.document.selection.set_nodes({"y_true", "difference"})
    start = desk.middle("y_true")
    desk.drag(start, start + QPoint(40, 40))
    dx = desk.graph.nodes["y_true"].at[0] - 480
    dy = desk.graph.nodes["y_true"].at[1] - 400
    assert dx > 0 < dy
    assert route(desk) == ((640 + dx, 352 + dy),)
    desk.press_key(Key.Key_Z, CONTROL)
    assert route(desk) == ((640.0, 352.0),)
    desk.document.selection.set_nodes({"y_true"})
    desk.press_key(Key.Key_Right, ALT)
    assert route(desk) == ((640.0, 352.0),)


def test_during_the_drag_of_both_ends_the_wire_keeps_its_shape(bent):
    desk = bent
    desk.document.selection.set_nodes({"y_true", "difference"})
    before = desk.scene.wires.line(EDGE).copy()
    start = desk.middle("y_true")
    desk.press(start)
    desk.move(start + QPoint(20, 20))
    desk.move(start + QPoint(40, 40))
    away = desk.scene.wires.line(EDGE) - before
    assert away.min() > 0
    np.testing.assert_allclose(away, np.broadcast_to(away[0], away.shape), atol=1e-3)  # of a unit
    desk.press_key(Key.Key_Escape)
    np.testing.assert_array_equal(desk.scene.wires.line(EDGE), before)
    desk.release(start + QPoint(40, 40))
    assert route(desk) == ((640.0, 352.0),)


def test_an_edge_that_is_cut_and_comes_back_has_its_bends(bent):
    desk = bent
    desk.document.selection.set_edge(EDGE)
    desk.press_key(Key.Key_Delete)
    assert desk.graph.incoming(EDGE) is None
    assert EDGE not in desk.scene.wires.routes
    desk.press_key(Key.Key_Z, CONTROL)
    assert route(desk) == ((640.0, 352.0),)
    assert desk.scene.wires.routes[EDGE] == ((640.0, 352.0),)
