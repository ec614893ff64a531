"""A document in each window: opening, finding again, dropping files, closing, quitting."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from graph import edits as e
from graph import save
from gui import live
from gui.examples import examples
from gui.inspector.fields import LineField
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ROOT = Path(__file__).parent.parent
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
Button = QMessageBox.StandardButton


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


class Asked(list):
    """The questions; `answers` are given in turn."""

    def __init__(self):
        super().__init__()
        self.answers = []

    def answer(self, box):
        self.append(box.text())
        return self.answers.pop(0)


@pytest.fixture
def asked(monkeypatch):
    found = Asked()
    monkeypatch.setattr(QMessageBox, "exec", lambda box: found.answer(box))
    return found


def written(folder, name):
    path = folder / f"{name}.gradwire"
    save(by_hand(), path)
    return path


def change(window):
    window.document.do(e.Move({"x": (8, 8)}), "Move")


# --- opening ----------------------------------------------------------------------------------


def test_an_untouched_empty_window_is_reused_and_any_other_is_not(desk, tmp_path):
    one, two = written(tmp_path, "one"), written(tmp_path, "two")
    desk.window.files.read(one)
    assert desk.windows.all == [desk.window]
    desk.window.files.read(two)
    assert [w.document.path for w in desk.windows.all] == [one, two]
    desk.press_key(Key.Key_N, CONTROL)
    new = desk.newest
    new.document.do(e.SetGraph({"title": "Mine"}), "Rename the graph")
    new.files.read_example(examples()[0])
    assert len(desk.windows.all) == 4
    assert not new.document.graph.nodes
    new.document.undo()
    new.files.read_example(examples()[1])
    assert len(desk.windows.all) == 5, "what can be redone is not untouched"


def test_nothing_runs_while_a_file_is_read_and_what_waited_does_then(desk, tmp_path, monkeypatch):
    ran, usual = [], live.compute

    def noted(request, watch=None):
        if not request.verifies:  # a while after a run the gradients are checked
            ran.append(tuple(request.graph.nodes))
        return usual(request, watch)

    desk.qtbot.waitUntil(lambda: not desk.window.live.is_busy)
    monkeypatch.setattr(live, "compute", noted)
    save(by_hand(), tmp_path / "first.gradwire")
    window = desk.windows.new()  # its empty graph waits to be run
    assert desk.windows.open(tmp_path / "first.gradwire", window) is window
    desk.qtbot.waitUntil(lambda: window.document.is_fresh)
    assert ran == [tuple(by_hand().nodes)]
    window.document.do(e.RemoveNode("loss"), "Remove")
    assert desk.windows.open(tmp_path / "none.gradwire", window) is None
    desk.qtbot.waitUntil(lambda: window.document.is_fresh)
    assert len(ran) == 2


def test_a_file_that_is_open_comes_forward(desk, tmp_path):
    path = written(tmp_path, "one")
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    desk.window.files.read(path)
    change(desk.window)
    desk.press_key(Key.Key_N, CONTROL)
    other = desk.newest
    desk.window.showMinimized()
    assert other.files.read(tmp_path / "link" / "one.gradwire")
    assert desk.windows.all == [desk.window, other]
    assert not desk.window.isMinimized()
    desk.qtbot.waitUntil(lambda: desk.windows.active is desk.window)
    assert not desk.document.is_saved


def test_new_windows_stand_in_a_cascade_and_stay_on_the_screen(desk):
    for _ in range(6):
        near = desk.newest
        new = desk.windows.new(near)
        QApplication.processEvents()
        assert new.size() == near.size()
        assert new.pos() != near.pos()
        assert new.screen().availableGeometry().contains(new.pos() + QPoint(200, 100))


def test_a_colour_chosen_in_one_window_is_in_all(desk):
    other = desk.windows.new(desk.window)
    other.commands.by_id["theme_dark"].trigger()
    panel = desk.theme.color("panel").name()
    for window in desk.windows.all:
        assert panel in window.menuBar().styleSheet()
        assert window.commands.by_id["theme_dark"].isChecked()
    assert desk.settings.theme == "dark"


def test_a_file_is_not_written_over_one_that_is_open_elsewhere(desk, tmp_path):
    path = written(tmp_path, "one")
    before = path.read_bytes()
    desk.window.files.read(path)
    other = desk.windows.new(desk.window)
    assert not other.files.write(path)
    assert other.notices.texts == [
        "one.gradwire: found it open in another window. Choose another name."
    ]
    assert path.read_bytes() == before
    assert desk.window.files.write(path)


# --- closing ----------------------------------------------------------------------------------


def test_closing_one_window_leaves_the_others(desk, asked):
    other = desk.windows.new(desk.window)
    change_me = desk.windows.open_example(examples()[0], other)
    assert change_me is desk.newest
    change(change_me)
    asked.answers = [Button.Discard]
    QTest.keyClick(change_me.canvas, Key.Key_W, CONTROL)
    assert asked == ["Save the changes to Backpropagation by hand?"]
    assert desk.windows.all == [desk.window]
    assert desk.window.isVisible()


def test_quitting_asks_in_every_window_with_changes_and_stops_at_cancel(desk, asked, tmp_path):
    windows = desk.windows
    for path in examples()[:3]:
        windows.open_example(path, windows.all[-1])
    assert len(windows.all) == 3
    first, clean, last = windows.all
    saved = tmp_path / "first.gradwire"
    first.document.path = saved
    for window in (first, last):
        window.document.do(e.SetGraph({"note": "changed"}), "Note")
    asked.answers = [Button.Save, Button.Cancel]
    QTest.keyClick(clean.canvas, Key.Key_Q, CONTROL)
    assert asked == [f"Save the changes to {w.document.name}?" for w in (first, last)]
    assert windows.all == [first, clean, last]
    assert saved.exists()
    asked.answers = [Button.Discard]
    QTest.keyClick(clean.canvas, Key.Key_Q, CONTROL)
    assert len(asked) == 3
    assert windows.all == []


ENDS = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui import app

open_first = app.open_first

def then_close_all(windows, path):
    window = open_first(windows, path)
    steps = iter((lambda: windows.new(window),
                  lambda: window.close(),
                  lambda: print(len(windows.all), "left"),
                  lambda: windows.all[0].close()))
    clock = QTimer(windows, interval=100)
    clock.timeout.connect(lambda: next(steps)())
    clock.start()
    return window

app.open_first = then_close_all
print("ended", app.run(None))
"""


def test_closing_the_last_window_ends_the_program(tmp_path):
    homes = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
    found = subprocess.run(
        [sys.executable, "-c", ENDS],
        cwd=ROOT,
        env=os.environ | homes,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.stdout.splitlines() == ["1 left", "ended 0"], found.stderr


def use(desk):
    """A window that has worked and is closed; weak references to it and its parts."""
    window = desk.windows.open_example(examples()[0], desk.windows.new(desk.window))
    document = window.document
    desk.qtbot.waitUntil(lambda: document.report is not None)
    document.selection.set_edge("x1.a")
    desk.qtbot.wait(50)
    document.playhead.go(3)
    window.notices.tell("a notice")
    desk.theme.choose("dark")
    QTest.keyClick(window.canvas, Key.Key_PageDown)
    window.reverse_graph.toggle()
    desk.qtbot.wait(50)
    worker = window.live._worker
    assert worker.isRunning()
    window.close()
    assert not worker.isRunning()
    parts = (window, document, window.canvas, window.canvas.canvas, window.live, window.commands)
    parts += (window.reverse_graph.view, window.presenting)
    return [weakref.ref(part) for part in parts]


def test_a_closed_window_is_freed(desk):
    freed = use(desk)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    desk.theme.choose("light")
    gc.collect()
    assert [ref() for ref in freed] == [None] * len(freed)


# --- dropping files ---------------------------------------------------------------------------


def drop(widget, *urls):
    """What Qt delivers while files are dragged over a widget and let go there."""
    at = QPoint(40, 10)
    data = QMimeData()
    data.setUrls([QUrl(url) if "://" in str(url) else QUrl.fromLocalFile(str(url)) for url in urls])
    data.setText("\n".join(map(str, urls)))
    enter = QDragEnterEvent(at, COPY | MOVE, data, LEFT, NONE)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDragMoveEvent(at, COPY | MOVE, data, LEFT, NONE))
    event = QDropEvent(QPointF(at), COPY | MOVE, data, LEFT, NONE)
    QApplication.sendEvent(widget, event)
    assert event.dropAction() == COPY, "the file stays where it was"


PLACES = ["canvas", "palette", "search", "inspector", "title", "note", "timeline", "status"]


@pytest.mark.parametrize("where", PLACES)
def test_files_dropped_anywhere_on_a_window_are_opened(desk, tmp_path, where):
    one, two = written(tmp_path, "one"), written(tmp_path, "two")
    window = desk.window
    widget = {
        "canvas": window.canvas.viewport(),
        "palette": window.palette_panel.tree.viewport(),
        "search": window.palette_panel.search,
        "inspector": window.inspector,
        "title": window.inspector.findChild(LineField),
        "note": window.inspector.page.note.paper.viewport(),
        "timeline": window.timeline,
        "status": window.status,
    }[where]
    drop(widget, one, two)
    desk.qtbot.waitUntil(lambda: len(desk.windows.all) == 2)
    assert [w.document.path for w in desk.windows.all] == [one, two]
    assert all(w.document.is_saved for w in desk.windows.all), "nothing was typed by the drop"


def test_what_is_no_graph_is_refused_with_a_sentence(desk, tmp_path):
    picture, bad = tmp_path / "cat.png", tmp_path / "bad.gradwire"
    picture.write_bytes(b"png")
    bad.write_text("{")
    drop(desk.view.viewport(), picture, tmp_path, "https://example.org/net.gradwire", bad)
    desk.qtbot.waitUntil(lambda: len(desk.window.notices.texts) == 4)
    assert desk.window.notices.texts[:3] == [
        "cat.png: found .png, expected a .gradwire file or data: csv, tsv, npz, npy, IDX.",
        f"{tmp_path.name}: found a folder without folders of images, expected a .gradwire file or"
        " data: csv, tsv, npz, npy, IDX.",
        "net.gradwire: found an address elsewhere, expected a file on this computer.",
    ]
    assert desk.window.notices.texts[3].startswith("bad.gradwire: found")
    assert desk.document.is_untouched


def test_text_dragged_over_a_window_is_not_taken(desk):
    data = QMimeData()
    data.setText("x")
    enter = QDragEnterEvent(QPoint(40, 40), COPY, data, LEFT, NONE)
    QApplication.sendEvent(desk.view.viewport(), enter)
    assert not enter.isAccepted()
