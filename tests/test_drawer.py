"""The drawer: tabs made when they are first shown, an edge that is dragged, keys that come back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.drawer.tabs import TABS
from tests.canvas_desk import LEFT, NONE
from tests.window_desk import desk_for

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def drag_up(desk, pixels):
    grip = desk.window.drawer.grip
    start = QPoint(200, 2)
    QTest.mousePress(grip, LEFT, NONE, start)
    QTest.mouseMove(grip, start - QPoint(0, pixels))
    QTest.mouseRelease(grip, LEFT, NONE, start)


def test_a_key_opens_the_tab_and_closes_the_drawer_again(desk):
    drawer = desk.window.drawer
    assert drawer.current == ""
    control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    desk.press_key(Key.Key_M, control_shift)
    assert drawer.current == "problems"
    assert desk.window.commands.by_id["problems"].isChecked()
    desk.press_key(Key.Key_M, control_shift)
    assert drawer.current == ""
    assert not desk.window.commands.by_id["problems"].isChecked()


def test_a_panel_is_made_when_it_is_first_shown(desk):
    assert desk.window.drawer.stack.count() == 0
    for count, tab in enumerate(TABS, 1):
        getattr(desk.window.drawer.shows, tab.id)()
        assert desk.window.drawer.stack.count() == count
        assert desk.window.drawer.current == tab.id


def test_the_edge_makes_it_higher_and_the_height_is_kept(desk):
    drawer = desk.window.drawer
    drawer.show_tab("problems")
    desk.qtbot.waitUntil(lambda: drawer.height() == 160)
    drag_up(desk, 60)
    assert drawer.height() == 220
    drawer.close_drawer()
    drawer.show_tab("problems")
    assert drawer.height() == 220
    drag_up(desk, 2000)
    desk.qtbot.waitUntil(lambda: 220 <= desk.view.height() <= 228)
    QTest.keyClick(drawer.grip, Key.Key_Down)
    assert drawer.height() < 2000


def test_what_had_the_keys_gives_them_to_the_canvas(desk):
    drawer = desk.window.drawer
    drawer.show_tab("problems")
    drawer.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.mouseClick(drawer.close_button, LEFT)
    assert drawer.isHidden()
    assert desk.view.hasFocus()


def test_tabs_without_room_are_in_a_menu(desk):
    drawer, window = desk.window.drawer, desk.window
    window.resize(1024, 640)
    drawer.show_tab("problems")
    desk.qtbot.waitUntil(lambda: bool(drawer.row.hidden))
    assert window.width() == 1024
    assert drawer.tabs.isTabVisible(0)
    shown = [i for i in range(drawer.tabs.count()) if drawer.tabs.isTabVisible(i)]
    assert len(shown) >= 5
    assert drawer.tabs.tabRect(shown[-1]).right() <= drawer.tabs.width()
    last = drawer.row.hidden[-1]
    drawer.row.menu.aboutToShow.emit()
    action = next(a for a in drawer.row.menu.actions() if a.text() == drawer.tabs.tabText(last))
    action.trigger()
    assert drawer.current == TABS[last].id
    assert drawer.tabs.isTabVisible(last)
    assert drawer.row.more.isVisible()
    window.resize(1900, 900)
    desk.qtbot.waitUntil(lambda: not drawer.row.hidden)
    assert not drawer.row.more.isVisible()
