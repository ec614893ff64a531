"""The command palette: every command by a few letters, and the focus back afterwards."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import save
from gui.actions import ROWS
from gui.command_palette.rows import CommandRow, CommandRows
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def empty(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def desk(empty):
    empty.document.replace(by_hand(), None)
    empty.settle()
    return empty


def open_palette(desk):
    desk.press_key(Key.Key_P, CONTROL | SHIFT)
    box = desk.window.command_palette.box
    assert box is not None
    assert QApplication.focusWidget() is box.line
    return box


def find(desk, text: str):
    box = open_palette(desk)
    QTest.keyClicks(box.line, text)
    return box


def shown(box) -> list[str]:
    return [box.rows.index(i).data() for i in range(box.rows.rowCount())]


def test_it_lists_every_command_with_its_keys_and_what_cannot_be_done_last(desk):
    box = open_palette(desk)
    titles = box.rows.titles()
    everything = {row.id for row in ROWS if not row.fills} - {"command_palette"}
    assert len([t for t in titles if ": " not in t or t.startswith("Live")]) == len(everything)
    assert "Open example: XOR with eight hidden units" in titles
    rows = shown(box)
    able, unable = rows[: rows.index("Not now")], rows[rows.index("Not now") :]
    assert {"Run", "Next step", "Save as"} <= set(able)
    assert {"Previous step", "Delete", "Undo"} <= set(unable)
    row = box.rows.index(rows.index("Next step"))
    assert "PgDown" in row.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    reason = box.rows.index(rows.index("Delete")).data(Qt.ItemDataRole.ToolTipRole)
    assert reason == "Select a node, an edge or a frame first."
    box.grab()


def test_a_few_letters_and_enter_do_it_and_give_the_focus_back(desk):
    desk.view.setFocus()
    box = find(desk, "nx st")
    assert box.rows.titles()[0] == "Next step"
    desk.press_key(Key.Key_Return)
    assert desk.document.playhead.position == 1
    assert desk.window.command_palette.box is None
    assert QApplication.focusWidget() is desk.view


def test_what_was_used_last_stands_first(desk):
    find(desk, "insp")
    desk.press_key(Key.Key_Return)
    assert not desk.window.workspaces.is_right_shown
    find(desk, "zoom to 100")
    desk.press_key(Key.Key_Return)
    assert desk.view.zoom == 1.0
    rows = shown(open_palette(desk))
    assert rows[:3] == ["Used last", "Zoom to 100 %", "Inspector"]
    assert rows.count("Inspector") == 1


def test_escape_closes_it_and_gives_the_focus_back(desk):
    field = desk.window.palette_panel.search
    field.setFocus()
    box = find(desk, "new")
    desk.press_key(Key.Key_Escape)
    assert not box.isVisible()
    assert QApplication.focusWidget() is field
    assert desk.graph.nodes
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_click_elsewhere_closes_it_and_keeps_the_focus_there(desk):
    open_palette(desk)
    QTest.mouseClick(desk.view.viewport(), LEFT, NONE, QPoint(30, 300))
    assert desk.window.command_palette.box is None
    assert QApplication.focusWidget() is desk.view


def test_what_cannot_be_done_is_not_done(desk):
    box = find(desk, "previous st")
    assert box.rows.titles()[0] == "Previous step"
    assert box.current == ""
    desk.press_key(Key.Key_Return)
    assert box.isVisible()
    assert desk.document.playhead.position == 0


def test_an_example_is_opened_by_its_name(empty):
    find(empty, "xor")
    empty.press_key(Key.Key_Return)
    empty.settle()
    assert "XOR" in empty.document.name
    assert any("XOR" in title for title in shown(open_palette(empty))[:2])


def test_a_recent_file_is_opened_by_its_name(empty, tmp_path):
    path = tmp_path / "my_own_sum.gradwire"
    save(by_hand(), path)
    empty.settings.add_recent(path)
    box = find(empty, "my_own")
    assert box.rows.titles() == ["Open recent: my_own_sum.gradwire"]
    empty.press_key(Key.Key_Return)
    empty.settle()
    assert empty.document.path == path


def test_a_word_of_what_a_command_does_finds_it(desk):
    box = find(desk, "loop")
    assert "Carry to the next time step" in box.rows.titles()


def test_titles_come_before_what_is_only_told(qapp):
    told = CommandRow("a", "Carry", "Graph", tip="As in a loop.")
    rows = CommandRows([told, CommandRow("b", "Loop", "Run")])
    rows.find("loop")
    assert rows.titles() == ["Loop", "Carry"]
    rows.find("oop")
    assert rows.titles() == ["Loop"]


def test_no_answer_is_said_in_words(desk):
    box = find(desk, "qqqq")
    assert box.rows.titles() == []
    assert "qqqq" in box.nothing.text()
    desk.press_key(Key.Key_Return)
    assert box.isVisible()


def test_changed_keys_are_the_ones_it_shows(desk):
    desk.settings.keep_keys({"run": "Ctrl+J"})
    box = find(desk, "Run")
    described = box.rows.index(0).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert "Ctrl+J" in described
    assert "F5" not in described


def test_it_stands_at_the_top_of_the_window_whatever_its_size(desk):
    for size in ((1280, 800), (1024, 640)):
        desk.window.resize(*size)
        box = open_palette(desk)
        assert abs(box.geometry().center().x() - desk.window.rect().center().x()) <= 1
        assert box.y() < 100
        assert desk.window.rect().contains(box.geometry())
        desk.press_key(Key.Key_Escape)


def test_titles_count_more_than_menus_and_what_can_be_done_comes_first(qapp):
    rows = CommandRows(
        [
            CommandRow("a", "Run", "Run"),
            CommandRow("b", "Play", "Run"),
            CommandRow("c", "Rerun", "View", can_be_done=False, why="No."),
            CommandRow("d", "Zoom in", "View"),
        ],
        recent=["d"],
    )
    rows.find("run")
    assert rows.titles() == ["Run", "Play", "Rerun"]
    rows.find("run pl")
    assert rows.titles() == ["Play"]
    rows.find("")
    assert [rows.index(i).data() for i in range(2)] == ["Used last", "Zoom in"]
