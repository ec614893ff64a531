"""The menus of a right click: made of the table of commands, about what lies under the pointer."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import Graph, Tensor
from gui.actions import ROWS
from gui.actions.context_menus import AT_POINT, CONTEXT, GAP
from tests.canvas_desk import NONE, by_hand
from tests.runtime_toys import CATALOGUE
from tests.window_desk import desk_for

# The offscreen platform has no window manager for a popup; the menu itself works.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


def right_click(desk, pixel: QPoint) -> QMenu:
    """Through the window's handle, so that Qt itself makes the request for a menu."""
    place = desk.view.viewport().mapTo(desk.window, pixel)
    QTest.mouseClick(desk.window.windowHandle(), Qt.MouseButton.RightButton, NONE, place)
    return opened()


def opened() -> QMenu:
    QApplication.processEvents()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def texts(menu: QMenu) -> list[str]:
    return [a.text().split("\t")[0].replace("&", "") for a in menu.actions() if a.text()]


def choose(menu: QMenu, text: str) -> None:
    """Click an entry."""
    action = next(a for a in menu.actions() if a.text().split("\t")[0].replace("&", "") == text)
    assert action.isEnabled()
    place = menu.actionGeometry(action).center()
    QTest.mouseClick(menu.windowHandle(), Qt.MouseButton.LeftButton, NONE, place)
    QApplication.processEvents()


def free_place(desk) -> QPoint:
    return desk.pixel(400, -150)


def test_every_entry_is_a_command_of_the_table():
    ids = {row.id for row in ROWS}
    for names in CONTEXT.values():
        listed = [name.rstrip("?") for name in names.split() if name != GAP]
        assert set(listed) <= ids
        assert len(set(listed)) == len(listed)
    assert AT_POINT.keys() <= ids
    assert set(CONTEXT) == {"canvas", "node", "nodes", "edge", "frame", "place"}


def test_a_right_click_selects_the_node_under_it_and_opens_its_menu(desk):
    menu = right_click(desk, desk.middle("x1"))
    assert desk.document.selection.nodes == {"x1"}
    assert texts(menu)[0] == "Edit the label"
    assert "Edit the value" not in texts(menu)
    assert {"Copy", "Duplicate", "Delete", "Run to the node"} <= set(texts(menu))
    choose(menu, "Make it the target")
    assert desk.graph.target == "x1.y"
    menu = right_click(desk, desk.middle("x1"))
    choose(menu, "Find the target by itself")
    assert desk.graph.target is None
    assert desk.document.history.undo_text == "Find the target by itself"


def test_a_right_click_on_one_of_many_keeps_them_all(desk):
    desk.document.selection.set_nodes({"x", "w"})
    menu = right_click(desk, desk.middle("w"))
    assert desk.document.selection.nodes == {"x", "w"}
    assert "Make it the target" not in texts(menu)
    choose(menu, "Delete 2 nodes")
    assert not {"x", "w"} & set(desk.graph.nodes)
    desk.document.undo()
    menu = right_click(desk, desk.middle("b"))
    assert desk.document.selection.nodes == {"b"}
    menu.close()


def test_a_right_click_on_an_edge_leads_to_its_ends_and_cuts_it(desk):
    line = desk.scene.wires.line(next(e for e in desk.graph.edges if e.source.node == "x1").target)
    pixel = desk.pixel(*line[len(line) // 2])
    menu = right_click(desk, pixel)
    assert str(desk.document.selection.edge) == "x2.a"
    choose(menu, "Go to the source of the edge")
    assert desk.document.selection.nodes == {"x1"}
    choose(right_click(desk, pixel), "Go to the end of the edge")
    assert desk.document.selection.nodes == {"x2"}
    choose(right_click(desk, pixel), "Cut the edge")
    assert "x2.a" not in {str(edge.target) for edge in desk.graph.edges}


def test_the_menu_of_the_empty_canvas_begins_with_add_and_adds_there(desk):
    place = free_place(desk)
    menu = right_click(desk, place)
    assert texts(menu)[0] == "Add a module…"
    assert {"Paste", "Select all", "Zoom to fit", "Arrange nodes"} <= set(texts(menu))
    point = desk.view.mapToScene(place)
    choose(menu, "Add a module…")
    QTest.keyClicks(desk.view.placer.box.line, "relu")
    desk.press_key(Key.Key_Return)
    left, top, right, bottom = desk.scene.items_by_id["relu"].box()
    assert abs((left + right) / 2 - point.x()) <= 8
    assert abs((top + bottom) / 2 - point.y()) <= 8


def test_paste_from_the_menu_goes_where_it_was_opened(desk):
    desk.document.selection.set_nodes({"x"})
    desk.press_key(Key.Key_C, CONTROL)
    place = free_place(desk)
    point = desk.view.mapToScene(place)
    choose(right_click(desk, place), "Paste")
    left, top, right, bottom = desk.scene.items_by_id[desk.document.selection.node].box()
    assert abs((left + right) / 2 - point.x()) <= 8
    assert abs((top + bottom) / 2 - point.y()) <= 8


def test_a_node_of_several_outputs_offers_each_as_the_target(desk):
    graph = Graph(CATALOGUE)
    graph.add("Input", "x", at=(-200, 0), shape=(4,))
    graph.set_tensor("x.y", Tensor.of_values("float64", (4,), [1.0, 2.0, 3.0, 4.0]))
    graph.add("Halves", "s", at=(0, 0))
    graph.connect("x.y", "s.x")
    desk.document.replace(graph, None)
    desk.settle()
    desk.view.zoom_to_fit()
    menu = right_click(desk, desk.middle("s"))
    submenu = next(a.menu() for a in menu.actions() if a.menu())
    assert texts(submenu) == ["s.low", "s.high"]
    submenu.actions()[1].trigger()
    menu.close()
    assert desk.graph.target == "s.high"


def test_the_menu_shows_the_keys_as_they_are_now(desk):
    desk.settings.keep_keys({"delete": "Ctrl+J", "add": "Ctrl+Shift+J"})
    menu = right_click(desk, desk.middle("x1"))
    delete = next(a for a in menu.actions() if a.text() == "&Delete")
    assert delete.shortcut().toString() == "Ctrl+J"
    menu.close()
    menu = right_click(desk, free_place(desk))
    assert menu.actions()[0].text().endswith("\tCtrl+Shift+J")
    menu.close()


@pytest.mark.parametrize("way", ["Shift+F10", "the menu key"])
def test_by_key_it_opens_at_what_is_selected(desk, way):
    def ask() -> QMenu:
        desk.view.setFocus()
        if way == "Shift+F10":
            desk.press_key(Key.Key_F10, SHIFT)
        else:  # what the platform makes of the key
            reason = QContextMenuEvent.Reason.Keyboard
            QApplication.sendEvent(desk.view, QContextMenuEvent(reason, QPoint(3, 3), QPoint()))
        return opened()

    desk.document.selection.set_nodes({"x1"})
    menu = ask()
    left, _, _, bottom = desk.scene.items_by_id["x1"].box()
    corner = desk.view.viewport().mapToGlobal(desk.pixel(left, bottom))
    assert (menu.pos() - corner).manhattanLength() < 8
    assert menu.activeAction() is menu.actions()[0]
    QTest.keyClick(menu, Key.Key_Return)
    assert desk.view.inline.field is not None
    desk.press_key(Key.Key_Escape)
    desk.document.selection.clear()
    menu = ask()
    assert texts(menu)[0] == "Add a module…"
    QTest.keyClick(menu, Key.Key_Escape)
    assert QApplication.activePopupWidget() is None


def test_a_right_click_calls_a_gesture_off(desk):
    start = desk.middle("x")
    desk.press(start)
    desk.move(start + QPoint(60, 60))
    menu = right_click(desk, start + QPoint(60, 60))
    menu.close()
    desk.release(start + QPoint(60, 60))
    assert desk.graph.nodes["x"].at == (0, 0)
