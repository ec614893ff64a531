"""Breakpoints in the window: set, edited, drawn, held at in both directions, kept in the file."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, Tensor, dumps, loads
from graph import edits as e
from graph.marks import Breakpoint, Condition, Marks
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.composite_graphs import two_blocks
from tests.watch_bursts import Bursts
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.window.appearance.zoom_100()
        yield made


def at(desk):
    return [mark.at for mark in desk.document.root.marks.breakpoints]


def select(desk, *ids):
    desk.view.setFocus()
    desk.document.selection.set_nodes(ids)


def go_on(desk, modifiers=NONE):
    desk.view.setFocus()
    desk.press_key(Key.Key_F4, modifiers)
    desk.qtbot.waitUntil(lambda: not desk.window.holding.is_busy)
    QApplication.processEvents()
    return desk.document.playhead.whole


def set_marks(desk, *marks):
    desk.document.do(e.SetMarks(Marks(marks)), "Set marks")


def inks(desk, place):
    """How many pixels around a canvas point are of the ink of text."""
    picture = desk.view.viewport().grab().toImage()
    pixel, ink = desk.pixel(*place), desk.theme.color("text").name()
    near = ((pixel.x() + x, pixel.y() + y) for x in range(-12, 13) for y in range(-12, 13))
    return sum(picture.pixelColor(x, y).name() == ink for x, y in near if x >= 0 and y >= 0)


def test_a_key_sets_breakpoints_at_nodes_and_edges_and_undo_takes_them_back(desk):
    select(desk, "x1", "loss")
    desk.press_key(Key.Key_B, SHIFT)
    assert at(desk) == ["x1", "loss"]
    desk.document.selection.set_edge("x2.a")
    desk.press_key(Key.Key_B, SHIFT)
    assert at(desk) == ["x1", "loss", "x2.a"]
    assert desk.window.commands.by_id["breakpoint"].isChecked()
    select(desk, "x1")
    desk.press_key(Key.Key_B, SHIFT)
    assert at(desk) == ["loss", "x2.a"]
    for expected in (["x1", "loss", "x2.a"], ["x1", "loss"], []):
        desk.document.undo()
        assert at(desk) == expected
    assert desk.document.is_fresh  # no run depends on them


def test_marks_are_drawn_at_nodes_and_on_wires(desk):
    corner = desk.scene.items_by_id["x1"].pos()
    wire = desk.scene.wires.line(PortRef("x2", "a"))
    node_before = inks(desk, (corner.x() + 17, corner.y()))
    wire_before = max(inks(desk, place) for place in wire)
    set_marks(desk, Breakpoint("x1"), Breakpoint("x2.a"))
    assert inks(desk, (corner.x() + 17, corner.y())) > node_before + 40
    assert max(inks(desk, place) for place in wire) > wire_before + 40
    assert desk.scene.overlays.gutter("x1") == ("breakpoint",)
    set_marks(desk, Breakpoint("x1", off=True))
    assert desk.scene.overlays.gutter("x1") == ("breakpoint_off",)
    assert desk.scene.overlays.badges(PortRef("x2", "a")) == ()


def test_continuing_goes_from_one_to_the_next_and_back_again(desk):
    set_marks(desk, Breakpoint("x2.a"), Breakpoint("loss"))
    desk.document.playhead.first()
    found = [go_on(desk) for _ in range(5)]
    assert found == [(1, 0), (4, 0), (5, 0), (6, 2), (8, 0)]
    assert [go_on(desk, SHIFT) for _ in range(5)] == [(6, 2), (5, 0), (4, 0), (1, 0), (0, 0)]
    assert desk.window.status.currentMessage() == "No breakpoint holds up to the start."


def test_a_condition_is_chosen_in_the_form_and_says_what_it_found(desk):
    select(desk, "difference")
    desk.window.commands.by_id["condition"].trigger()
    panel = desk.window.drawer.panel("breakpoints")
    assert desk.window.drawer.current == "breakpoints"
    assert panel.form.of.hasFocus()
    for field, keys in ((panel.form.of, 1), (panel.form.test, 1)):
        field.setFocus()
        for _ in range(keys):
            QTest.keyClick(field, Key.Key_Down)
        QTest.keyClick(field, Key.Key_Return)
    (mark,) = desk.document.root.marks.breakpoints
    assert mark.when == Condition("value", "norm above", 10.0)
    desk.type_into(panel.form.bound, "2.5")
    (mark,) = desk.document.root.marks.breakpoints
    assert mark.when == Condition("value", "norm above", 2.5)
    desk.document.playhead.first()
    assert go_on(desk) == (3, 0)
    assert desk.window.status.currentMessage() == ("Held at difference: value norm 3, above 2.5.")
    assert panel.model.index(0, 2).data() == "holds: value norm 3, above 2.5"
    assert desk.scene.overlays.node("difference").text == "value norm 3, above 2.5"
    desk.press_key(Key.Key_PageDown)
    assert panel.model.index(0, 2).data() == ""
    assert desk.window.status.currentMessage() == ""  # it was said of the step before
    desk.type_into(panel.form.bound, "-1")
    assert "expected a number from 0 up" in panel.form.error.said
    assert desk.document.root.marks.breakpoints == (mark,)


def test_the_list_switches_removes_and_leads(desk):
    set_marks(desk, Breakpoint("x1"), Breakpoint("x2.a"), Breakpoint("loss"))
    desk.press_key(Key.Key_B, SHIFT | Qt.KeyboardModifier.ControlModifier)
    panel = desk.window.drawer.panel("breakpoints")
    box = panel.list.visualRect(panel.model.index(0, 0))
    QTest.mouseClick(panel.list.viewport(), LEFT, NONE, box.topLeft() + QPoint(10, 14))
    assert desk.document.root.marks.breakpoints[0].off
    row = panel.list.visualRect(panel.model.index(1, 1)).center()
    QTest.mouseClick(panel.list.viewport(), LEFT, NONE, row)
    desk.press_key(Key.Key_Return)
    assert desk.document.selection.edge == PortRef("x2", "a")
    QTest.mouseClick(panel.drop, LEFT)
    assert at(desk) == ["x1", "loss"]
    panel.list.setFocus()
    QTest.keyClick(panel.list, Key.Key_Delete)
    assert len(at(desk)) == 1
    QTest.mouseClick(panel.drop_all, LEFT)
    assert at(desk) == []
    assert panel.empty.isVisible()
    desk.document.undo()
    assert len(at(desk)) == 1
    assert not panel.empty.isVisible()


def test_without_a_breakpoint_that_is_on_one_is_told_how_to_set_one(desk):
    set_marks(desk, Breakpoint("x1", off=True))
    desk.document.playhead.first()
    assert go_on(desk) == (0, 0)
    assert desk.refused[-1] == (
        "There is no breakpoint that is on. Shift+B sets one at what is selected."
    )


def test_what_plays_by_itself_holds_too_within_a_step(desk):
    set_marks(desk, Breakpoint("difference.b", Condition("gradient", "norm above", 0.5)))
    desk.document.playhead.go(5)
    player = desk.window.stepping.player
    player.set_speed(10)
    player.toggle()
    desk.qtbot.waitUntil(lambda: not player.is_playing)
    assert desk.document.playhead.whole == (6, 0)
    assert desk.window.holding.stop.port == PortRef("difference", "b")
    desk.document.playhead.go(5, 1)
    set_marks(desk, Breakpoint("difference.a"))
    player.toggle()
    desk.qtbot.waitUntil(lambda: not player.is_playing)
    assert desk.document.playhead.whole == (5, 2)  # behind the first input, before the second
    player.toggle()
    desk.qtbot.waitUntil(lambda: not player.is_playing)
    assert desk.document.playhead.is_at_end


def test_a_sign_that_changed_since_the_run_before_holds(desk):
    set_marks(desk, Breakpoint("difference", Condition("value", "sign changes")))
    desk.document.do(e.SetTensor(PortRef("y_true", "y"), Tensor.scalar(40.0)), "Set")
    desk.settle()
    desk.document.playhead.first()
    assert go_on(desk) == (3, 0)
    assert desk.window.status.currentMessage() == (
        "Held at difference: value changed its sign to 33."
    )


def test_inside_composites_they_are_set_by_address_and_held_at_from_any_place(desk):
    desk.document.replace(two_blocks(), None)
    desk.settle()
    desk.document.show_place("two")
    select(desk, "act")
    desk.press_key(Key.Key_B, SHIFT)
    assert at(desk) == ["two/act"]
    assert desk.scene.overlays.gutter("act") == ("breakpoint",)
    desk.document.show_place("one")
    assert desk.scene.overlays.gutter("act") == ()
    desk.document.show_place("")
    assert desk.scene.overlays.gutter("two") == ("breakpoint_inside",)
    assert desk.scene.overlays.gutter("one") == ()
    desk.document.playhead.first()
    done, _ = go_on(desk)
    steps = desk.document.whole_trace.steps
    assert steps[done - 1].node == "two/act"
    assert desk.document.shown.progress("two") is not None
    desk.document.show_place("two")
    assert desk.document.playhead.step.node == "act"
    desk.document.show_place("one")
    select(desk, "act")
    desk.press_key(Key.Key_B, SHIFT)
    done, _ = go_on(desk, SHIFT)
    assert steps[done - 1].node == "one/act"


def test_they_are_in_the_file_and_follow_a_renamed_node(desk):
    set_marks(desk, Breakpoint("x1"))
    desk.document.do(desk.graph.rename_edit("x1", "product"), "Rename")
    assert desk.scene.overlays.gutter("product") == ("breakpoint",)
    assert loads(dumps(desk.document.root)).marks.breakpoints == (Breakpoint("product"),)
    desk.document.do(e.RemoveNode("product"), "Delete")
    assert at(desk) == []
    desk.document.undo()
    assert desk.scene.overlays.gutter("product") == ("breakpoint",)


def test_a_search_does_not_hold_the_window_up(desk):
    bursts = Bursts()
    with bursts.watching():
        set_marks(
            desk, *(Breakpoint(id_, Condition("value", "norm above", 99)) for id_ in ("x1", "x2"))
        )
        desk.document.playhead.first()
        assert go_on(desk) == (8, 0)
    assert not bursts.found
