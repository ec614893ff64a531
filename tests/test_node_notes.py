"""Notes on nodes: the mark, the tooltip, and the command that leads to the field."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from graph import edits as e
from gui.inspector.field_row import NoteRow
from gui.theme import Theme
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.window.appearance.zoom_100()
        made.view.reveal("x1")
        made.qtbot.wait(250)
        made.view.setFocus()
        yield made
        QToolTip.hideText()


def note(desk, id_, text):
    assert desk.document.do(e.SetNode(id_, {"note": text}), "Note")


def inks(desk, id_):
    """How many pixels of the node's lower right quarter are not its ground."""
    left, top, right, bottom = desk.scene.items_by_id[id_].box()
    start, end = desk.pixel((left + right) / 2, (top + bottom) / 2 + 8), desk.pixel(right, bottom)
    image = desk.view.viewport().grab().toImage()
    ground = desk.theme.color("node").rgb()
    box = [(x, y) for x in range(start.x(), end.x() - 8) for y in range(start.y(), end.y() - 3)]
    return sum(image.pixel(x, y) != ground for x, y in box)


def test_a_node_with_a_note_has_a_small_mark(desk):
    without = inks(desk, "x1")
    note(desk, "x1", "w times x")
    assert inks(desk, "x1") >= without + 20
    desk.document.undo()
    assert inks(desk, "x1") == without


def test_the_tooltip_tells_the_note_as_plain_text(desk):
    note(desk, "x1", "<b>w</b> times x\n" + "and so on " * 100)
    pixel = desk.middle("x1")
    event = QHelpEvent(QHelpEvent.Type.ToolTip, pixel, desk.view.viewport().mapToGlobal(pixel))
    QApplication.sendEvent(desk.view.viewport(), event)
    shown = QToolTip.text()
    assert "&lt;b&gt;w&lt;/b&gt; times x<br>and so on" in shown
    assert "…" in shown
    assert len(shown) < 700


def test_the_command_leads_to_the_field_also_where_the_inspector_is_hidden(desk):
    window = desk.window
    desk.document.selection.set_nodes({"x1"})
    window.workspaces.toggle_right()
    assert not window.inspector.isVisible()
    window.commands.by_id["edit_note"].trigger()
    assert window.inspector.isVisible()
    paper = window.inspector.page.note.paper
    assert QApplication.focusWidget() is paper
    QTest.keyClicks(paper, "first")
    QTest.keyClick(paper, Qt.Key.Key_Return)
    QTest.keyClicks(paper, "second")
    desk.click(desk.middle("b"))
    assert desk.graph.nodes["x1"].note == "first\nsecond"
    assert desk.document.history.undo_text == "Note on x1"
    desk.document.undo()
    assert desk.graph.nodes["x1"].note is None


def test_two_visits_are_two_entries(desk):
    for text in ("one", " two"):
        desk.document.selection.set_nodes({"x1"})
        desk.window.commands.by_id["edit_note"].trigger()
        QTest.keyClicks(desk.window.inspector.page.note.paper, text)
        desk.view.setFocus()
    assert desk.graph.nodes["x1"].note == "one two"
    desk.document.undo()
    assert desk.graph.nodes["x1"].note == "one"


def test_edges_and_several_nodes_have_no_note(desk):
    action = desk.window.commands.by_id["edit_note"]
    desk.document.selection.set_nodes({"x1", "b"})
    assert not action.isEnabled()
    desk.document.selection.set_edge("x1.a")
    assert not action.isEnabled()
    desk.document.selection.clear()
    assert action.isEnabled()
    action.trigger()
    QTest.keyClicks(desk.window.inspector.page.note.paper, "the graph")
    desk.view.setFocus()
    assert desk.graph.note == "the graph"


def test_a_note_that_is_only_shown_is_never_written(qtbot):
    """A page that was left can show an old text; a pause must not bring that back."""
    kept, written = ["old"], []

    def put(text, _visit):
        written.append(text)
        return ""

    row = NoteRow(Theme("light"), "Note", lambda: kept[0], put)  # not shown, so without the focus
    qtbot.addWidget(row)
    assert row.paper.toPlainText() == "old"
    kept[0] = "new"
    qtbot.wait(1200)
    assert written == []
