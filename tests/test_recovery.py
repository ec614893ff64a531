"""Recovery: what a crash left behind is offered at the next start, and nothing is ever lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from graph import Graph, dumps, load, save
from graph import edits as e
from gui import drafts
from gui.drafts import About, Draft, Origin
from gui.recovery import offer
from tests import crashing
from tests.canvas_desk import LEFT, by_hand
from tests.effort import tries
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ROOT = Path(__file__).parent.parent
KILLS, BATCH = tries(10, 50), 10
SLACK = 0.5  # seconds for the writing
Key = Qt.Key


@pytest.fixture
def home(tmp_path, monkeypatch):
    place = tmp_path / "state" / "gradwire" / "autosave"
    monkeypatch.setattr(drafts, "home", lambda: place)
    return place


@pytest.fixture
def desk(qtbot, tmp_path, home, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def left(home, graph, path=None):
    """A draft as a crash leaves it; `path` is saved before, as it was opened once."""
    if path is not None:
        save(by_hand(), path)
    draft = Draft.make(home)
    draft.write(graph, About(graph.title, time.time() - 60, 1, Origin.of(path)))
    draft.release()
    return draft.folder


def changed(title="Backpropagation by hand"):
    graph = by_hand()
    graph.configure(title=title)
    graph.add("Abs", "more", at=(8, 8))
    return graph


def start(desk):
    """What a start does once the first window is there."""
    dialog = offer(desk.windows, desk.window)
    if dialog is not None:
        desk.qtbot.waitExposed(dialog)
    return dialog


def click(button):
    QTest.mouseClick(button, LEFT)
    QApplication.processEvents()


def is_open(dialog):
    """Whether it is still there; a closed one is freed."""
    return isValid(dialog) and dialog.isVisible()


def texts(row):
    return row.name.said, row.when.said, row.path.said, row.remark.said


def test_nothing_is_asked_where_nothing_was_left(desk):
    assert start(desk) is None


def test_a_document_comes_back_unsaved_with_its_path(desk, home, tmp_path, qtbot):
    path = tmp_path / "net.gradwire"
    folder = left(home, changed(), path)
    original = path.read_bytes()
    dialog = start(desk)
    assert not dialog.isModal()
    (row,) = dialog.rows
    name, when, shown, remark = texts(row)
    assert name == "Backpropagation by hand"
    assert when.startswith("Changed")
    assert (shown, remark) == (str(path), "")
    click(row.recover)
    assert not is_open(dialog)
    assert dumps(desk.graph) == dumps(changed())
    assert desk.document.path == path
    assert not desk.document.is_saved
    assert desk.window.isWindowModified()
    assert "Recovered" in desk.window.status.currentMessage()
    assert path.read_bytes() == original
    assert folder.exists()  # until it is saved
    assert drafts.left_behind(home) == []  # but it is this process's now
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    desk.view.setFocus()
    desk.press_key(Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert path.read_bytes() == dumps(changed())
    qtbot.waitUntil(lambda: not folder.exists())
    assert start(desk) is None


def test_undo_does_not_make_a_recovered_document_saved(desk, home, tmp_path):
    folder = left(home, changed(), tmp_path / "net.gradwire")
    dialog = start(desk)
    click(next(iter(dialog.rows)).recover)
    desk.document.do(e.Move({"more": (16, 16)}), "Move")
    desk.document.undo()
    assert not desk.document.is_saved
    assert folder.exists()


@pytest.mark.parametrize("fate", ["changed", "gone"])
def test_a_file_that_changed_since_is_left_alone(desk, home, tmp_path, fate):
    path = tmp_path / "net.gradwire"
    left(home, changed(), path)
    if fate == "changed":
        save(Graph(title="newer"), path)
    else:
        path.unlink()
    (row,) = start(desk).rows
    assert "has changed since, or is gone" in row.remark.said
    assert row.path.said == str(path)
    click(row.recover)
    assert desk.document.path is None
    assert len(desk.graph.nodes) == 9
    assert not desk.document.is_saved


def test_a_document_that_never_had_a_file(desk, home):
    left(home, Graph())
    (row,) = start(desk).rows
    assert texts(row)[0] == "Untitled"
    assert texts(row)[2] == "It was never saved in a file."
    click(row.recover)
    assert desk.document.path is None
    assert not desk.document.is_saved


def test_several_at_once_by_keys(desk, home):
    for number in range(3):
        left(home, changed(f"number {number}"))
        os.utime(home, None)
    dialog = start(desk)
    assert len(dialog.rows) == 3
    assert dialog.focusWidget() is dialog.all
    seen = []
    for _ in range(8):
        QTest.keyClick(dialog.focusWidget(), Key.Key_Tab)
        seen.append(dialog.focusWidget().accessibleName())
    assert sum(name.startswith("Recover number") for name in seen) == 3
    assert sum(name.startswith("Discard number") for name in seen) == 3
    row = next(row for row in dialog.rows if row.name.said == "number 1")
    row.discard.setFocus()
    QTest.keyClick(row.discard, Key.Key_Space)
    assert len(dialog.rows) == 2
    assert dialog.focusWidget() is dialog.all
    QTest.keyClick(dialog.all, Key.Key_Space)
    shown = sorted(window.document.graph.title for window in desk.windows.all)
    assert shown == ["number 0", "number 2"]
    assert not any(window.document.is_saved for window in desk.windows.all)


def test_discard_removes_it_for_good(desk, home):
    folder = left(home, changed())
    dialog = start(desk)
    click(next(iter(dialog.rows)).discard)
    assert not folder.exists()
    assert not is_open(dialog)
    assert start(desk) is None
    assert not desk.graph.nodes


@pytest.mark.parametrize("way", ["button", "escape"])
def test_later_asks_again(desk, home, way):
    left(home, changed())
    dialog = start(desk)
    if way == "button":
        click(dialog.later)
    else:
        QTest.keyClick(dialog.focusWidget(), Key.Key_Escape)
        QApplication.processEvents()
    (row,) = start(desk).rows
    click(row.recover)
    assert len(desk.graph.nodes) == 9


def test_two_instances_do_not_offer_the_same(desk, home):
    left(home, changed())
    dialog = start(desk)  # the first one asks
    assert drafts.left_behind(home) == []  # and so the second has nothing to ask
    click(next(iter(dialog.rows)).discard)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "cannot be read: found a fault in line 1"),
        (b'{"gradwire": 1, "nodes": [{"id": "a", "module": "Abs", "run": "rm -rf"}]}', "run"),
        (b"[" * 100_000, "levels"),
        (b"\x80\x04\x95cos\nsystem\n", "UTF-8"),
        (b'{"gradwire": 1, "tensors": {"a.y": {"dtype": "float64", "shape": [1e99]}}}', "found"),
    ],
)
def test_a_broken_draft_is_a_sentence(desk, home, data, words):
    folder = left(home, changed())
    (folder / drafts.GRAPH).write_bytes(data)
    dialog = start(desk)
    (row,) = dialog.rows
    click(row.recover)
    assert words in row.remark.said
    assert not row.recover.isEnabled()
    assert desk.document.is_untouched
    assert folder.exists()
    click(row.discard)
    assert not folder.exists()


def test_what_comes_from_a_draft_is_plain_text(desk, home, tmp_path):
    graph = Graph(title="<img src='file:///etc/passwd'>")
    graph.add("Abs")
    left(home, graph)
    (row,) = start(desk).rows
    assert row.name.textFormat() == row.path.textFormat() == Qt.TextFormat.PlainText
    click(row.discard)


def test_the_window_that_shows_the_file_takes_it(desk, home, tmp_path):
    path = tmp_path / "net.gradwire"
    left(home, changed(), path)
    desk.open(path)  # as `gradwire net.gradwire` does after the crash
    click(next(iter(start(desk).rows)).recover)
    assert len(desk.windows.all) == 1
    assert len(desk.graph.nodes) == 9
    assert desk.document.path == path


def test_somebody_elses_changes_are_not_replaced(desk, home, tmp_path):
    path = tmp_path / "net.gradwire"
    left(home, changed(), path)
    desk.open(path)
    desk.document.do(e.Move({"x": (8, 8)}), "Move")
    click(next(iter(start(desk).rows)).recover)
    assert len(desk.windows.all) == 2
    assert len(desk.graph.nodes) == 8
    assert desk.newest.document.path is None
    assert len(desk.newest.document.graph.nodes) == 9


# --- real ends of real processes ----------------------------------------------------------


def child(tmp_path, *arguments):
    """A process that calls something of `tests.crashing`, with folders of its own."""
    environment = os.environ | {
        f"XDG_{name}_HOME": str(tmp_path / name.lower())
        for name in ("STATE", "CONFIG", "DATA", "CACHE")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crashing", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def states(tmp_path, number):
    """(time, fingerprint) of a session's states; the last line may be cut off."""
    lines = crashing.journal_of(tmp_path, number).read_text().splitlines(keepends=True)
    words = [line.split() for line in lines if line.endswith("\n")]
    return [(float(moment), print_) for moment, print_ in words]


def check_loss(seen, recovered, killed):
    """The recovered state is one of the session's, and what came after it came just now."""
    place = max(i for i, (_, state) in enumerate(seen) if state == recovered)
    missing = seen[place + 1 :]
    if missing:
        is_recent = killed - missing[0][0] <= crashing.WITHIN / 1000 + SLACK
        # A machine that is busy elsewhere delays the writing, but the changes as well.
        is_short = len(missing) <= crashing.WITHIN / crashing.PACE + 10
        assert is_recent or is_short, (len(missing), killed - missing[0][0])
    return len(missing)


@pytest.mark.timeout(300)
def test_kills_at_random_moments_lose_no_more_than_the_last_moment(desk, tmp_path, home):
    crashing.prepare(tmp_path, range(KILLS))
    originals = {n: crashing.file_of(tmp_path, n).read_bytes() for n in range(KILLS)}
    offered = 0
    for first in range(0, KILLS, BATCH):
        nursery = child(tmp_path, "nursery", tmp_path, first, BATCH)
        out, err = nursery.communicate(timeout=200)
        assert nursery.returncode == 0, err
        killed = {int(number): moment for number, moment in json.loads(out).items()}
        assert sorted(killed) == list(range(first, first + BATCH))
        recovered = {number: dumps(load(crashing.file_of(tmp_path, number))) for number in killed}
        dialog = start(desk)
        rows = list(dialog.rows) if dialog is not None else []
        for row in rows:
            number = int(row.name.said.removeprefix("session "))
            assert row.remark.said == ""
            click(row.recover)
            assert desk.document.path == crashing.file_of(tmp_path, number)
            assert not desk.document.is_saved
            recovered[number] = dumps(desk.graph)
            desk.document.replace(Graph(), None)
        offered += len(rows)
        for number, moment in killed.items():
            found = crashing.fingerprint(recovered[number])
            check_loss(states(tmp_path, number), found, moment)
            assert crashing.file_of(tmp_path, number).read_bytes() == originals[number]
    assert offered > KILLS / 3  # most sessions lived long enough to have something to lose


def test_a_request_to_end_keeps_every_change_for_the_next_start(tmp_path):
    path = tmp_path / "net.gradwire"
    save(by_hand(), path)
    before = path.read_bytes()
    first = child(tmp_path, "program_under_edit", path)
    assert first.stdout.readline().strip() == "9"
    first.send_signal(signal.SIGTERM)
    _, err = first.communicate(timeout=60)
    assert first.returncode == -signal.SIGTERM, err
    for _ in range(2):  # a recovered document that crashes once more is offered once more
        second = child(tmp_path, "program_after_it")
        out, err = second.communicate(timeout=60)
        assert second.returncode == -signal.SIGKILL, err
        assert json.loads(out) == {
            "nodes": 9,
            "path": str(path),
            "is_saved": False,
            "is_marked": True,
        }
    assert path.read_bytes() == before
