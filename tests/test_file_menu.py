"""New, open, save, recent, examples, export, and the question on close."""

import time
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox

from graph import Graph, save
from graph import edits as e
from gui.app import make_windows, open_first
from gui.settings import Settings
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for, end

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def empty(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def desk(empty):
    empty.document.replace(by_hand(), None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    empty.settle()
    return empty


def answering(monkeypatch, button):
    asked = []

    def answer(box):
        asked.append(box.text())
        return button

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return asked


def test_unsaved_changes_are_asked_about(desk, monkeypatch, tmp_path):
    buttons = QMessageBox.StandardButton
    desk.document.do(e.Move({"x": (8, 8)}), "Move")
    asked = answering(monkeypatch, buttons.Cancel)
    desk.press_key(Key.Key_W, CONTROL)
    assert asked == ["Save the changes to Backpropagation by hand?"]
    assert desk.windows.all == [desk.window]
    desk.document.path = tmp_path / "kept.gradwire"
    answering(monkeypatch, buttons.Save)
    desk.press_key(Key.Key_W, CONTROL)
    assert (tmp_path / "kept.gradwire").exists()
    assert desk.windows.all == []


def test_an_empty_window_closes_without_a_question(empty, monkeypatch):
    asked = answering(monkeypatch, QMessageBox.StandardButton.Cancel)
    empty.press_key(Key.Key_W, CONTROL)
    assert empty.windows.all == []
    assert asked == []


def test_the_window_does_not_end_in_the_middle_of_a_file(desk):
    closed = []
    QTimer.singleShot(0, lambda: closed.append(desk.window.close()))
    desk.window.files._waiting(lambda: time.sleep(0.1))
    assert closed == [False]


def test_discarding_leaves_the_file_alone(desk, monkeypatch, tmp_path):
    path = tmp_path / "a.gradwire"
    desk.window.files.write(path)
    before = path.read_bytes()
    desk.document.do(e.RemoveNode("loss"), "Delete loss")
    answering(monkeypatch, QMessageBox.StandardButton.Discard)
    assert desk.window.close()
    assert path.read_bytes() == before


def test_a_bad_file_is_said_and_the_old_graph_stays(desk, tmp_path):
    bad = tmp_path / "bad.gradwire"
    bad.write_text('{"gradwire": 1, "nodez": []}')
    before = desk.graph
    assert not desk.window.files.read(bad)
    assert desk.graph is before
    notices = desk.window.notices
    assert notices.texts == [
        'bad.gradwire: found the unknown field "nodez", expected fields of the format, or keys '
        'that begin with x-. Did you mean "nodes"?'
    ]
    assert desk.windows.all == [desk.window]
    assert not desk.window.files.read(tmp_path / "none.gradwire")
    assert not desk.window.files.write(tmp_path / "no" / "folder.gradwire")
    assert [text.split(":")[0] for text in notices.texts[1:]] == [
        "none.gradwire",
        "folder.gradwire",
    ]
    desk.qtbot.wait(1)
    desk.document.do(e.Move({"x": (8, 8)}), "Move")
    assert len(notices.texts) == 3


def test_a_notice_is_said_and_is_dismissed_by_its_button_or_by_esc(desk, tmp_path, monkeypatch):
    notices, said = desk.window.notices, []
    monkeypatch.setattr(
        "gui.notices.announce", lambda about, text, assertive: said.append((text, assertive))
    )
    for name in ("one", "two"):
        desk.window.files.read(tmp_path / f"{name}.gradwire")
    assert said == [(text, True) for text in notices.texts]
    first, second = notices.all
    assert first.isVisible()
    QTest.mouseClick(first.button, Qt.MouseButton.LeftButton)
    assert [text.split(":")[0] for text in notices.texts] == ["two.gradwire"]
    second.button.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Escape)
    assert notices.texts == []
    assert notices.isHidden()
    assert QApplication.focusWidget() is desk.view


def test_saved_is_said_only_as_long_as_it_is_true(desk, tmp_path):
    status = desk.window.status
    desk.window.files.write(tmp_path / "mine.gradwire")
    assert status.currentMessage() == f"Saved {tmp_path / 'mine.gradwire'}"
    desk.document.do(e.Move({"x": (8, 8)}), "Move")
    assert status.currentMessage() == ""
    desk.document.refuse("No.")
    desk.document.replace(by_hand(), None)
    assert status.currentMessage() == ""


def test_recent_files_are_remembered(desk, tmp_path):
    menu = QMenu()
    files = desk.window.files
    files.fill_recent(menu)
    assert [action.isEnabled() for action in menu.actions()] == [False]
    for name in ("a", "b", "a"):
        save(by_hand(), tmp_path / f"{name}.gradwire")
        files.read(tmp_path / f"{name}.gradwire")
    files.fill_recent(menu)
    assert [action.text() for action in menu.actions()][:2] == ["a.gradwire", "b.gradwire"]
    menu.actions()[1].trigger()
    assert desk.newest.document.path == tmp_path / "b.gradwire"
    files.fill_recent(menu)
    menu.actions()[-1].trigger()
    assert desk.settings.recent == []


def test_the_first_start_shows_an_example_and_later_ones_do_not(qapp, tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    for count in (8, 0):
        windows = make_windows(qapp, settings)
        window = open_first(windows, None)
        assert windows.all == [window]
        assert len(window.document.graph.nodes) == count
        assert window.document.playhead.is_at_start
        assert window.workspaces.current == "step"
        end(windows)


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_canvas_is_exported(desk, tmp_path, monkeypatch, kind):
    path = tmp_path / "picture"
    chosen = f"{kind.upper()} (*.{kind})"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(path), chosen))
    desk.press_key(Key.Key_E, CONTROL)
    written = path.with_suffix(f".{kind}")
    head = written.read_bytes()[:300]
    assert {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}[kind] in head
    assert desk.window.status.currentMessage() == f"Wrote {written}"


def test_a_large_picture_is_painted_in_pieces(desk, tmp_path, monkeypatch):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    for number in range(300):
        graph.add("ReLU", f"r{number}", at=(number % 20 * 144 + 144, number // 20 * 112))
        graph.connect(f"r{number - 1}.y" if number else "x.y", f"r{number}.x")
    desk.document.replace(graph, None)
    desk.settle()
    desk.document.selection.set_nodes({"r0"})
    path, closed = tmp_path / "large.svg", []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(path), ""))
    QTimer.singleShot(0, lambda: closed.append(desk.window.close()))
    desk.window.files.export()
    assert closed == [False], "the window went on living, and was not to be closed"
    drawing = ElementTree.parse(path)
    texts = {"".join(node.itertext()).strip() for node in drawing.iter() if "text" in node.tag}
    assert {f"r{number}" for number in range(300)} <= texts
    assert desk.document.selection.nodes == {"r0"}


def test_a_picture_that_cannot_be_written_is_told(desk, tmp_path, monkeypatch):
    (tmp_path / "taken.svg").mkdir()
    for name, said in (
        ("no/where.svg", "found no such file or folder"),
        ("taken.svg", "found a folder"),
    ):
        path = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, path=path: (str(path), ""))
        desk.press_key(Key.Key_E, CONTROL)
        assert said in desk.window.notices.texts[-1]


def test_the_canvas_is_copied_as_a_picture(desk):
    desk.press_key(Key.Key_F5)
    desk.view.setFocus()
    desk.press_key(Key.Key_C, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    data = QApplication.clipboard().mimeData()
    drawing = ElementTree.fromstring(bytes(data.data("image/svg+xml").data()))
    texts = {"".join(node.itertext()).strip() for node in drawing.iter() if "text" in node.tag}
    assert {"x1", "Multiply", "∂ 2", "×2"} <= texts
    assert not [node for node in drawing.iter() if node.tag.endswith("image")]
    image = QImage(data.imageData())
    assert image.width() == round(desk.view.graph_rect().width() * 2)
    canvas = desk.theme.color("canvas").name()
    assert image.pixelColor(2, 2).name() == canvas
    ink = desk.theme.color("reverse").name()
    assert any(
        image.pixelColor(x, y).name() == ink
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )


def test_nodes_are_arranged_as_one_entry(desk):
    before = {id_: node.at for id_, node in desk.graph.nodes.items()}
    desk.press_key(Key.Key_L, CONTROL)
    after = {id_: node.at for id_, node in desk.graph.nodes.items()}
    assert before != after
    assert desk.document.history.undo_text == "Arrange nodes"
    desk.document.undo()
    assert {id_: node.at for id_, node in desk.graph.nodes.items()} == before
