"""Autosave: drafts of unsaved changes come, follow and go; the file is left alone."""

import contextlib
import errno
import json
import os
import stat
import threading
import time
from contextlib import suppress

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from graph import Graph, Tensor, dumps, load, save
from graph import edits as e
from graph.files import disk
from graph.records import Node
from gui import drafts
from gui.autosave import Autosave
from gui.document import Document
from gui.drafts import Draft
from gui.settings import Settings
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for
from tests.work_counter import counted_calls

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
WITHIN = 300  # milliseconds


class Bench:
    """A document with its autosave, and a look into the folder of drafts."""

    def __init__(self, qtbot, folder):
        self.qtbot, self.folder = qtbot, folder
        self.path = folder / "net.gradwire"
        save(by_hand(), self.path)
        self.home = folder / "drafts"
        self.document = Document()
        self.settings = Settings(folder / "settings.ini")
        self.autosave = self.make(WITHIN)
        self.failed = []
        self.document.failed.connect(self.failed.append)
        self.document.open(self.path)

    def make(self, within):
        return Autosave(self.document, self.settings, self.document, within=within, home=self.home)

    def edit(self, number):
        self.document.do(e.Move({"x": (float(number), 8.0)}), "Move")

    def folders(self):
        return sorted(self.home.iterdir()) if self.home.exists() else []

    def drafts(self):
        """The graph files that are there, whole; one may go while this looks."""
        found = []
        for folder in self.folders():
            with suppress(FileNotFoundError):
                found.append((folder / drafts.GRAPH).read_bytes())
        return found

    def wait_for(self, *graphs):
        self.qtbot.waitUntil(lambda: self.drafts() == list(graphs), timeout=5000)


@pytest.fixture
def bench(qtbot, tmp_path):
    made = Bench(qtbot, tmp_path)
    yield made
    made.autosave.close()


def test_a_change_is_written_beside_and_the_file_is_not_touched(bench):
    before = bench.path.read_bytes()
    bench.edit(100)
    assert bench.drafts() == []
    bench.wait_for(dumps(bench.document.graph))
    assert bench.path.read_bytes() == before
    facts = json.loads((bench.folders()[0] / drafts.ABOUT).read_text())
    assert facts["title"] == "Backpropagation by hand"
    assert facts["pid"] == os.getpid()
    assert abs(facts["changed"] - time.time()) < 30
    assert facts["origin"]["path"] == str(bench.path)
    assert facts["origin"]["size"] == len(before)
    assert stat.S_IMODE(bench.home.stat().st_mode) == 0o700
    assert stat.S_IMODE(bench.folders()[0].stat().st_mode) == 0o700


def test_it_goes_on_while_changes_go_on_in_the_same_folder(bench):
    for number in (1, 2, 3):
        bench.edit(number * 8)
        bench.wait_for(dumps(bench.document.graph))
    assert len(bench.folders()) == 1


def test_nothing_is_written_without_a_change(bench, qtbot):
    bench.document.selection.set_nodes({"x"})
    qtbot.wait(2 * WITHIN)
    assert bench.folders() == []


@pytest.mark.parametrize("way", ["save", "undo", "new", "close"])
def test_it_is_removed_when_nothing_is_missing_any_more(bench, qtbot, way):
    bench.edit(64)
    bench.wait_for(dumps(bench.document.graph))
    if way == "save":
        bench.document.save()
    elif way == "undo":
        bench.document.undo()
    elif way == "new":
        bench.document.replace(Graph(), None)
    else:
        bench.autosave.close()
    qtbot.waitUntil(lambda: bench.folders() == [])
    if way == "undo":
        bench.document.redo()
        bench.wait_for(dumps(bench.document.graph))


def test_half_a_minute_is_the_most_that_can_be_missing(bench):
    """The real pace: the writing begins before the 30 s are over, and not much before."""
    bench.autosave.close()
    real = bench.make(None)
    assert 28_000 <= real.timer.interval() < 30_000
    assert real.timer.timerType() == Qt.TimerType.PreciseTimer
    assert not real.timer.isActive()
    bench.edit(8)
    assert real.timer.isActive()
    first = real.timer.remainingTime()
    bench.qtbot.wait(60)
    bench.edit(16)  # a second change does not put it off
    assert real.timer.remainingTime() <= first - 50
    bench.settings.autosave_seconds = 60
    assert 58_000 <= real.timer.interval() < 60_000
    assert real.timer.isActive()
    real.close()
    assert not real.timer.isActive()


def test_a_snapshot_of_ten_thousand_nodes_takes_the_window_no_time(bench):
    nodes = (Node(f"n{i}", "Abs", at=(float(i), 0.0)) for i in range(10_000))
    bench.document.graph.apply(e.Batch(tuple(map(e.AddNode, nodes))))
    bench.edit(8)
    with counted_calls() as work:
        bench.autosave.timer.timeout.emit()
    assert work.calls < 20_000, work.calls  # a copy; to write it takes ten times as many
    bench.qtbot.waitUntil(lambda: len(bench.drafts()) == 1, timeout=20_000)


def test_it_is_written_by_another_thread(bench, monkeypatch):
    seen = []
    real = disk.write

    def noted(path, data):
        seen.append(threading.current_thread())
        real(path, data)

    monkeypatch.setattr(disk, "write", noted)
    bench.edit(8)
    bench.wait_for(dumps(bench.document.graph))
    assert seen
    assert threading.main_thread() not in seen


def test_a_full_disk_is_said_once_and_tried_again(bench, monkeypatch, qtbot):
    calls = []

    def full(*_args):
        calls.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        bench.edit(8)
        qtbot.waitUntil(lambda: len(calls) >= 3, timeout=5000)
    assert len(bench.failed) == 1
    assert "found a full disk" in bench.failed[0]
    assert "not kept against a crash" in bench.failed[0]
    bench.wait_for(dumps(bench.document.graph))
    with monkeypatch.context() as patch:  # what was written before stays
        patch.setattr(os, "fsync", full)
        before = dumps(bench.document.graph)
        bench.edit(16)
        qtbot.waitUntil(lambda: len(bench.failed) == 2, timeout=5000)
        assert bench.drafts() == [before]
    bench.wait_for(dumps(bench.document.graph))


def test_a_home_that_cannot_be_made_is_a_sentence(bench, qtbot):
    bench.home.write_text("a file")
    bench.edit(8)
    qtbot.waitUntil(lambda: bool(bench.failed), timeout=5000)
    assert "a folder that can be written" in bench.failed[0]
    bench.home.unlink()
    bench.wait_for(dumps(bench.document.graph))


def test_a_fault_of_ours_in_the_thread_is_said_and_tried_again(bench, monkeypatch, qtbot):
    with monkeypatch.context() as patch:
        patch.setattr(Draft, "write", lambda *_: 1 / 0)
        bench.edit(8)
        qtbot.waitUntil(lambda: bool(bench.failed), timeout=5000)
    bench.wait_for(dumps(bench.document.graph))
    assert len(bench.failed) == 1


def test_a_removed_folder_is_made_anew(bench):
    bench.edit(8)
    bench.wait_for(dumps(bench.document.graph))
    (folder,) = bench.folders()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    bench.edit(16)
    bench.wait_for(dumps(bench.document.graph))


def test_a_living_process_keeps_its_drafts(bench):
    bench.edit(8)
    bench.wait_for(dumps(bench.document.graph))
    assert drafts.left_behind(bench.home) == []
    bench.autosave.write_now()
    assert len(bench.drafts()) == 1


def test_what_is_unsaved_is_written_before_an_end_without_questions(bench):
    bench.edit(8)
    bench.autosave.write_now()
    assert bench.drafts() == [dumps(bench.document.graph)]
    bench.document.undo()
    bench.autosave.write_now()
    bench.qtbot.waitUntil(lambda: bench.drafts() == [])


# --- the real window ----------------------------------------------------------------------


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "home", lambda: tmp_path / "drafts")
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def shelf(tmp_path):
    with contextlib.suppress(FileNotFoundError):
        return [load(path / drafts.GRAPH) for path in (tmp_path / "drafts").iterdir()]
    return []


def test_a_window_that_is_closed_leaves_nothing(desk, tmp_path, monkeypatch, qtbot):
    desk.drag_module("Input", 0, 0)
    desk.window.autosave.write_now()
    assert [len(graph.nodes) for graph in shelf(tmp_path)] == [1]
    buttons = QMessageBox.StandardButton
    monkeypatch.setattr(QMessageBox, "exec", lambda _: buttons.Cancel)
    assert not desk.window.close()
    assert len(shelf(tmp_path)) == 1
    monkeypatch.setattr(QMessageBox, "exec", lambda _: buttons.Discard)
    assert desk.window.close()
    assert shelf(tmp_path) == []


def test_saving_by_key_removes_it(desk, tmp_path, qtbot):
    path = tmp_path / "net.gradwire"
    save(by_hand(), path)
    desk.open(path)
    desk.document.selection.set_nodes({"w"})
    desk.view.setFocus()
    desk.press_key(Key.Key_D, CONTROL)
    desk.window.autosave.write_now()
    assert [len(graph.nodes) for graph in shelf(tmp_path)] == [9]
    desk.press_key(Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: shelf(tmp_path) == [])
    assert len(load(path).nodes) == 9


def test_large_tensors_are_kept_too(bench):
    number = Tensor("float64", (50_000,), bytes(400_000))
    bench.document.do(e.AddNode(Node("c", "Constant", {"shape": (50_000,)})), "Add")
    graph: Graph = bench.document.graph
    bench.document.do(e.SetTensor(next(iter(graph.tensors))._replace(node="c"), number), "Set")
    bench.wait_for(dumps(graph))
