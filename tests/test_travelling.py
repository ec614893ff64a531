"""Travelling through a run: where a value was set, where a gradient got its parts."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from graph import PortRef
from gui.canvas.menus import look_under
from tests.canvas_desk import by_hand
from tests.composite_graphs import two_blocks
from tests.recurrent_graphs import Pair
from tests.test_stops import fan_out
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.document.playhead.last()
        yield made


def do(desk, name):
    desk.window.commands.by_id[name].trigger()
    QApplication.processEvents()
    return desk.document.playhead.whole


def test_one_goes_back_to_where_a_value_was_set_and_a_gradient_came(desk):
    desk.document.selection.set_nodes(["x2"])
    assert do(desk, "value_set") == (2, 0)
    said = desk.window.status.currentMessage()
    assert said == "x2.y: its value was set in the forward step of x2."
    desk.document.playhead.last()
    desk.document.selection.set_edge("x2.a")
    assert do(desk, "gradient_came") == (6, 2)
    said = desk.window.status.currentMessage()
    assert said == "x2.a: a part came in the reverse step of x2."


def test_what_is_ahead_or_never_comes_is_said(desk):
    desk.document.playhead.go(1)
    desk.document.selection.set_nodes(["loss"])
    assert do(desk, "value_set") == (1, 0)
    assert desk.refused[-1] == "loss.y: it has not come yet."
    desk.document.selection.set_nodes(["w"])
    assert do(desk, "value_set") == (1, 0)
    assert desk.refused[-1] == "w.y: no step sets it, for it comes from a source."
    desk.document.playhead.last()
    desk.document.selection.set_nodes(["w"])
    assert do(desk, "gradient_came") == (7, 2)


def test_the_parts_of_a_gradient_are_listed_with_their_numbers_and_lead_there(desk):
    desk.document.replace(fan_out(), None)
    desk.settle()
    head = desk.document.playhead
    head.last()
    desk.document.selection.set_nodes(["w"])
    menu = QMenu()
    desk.window.travelling.fill_parts(menu)
    texts = [action.text() for action in menu.actions()]
    assert sorted(texts) == ["m0.a: 1.5", "m1.a: 0.2", "m2.a: −0.7"]
    menu.actions()[texts.index("m1.a: 0.2")].trigger()
    assert desk.document.shown.gradient(PortRef("m1", "a")).is_value
    assert head.step.node == "m1"
    desk.window.travelling.fill_parts(menu)  # the later ones are ahead now
    assert len(menu.actions()) < 3
    head.first()
    desk.window.travelling.fill_parts(menu)
    assert [(a.text(), a.isEnabled()) for a in menu.actions()] == [
        ("Nothing has come back yet", False)
    ]


def test_the_menu_of_a_plate_is_about_what_it_tells(desk):
    desk.window.appearance.zoom_100()
    desk.view.grab()
    for kind, selected in (("value", "node"), ("gradient", "edge")):
        desk.document.selection.clear()
        plates = desk.scene.field.of(PortRef("x1", "y") if kind == "value" else PortRef("x2", "a"))
        plate = next(plate for plate in plates if plate.kind == kind)
        middle = ((plate.box[0] + plate.box[2]) / 2, (plate.box[1] + plate.box[3]) / 2)
        pixel = desk.pixel(*middle)
        look_under(desk.view, pixel)
        assert desk.document.selection.kind == selected


def test_parts_and_steps_of_a_node_are_taken_backwards_too(desk):
    head = desk.document.playhead
    found = []
    while not head.is_at_start:
        desk.view.setFocus()
        desk.press_key(Key.Key_PageUp, SHIFT)
        found.append(head.whole)
    assert found[:4] == [(7, 2), (7, 1), (7, 0), (6, 2)]
    assert found[-1] == (0, 0)
    ahead = []
    while not head.is_at_end:
        head.next_part()
        ahead.append(head.whole)
    assert [*ahead[-2::-1], (0, 0)] == found
    head.last()
    desk.document.selection.set_nodes(["x1"])
    desk.view.setFocus()
    desk.press_key(Key.Key_F8, SHIFT)
    assert head.position == 1
    desk.press_key(Key.Key_F8, SHIFT)
    assert desk.refused[-1] == "x1: no step of it lies before the playhead."


def test_in_a_loop_the_value_of_the_time_step_that_is_shown_was_set_at_it(desk):
    pair = Pair(3, 0)
    desk.document.replace(pair.loop, None)
    desk.settle()
    head = desk.document.playhead
    head.last()
    head.show_time(1)
    desk.document.selection.set_nodes([pair.ids[-1]])
    done, _ = do(desk, "value_set")
    step = desk.document.whole_trace.steps[done - 1]
    assert (step.node, step.t, step.phase) == (pair.ids[-1], 1, "forward")


def test_inside_a_composite_one_travels_by_address(desk):
    desk.document.replace(two_blocks(), None)
    desk.settle()
    desk.document.show_place("two")
    desk.document.playhead.last()
    desk.document.selection.set_nodes(["act"])
    done, _ = do(desk, "value_set")
    assert desk.document.whole_trace.steps[done - 1].node == "two/act"
    assert desk.document.playhead.step.node == "act"


def test_the_inspector_has_the_same_moments_in_its_menu(desk):
    desk.document.selection.set_edge("x2.a")
    inspector = desk.window.inspector
    inspector.customContextMenuRequested.emit(inspector.rect().center())
    menu = QApplication.activePopupWidget()
    submenu = next(a.menu() for a in menu.actions() if a.menu() is not None)
    assert submenu.title() == "&Travel to"
    next(a for a in submenu.actions() if a.objectName() == "gradient_came").trigger()
    assert desk.document.playhead.whole == (6, 2)
    menu.close()
    desk.document.selection.clear()
    inspector.customContextMenuRequested.emit(inspector.rect().center())
    assert QApplication.activePopupWidget() is None
