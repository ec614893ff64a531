"""Undo and redo of everything that changes the document, by real events on the real window."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Frame, PortRef, dumps
from graph import edits as e
from tests.canvas_desk import by_hand
from tests.undo_acts import ACTS, choose, field, page
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        graph = by_hand()
        graph.add("Linear", "h", out_features=2, at=(0, 320))
        graph.add("ReLU", "r", at=(240, 320))
        graph.connect("h.y", "r.x")
        graph.add("Abs", "free", at=(480, 320))
        graph.configure(target="loss")
        graph.apply(e.SetFrames((Frame("spare", (456.0, 296.0, 152.0, 100.0)),)))
        graph.apply(e.SetRoute(PortRef("r", "x"), ((208.0, 296.0),)))
        made.document.replace(graph, None)
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        yield made


@pytest.mark.parametrize("name", ACTS)
def test_one_undo_takes_it_back_and_one_redo_brings_it_again(desk, name):
    document = desk.document
    before = dumps(desk.graph)
    ACTS[name](desk)
    QApplication.processEvents()
    after = dumps(desk.graph)
    assert after != before
    assert not document.is_saved
    assert document.history.undo_text
    desk.view.setFocus()
    for _ in range(2):
        desk.press_key(Key.Key_Z, CONTROL)
        assert dumps(desk.graph) == before
        assert document.is_saved
        assert document.history.undo_text is None
        desk.press_key(Key.Key_Z, CONTROL | SHIFT)
        assert dumps(desk.graph) == after
        assert document.history.redo_text is None
    desk.press_key(Key.Key_Z, CONTROL)
    desk.press_key(Key.Key_Y, CONTROL)
    assert dumps(desk.graph) == after
    assert desk.refused == []
    desk.settle()


def test_what_is_only_seen_is_not_undone(desk):
    before = dumps(desk.graph)
    desk.settle()
    desk.press_key(Key.Key_PageDown)
    desk.press_key(Key.Key_F7)
    choose(desk, "w", "x")
    desk.press_key(Key.Key_A, CONTROL)
    desk.press_key(Key.Key_9, CONTROL)
    desk.press_key(Key.Key_Plus, CONTROL)
    desk.press_key(Key.Key_2, CONTROL)
    desk.press_key(Key.Key_1, CONTROL)
    desk.press_key(Key.Key_C, CONTROL)
    assert desk.document.history.undo_text is None
    assert desk.document.is_saved
    assert dumps(desk.graph) == before
    assert not desk.document.playhead.is_at_start


def test_everything_in_a_row_is_undone_to_the_first_byte(desk):
    before = dumps(desk.graph)
    for name in ("a label", "a note written with pauses", "a drag of several", "a duplicate"):
        ACTS[name](desk)
        desk.view.setFocus()
    after = dumps(desk.graph)
    while desk.document.history.undo_text:
        desk.press_key(Key.Key_Z, CONTROL)
    assert dumps(desk.graph) == before
    while desk.document.history.redo_text:
        desk.press_key(Key.Key_Z, CONTROL | SHIFT)
    assert dumps(desk.graph) == after


def in_sight(desk, id_):
    return desk.view.viewport().rect().contains(desk.middle(id_))


def test_undo_shows_what_was_out_of_sight(desk):
    choose(desk, "x")
    desk.press_key(Key.Key_Left, ALT)
    desk.view.camera.look_at(desk.view.mapToScene(QPoint(0, 0)) + QPoint(40_000, 9_000).toPointF())
    desk.qtbot.waitUntil(lambda: not in_sight(desk, "x"))
    choose(desk, "loss")
    desk.press_key(Key.Key_Z, CONTROL)
    desk.qtbot.waitUntil(lambda: in_sight(desk, "x"))
    assert desk.document.selection.nodes == {"x"}


def test_undo_of_what_is_in_sight_leaves_selection_and_view(desk):
    choose(desk, "x")
    desk.press_key(Key.Key_Left, ALT)
    choose(desk, "loss")
    place = desk.view.camera.centre
    desk.press_key(Key.Key_Z, CONTROL)
    desk.qtbot.wait(250)
    assert desk.document.selection.nodes == {"loss"}
    assert desk.view.camera.centre == place


@pytest.mark.parametrize("where", ["label", "note"])
def test_what_is_being_typed_is_saved_and_asked_about(desk, tmp_path, where):
    path = tmp_path / "net.gradwire"
    desk.window.files.write(path)
    choose(desk, "w")
    row = getattr(page(desk), where)
    line = row.field if where == "label" else row.paper
    line.setFocus()
    QTest.keyClicks(line, "typed")
    desk.press_key(Key.Key_S, CONTROL)
    assert b"typed" in path.read_bytes()
    assert desk.document.is_saved
    assert line.hasFocus()
    QTest.keyClicks(line, " more")
    desk.document.do(e.Move({"x": (8, 8)}), "Move")
    desk.window.files.write(path)
    assert b"typed more" in path.read_bytes()


def test_answers_from_the_background_leave_what_is_being_typed(desk):
    choose(desk, "h")
    for line in (page(desk).label.field, field(page(desk).form.rows["out_features"].field)):
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, "12")
        desk.document.do(e.SetNode("x", {"note": line.text()}), "Note")
        desk.document.checked.emit()
        assert line.text() == "12"
        QTest.keyClick(line, Key.Key_Return)
    assert desk.graph.nodes["h"].label == "12"
    assert desk.graph.nodes["h"].attributes["out_features"] == 12
