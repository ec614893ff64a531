"""Sessions that end without warning, in processes of their own: called by name from a test."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import check, dumps, save
from gui import app as program
from gui.app import make_windows
from gui.autosave import Autosave
from gui.recovery import RecoveryDialog
from gui.settings import Settings
from gui.window import Window
from tests.canvas_desk import by_hand

WITHIN = 300  # milliseconds from a change to the disk
PACE = 15  # milliseconds from one change to the next, at least
MOST_CHANGES = 25  # that a session lives to make
AT_ONCE = 3
MOST_NODES = 40
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
DELETE = (Qt.Key.Key_Delete, NONE)
KEYS = (
    *((key, ALT) for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)),
    *((key, SHIFT | ALT) for key in (Qt.Key.Key_Left, Qt.Key.Key_Down)),
    (Qt.Key.Key_D, CONTROL),
    DELETE,
    (Qt.Key.Key_Z, CONTROL),
    (Qt.Key.Key_Z, CONTROL | SHIFT),
)


def fingerprint(data: bytes) -> str:
    """What a state is known by in the journal."""
    return hashlib.sha256(data).hexdigest()


def file_of(folder: Path, number: int) -> Path:
    """The file that a session edits."""
    return folder / f"net{number}.gradwire"


def journal_of(folder: Path, number: int) -> Path:
    """Where a session notes its states: time and fingerprint, a line each."""
    return folder / f"journal{number}"


def session(folder: Path, number: int) -> None:
    """Edit a file in the real window, without end."""
    application = QApplication(["gradwire"])
    windows = make_windows(application, Settings(folder / f"settings{number}.ini"))
    window = windows.new()
    window.document.open(file_of(folder, number))
    window.live.switch(False)  # the machine's time is for changes and for writing
    window.autosave.close()
    window.autosave = Autosave(window.document, windows.settings, window, within=WITHIN)
    journal = journal_of(folder, number).open("a", buffering=1)
    dice = random.Random(number)

    def note() -> None:
        journal.write(f"{time.monotonic()} {fingerprint(dumps(window.document.graph))}\n")

    def change() -> None:
        press(window, dice)
        note()

    note()
    timer = QTimer(interval=PACE)
    timer.timeout.connect(change)
    timer.start()
    application.exec()


def press(window: Window, dice: random.Random) -> None:
    """Press a key that changes something."""
    graph, selection = window.document.graph, window.document.selection
    if not selection.nodes or dice.random() < 0.1:
        selection.set_nodes(dice.sample(sorted(graph.nodes), min(3, len(graph.nodes))))
    keys = KEYS if len(graph.nodes) < MOST_NODES else (DELETE,)
    key, modifiers = dice.choice(keys if len(graph.nodes) > 4 else KEYS[:7])
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, key, modifiers)


def nursery(folder: str, first: str, count: str) -> None:
    """Fork sessions, kill each at a random moment, print when; itself it never starts Qt."""
    place, dice = Path(folder), random.Random(int(first))
    check(by_hand())  # what all sessions need is imported once
    waiting = list(range(int(first), int(first) + int(count)))
    living: dict[int, tuple[int, int, float]] = {}  # by process: number, last change, and how long
    killed: dict[int, float] = {}
    while waiting or living:
        while waiting and len(living) < AT_ONCE:
            number = waiting.pop()
            child = _fork(lambda number=number: session(place, number))
            living[child] = (number, dice.randint(1, MOST_CHANGES), dice.uniform(0, 0.1))
        for child, (number, changes, rest) in list(living.items()):
            assert os.waitpid(child, os.WNOHANG) == (0, 0), f"session {number} ended by itself"
            if count_lines(journal_of(place, number)) > changes:
                time.sleep(rest)
                killed[number] = time.monotonic()
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                del living[child]
        time.sleep(0.002)
    print(json.dumps(killed))


def count_lines(path: Path) -> int:
    """How many lines a file has so far; 0 before it is there."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return child


def program_under_edit(path: str) -> None:
    """The program itself with a file: one change, then it tells that it waits for its end."""

    def change() -> None:
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
        if window.document.graph.nodes:
            timer.stop()
            window.document.selection.set_nodes({"w"})
            window.canvas.setFocus()
            QTest.keyClick(window.canvas, Qt.Key.Key_D, CONTROL)
            print(len(window.document.graph.nodes), flush=True)

    application = QApplication(["gradwire"])  # timers need one; the program takes it over
    timer = QTimer(application, interval=50)
    timer.timeout.connect(change)
    timer.start()
    program.run(path)


def program_after_it() -> None:
    """The program once more: press Enter in what it asks, tell what it shows, and crash."""

    def answer() -> None:
        widgets = QApplication.topLevelWidgets()
        dialogs = [widget for widget in widgets if isinstance(widget, RecoveryDialog)]
        if not dialogs:
            return  # the window is being made
        (dialog,) = dialogs
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        window = next(widget for widget in widgets if isinstance(widget, Window))
        document = window.document
        facts = {
            "nodes": len(document.graph.nodes),
            "path": str(document.path),
            "is_saved": document.is_saved,
            "is_marked": window.isWindowModified(),
        }
        print(json.dumps(facts), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    application = QApplication(["gradwire"])
    timer = QTimer(application, interval=50)
    timer.timeout.connect(answer)
    timer.start()
    program.run(None)


def prepare(folder: Path, numbers: range) -> None:
    """The files that sessions will edit."""
    for number in numbers:
        graph = by_hand()
        graph.configure(title=f"session {number}")
        save(graph, file_of(folder, number))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
