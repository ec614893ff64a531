"""The list of keys and gestures: complete, searched, copied, and never in the way."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.actions import ROWS
from gui.actions.keys import native
from tests.canvas_desk import LEFT, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


@pytest.fixture
def listed(desk):
    desk.press_key(Key.Key_F1)
    return desk.window.shortcut_list.dialog


def test_f1_lists_every_key_of_every_command_and_what_the_hand_does(desk, listed):
    assert not listed.isModal()
    assert QApplication.focusWidget() is listed.search
    shown = {(entry.what, entry.how) for entry in listed.tree.shown()}
    for row in ROWS:
        keys = [native(k) for k in QKeySequence.listFromString(row.keys) if not k.isEmpty()]
        title = row.title.replace("&", "").rstrip("…")
        assert not keys or (title, ", ".join(keys)) in shown
    assert ("Next node or port", "Tab") in shown
    assert ("Zoom at the pointer", "Wheel") in shown
    assert ("Pan", "Two fingers on a touchpad") in shown
    listed.grab()


def test_it_is_searched_by_words_and_by_keys(listed):
    QTest.keyClicks(listed.search, "undo")
    assert [entry.what for entry in listed.tree.shown()] == ["Undo"]
    listed.search.clear()
    QTest.keyClicks(listed.search, "ctrl+shift+s")
    assert [entry.what for entry in listed.tree.shown()] == ["Save as"]
    listed.search.clear()
    QTest.keyClicks(listed.search, "qqqq")
    assert listed.tree.shown() == []
    listed.search.clear()
    assert len(listed.tree.shown()) > 40


def test_what_is_shown_is_copied_as_text(listed):
    QTest.keyClicks(listed.search, "zoom")
    QTest.mouseClick(listed.copy, LEFT)
    text = QGuiApplication.clipboard().text()
    lines = text.splitlines()
    assert lines[0] == "View"
    assert any(line.split() == ["Ctrl+0", "Zoom", "to", "100", "%"] for line in lines)
    assert "On the canvas, by mouse and touchpad" in lines
    assert len(lines) - len(listed.tree.shown()) == 3  # two headings and a line between them


def test_it_follows_the_settings_while_it_is_open(desk, listed):
    desk.settings.keep_keys({"run": "Ctrl+J"})
    desk.settings.wheel = "pans"
    shown = {(entry.what, entry.how) for entry in listed.tree.shown()}
    assert ("Run", "Ctrl+J") in shown
    assert ("Run", "F5") not in shown
    assert ("Pan", "Wheel") in shown


def test_work_goes_on_beside_it_and_escape_closes_it(desk, listed):
    desk.click(desk.middle("x"))
    assert desk.document.selection.nodes == {"x"}
    desk.window.shortcut_list.open()
    assert desk.window.shortcut_list.dialog is listed
    QTest.keyClick(listed, Key.Key_Escape)
    assert desk.window.shortcut_list.dialog is None
    assert not listed.isVisible()


def test_it_leads_to_the_settings_of_keys(desk, listed):
    QTest.mouseClick(listed.change, LEFT)
    pages = desk.window.settings_dialog.pages
    assert pages.isVisible()
    assert pages.stack.currentWidget() is pages.keys
