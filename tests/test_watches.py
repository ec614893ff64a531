"""The watch list: what is watched, which figures it tells, and where its sparklines lead."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, Tensor
from graph import edits as e
from graph.marks import Marks
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.composite_graphs import two_blocks
from tests.test_stops import fan_out
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key = Qt.Key
VALUE, VALUE_LINE, GRADIENT, GRADIENT_LINE = range(1, 5)


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        yield made


def watch(desk, *ports):
    marks = Marks(watches=tuple(map(PortRef.parse, ports)))
    desk.document.do(e.SetMarks(marks), "Watch")


def press(desk):
    desk.view.setFocus()
    desk.press_key(Key.Key_V)


def panel_of(desk):
    desk.window.drawer.show_tab("watch")
    panel = desk.window.drawer.panel("watch")
    wait(desk, panel)
    return panel


def wait(desk, panel):
    desk.settle()
    desk.qtbot.waitUntil(lambda: not panel.histories.is_busy)


def told(panel, row, column):
    return panel.model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)


def inks(desk, panel, row, column):
    """The colours in a cell."""
    room = panel.list.visualRect(panel.model.index(row, column))
    picture = panel.list.viewport().grab(room).toImage()
    width, height = picture.width(), picture.height()
    return {picture.pixelColor(x, y).name() for x in range(width) for y in range(height)}


def test_a_key_watches_what_is_selected_and_undo_ends_it(desk):
    desk.document.selection.set_nodes(["x1"])
    press(desk)
    desk.document.selection.set_edge("x2.a")
    press(desk)
    watched = desk.document.root.marks.watches
    assert watched == (PortRef("x1", "y"), PortRef("x2", "a"))
    assert desk.window.commands.by_id["watch"].isChecked()
    press(desk)
    assert desk.document.root.marks.watches == watched[:1]
    desk.document.undo()
    desk.document.undo()
    desk.document.undo()
    assert desk.document.root.marks.watches == ()


def test_figures_come_with_the_playhead_and_what_is_ahead_is_not_told(desk):
    watch(desk, "x2.y", "w.y")
    panel = panel_of(desk)
    head = desk.document.playhead
    head.first()
    assert [told(panel, 0, column) for column in range(5)] == [
        "x2.y", "", "nothing yet", "", "nothing yet",
    ]  # fmt: skip
    assert told(panel, 1, VALUE) == "3"  # a source's value is there from the start
    blank = inks(desk, panel, 0, VALUE_LINE)
    assert desk.theme.color("forward").name() not in blank
    head.go(2)
    assert told(panel, 0, VALUE) == "7"
    assert desk.theme.color("forward").name() in inks(desk, panel, 0, VALUE_LINE)
    assert told(panel, 0, GRADIENT_LINE) == "nothing yet"
    head.last()
    assert told(panel, 0, GRADIENT) == "1"
    assert told(panel, 1, GRADIENT) == "2"
    assert desk.theme.color("reverse").name() in inks(desk, panel, 0, GRADIENT_LINE)


def test_a_gradient_that_fans_in_is_seen_to_add_up(desk):
    desk.document.replace(fan_out(), None)
    desk.settle()
    watch(desk, "w.y")
    panel = panel_of(desk)
    desk.document.playhead.last()
    figures = told(panel, 0, GRADIENT_LINE).split(" → ")
    assert len(figures) == 3
    assert figures[-1] == told(panel, 0, GRADIENT) == "1"


def test_an_edit_brings_other_figures_and_a_hidden_panel_works_out_nothing(desk):
    watch(desk, "x2.y")
    panel = panel_of(desk)
    desk.document.playhead.last()
    desk.document.do(e.SetTensor(PortRef("x", "y"), Tensor.scalar(5.0)), "Set")
    wait(desk, panel)
    assert told(panel, 0, VALUE) == "16"
    desk.window.drawer.close_drawer()
    before = panel.histories.by_port
    desk.document.do(e.SetTensor(PortRef("x", "y"), Tensor.scalar(6.0)), "Set")
    desk.settle()
    assert panel.histories.by_port is before
    panel_of(desk)
    assert told(panel, 0, VALUE) == "19"


def test_a_click_on_a_line_takes_the_playhead_there_and_enter_leads_to_the_port(desk):
    watch(desk, "x2.y", "x2.a")
    panel = panel_of(desk)
    desk.document.playhead.last()
    room = panel.list.visualRect(panel.model.index(0, VALUE_LINE))
    QTest.mouseClick(panel.list.viewport(), LEFT, NONE, QPoint(room.left() + 6, room.center().y()))
    assert desk.document.playhead.whole == (2, 0)
    desk.document.playhead.last()
    room = panel.list.visualRect(panel.model.index(1, GRADIENT_LINE))
    QTest.mouseClick(panel.list.viewport(), LEFT, NONE, room.center())
    assert desk.document.playhead.whole == (6, 2)
    for row, expected in ((0, "node"), (1, "edge")):
        panel.list.setCurrentIndex(panel.model.index(row, 0))
        panel.list.setFocus()
        QTest.keyClick(panel.list, Key.Key_Return)
        assert desk.document.selection.kind == expected
    panel.list.setFocus()
    QTest.keyClick(panel.list, Key.Key_Delete)
    assert desk.document.root.marks.watches == (PortRef("x2", "y"),)
    QTest.mouseClick(panel.drop, LEFT)
    assert panel.empty.isVisible()
    assert not panel.list.isVisible()


def test_ports_inside_composites_are_watched_from_any_place(desk):
    desk.document.replace(two_blocks(), None)
    desk.settle()
    desk.document.show_place("two")
    desk.document.selection.set_nodes(["act"])
    press(desk)
    desk.document.show_place("")
    panel = panel_of(desk)
    desk.document.playhead.last()
    QApplication.processEvents()
    assert told(panel, 0, 0) == "two/act.y"
    assert told(panel, 0, VALUE).startswith("‖")
    assert len(told(panel, 0, VALUE_LINE).split(" → ")) == 1
    panel.show_place()
    assert desk.document.place == "two"
    assert desk.document.selection.node == "act"
