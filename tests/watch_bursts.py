"""A watch on the GUI thread: how much work it does in one go, while its window takes no input.

The machine that tests run on is shared, so no clock is read: what counts is the thread's own CPU
time between two turns of its event loop. Python's collector is left out, for the heap it walks is
the tests'. What a test does by itself, outside of the event loop and its hands, is not measured.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEventLoop
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from gui.windows import Windows

LIMIT_MS = 50.0
WINDOW_MS = 150.0  # what a whole new window may take, wherever it is made
GENEROUS = 5.0  # caches are cold in a test process, and the cores are shared
TRACED = 2.0  # times slower where every line is counted for the coverage
PACE_MS = 3.0  # what `_pace` takes on the machine that the limit was made on
HANDS = (
    "keyClick keyClicks keyPress keyRelease mouseClick mouseDClick mouseMove mousePress"
    " mouseRelease qWait"
)
# Where Python hands events to Qt: each call's work counts, also outside of a loop.
DOORS = (
    *((QTest, name) for name in HANDS.split()),
    (QCoreApplication, "processEvents"),
    (QEventLoop, "exec"),
    (QAction, "trigger"),
)


class Bursts:
    """Collects stretches of work above the limit, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.found: list[float] = []
        self.limit = LIMIT_MS * GENEROUS * (TRACED if sys.gettrace() is not None else 1)
        self._depth = 0
        self._windows = 0
        self._since = self._collecting = self._collected = 0.0

    @contextmanager
    def watching(self) -> Iterator[Bursts]:
        """Measure while this lasts."""
        global _watch
        dispatcher = QAbstractEventDispatcher.instance()
        # Both tell of one turn of the loop; platforms differ in where within it they stand.
        turns = (dispatcher.awake, dispatcher.aboutToBlock)
        for turn in turns:
            turn.connect(self.turn)
        gc.callbacks.append(self._note_collection)
        _watch = self
        try:
            yield self
        finally:
            _watch = None
            gc.callbacks.remove(self._note_collection)
            for turn in turns:
                turn.disconnect(self.turn)

    def enter(self) -> None:
        """A call that delivers events begins."""
        self._depth += 1
        if self._depth == 1:
            self._mark()

    def leave(self) -> None:
        """It ends."""
        self.turn()
        self._depth -= 1

    def note_window(self) -> None:
        """A window was made within this burst."""
        self._windows += 1

    def turn(self) -> None:
        """The loop has come round: what was done since the last time was one burst."""
        if not self._depth:
            return
        took = (time.thread_time() - self._since - self._collected) * 1000
        took -= self._windows * WINDOW_MS * GENEROUS
        self.longest = max(self.longest, took)
        if took > self.limit and took > self.limit * slowness():
            self.found.append(took)
        self._mark()

    def _mark(self) -> None:
        self._collected, self._windows = 0.0, 0
        self._since = time.thread_time()

    def _note_collection(self, phase: str, _info: dict) -> None:
        now = time.thread_time()
        if phase == "start":
            self._collecting = now
        else:
            self._collected += now - self._collecting


_watch: Bursts | None = None


def slowness() -> float:
    """How many times slower than the reference machine this one is at the moment, at least 1."""
    return max(1.0, min(_pace() for _ in range(3)) / PACE_MS)


def _pace() -> float:
    start = time.thread_time()
    numbers = {}
    for number in range(20_000):
        numbers[number] = str(number)
    return (time.thread_time() - start) * 1000


def _door(call: Callable) -> Callable:
    @wraps(call)
    def passed(*args, **kwargs):
        watch = _watch
        if watch is None:
            return call(*args, **kwargs)
        watch.enter()
        try:
            return call(*args, **kwargs)
        finally:
            watch.leave()

    return passed


def install() -> None:
    """Put the watch at every door, once a process."""
    for owner, name in DOORS:
        call = _door(getattr(owner, name))
        is_method = owner in (QEventLoop, QAction)
        setattr(owner, name, call if is_method else staticmethod(call))
    make = Windows.make

    def noted(windows: Windows):
        if _watch is not None:
            _watch.note_window()
        return make(windows)

    Windows.make = noted
