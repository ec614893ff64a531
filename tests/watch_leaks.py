"""What a test of the interface must not leave behind: threads, timers, animations, windows."""

from __future__ import annotations

import gc
import threading
import time

from PySide6.QtCore import (
    QAbstractAnimation,
    QCoreApplication,
    QEvent,
    QObject,
    QThread,
    QThreadPool,
    QTimer,
)
from PySide6.QtWidgets import QApplication, QToolTip
from shiboken6 import isValid

PATIENCE = 10.0  # seconds for what is about to end, on a machine that has other things to do
RUNNING = QAbstractAnimation.State.Running
QTS_OWN = frozenset({"QTipLabel", "QShapedPixmapWidget"})  # Qt keeps these, one a program


class Leavings:
    """What there was before a test; `found` says what is left over after it."""

    def __init__(self) -> None:
        self._threads = python_threads()
        self._windows = {id(window): window for window in QApplication.topLevelWidgets()}
        self._active = {id(thing): thing for thing in active_things()}

    def found(self) -> list[str]:
        """A sentence for each thing left over; waits for what is about to end."""
        QToolTip.hideText()
        settle()
        end = time.monotonic() + PATIENCE
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(0.01)
            settle()
        return left

    def _left(self) -> list[str]:
        threads = [f"thread {t.name}" for t in python_threads() if t not in self._threads]
        pool = QThreadPool.globalInstance()
        if pool.activeThreadCount():
            threads.append(f"{pool.activeThreadCount()} threads of the global pool")
        active = [described(t) for t in active_things() if id(t) not in self._active]
        windows = [
            f"window {type(w).__name__} {w.windowTitle()!r}"
            for w in QApplication.topLevelWidgets()
            if id(w) not in self._windows and w.metaObject().className() not in QTS_OWN
        ]
        return threads + active + windows


def settle() -> None:
    """Let Qt delete what was to be deleted."""
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def python_threads() -> set[threading.Thread]:
    """Threads started in Python; a record that logging made of a thread of Qt's never ends."""
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def active_things() -> list[QObject]:
    """Timers that tick, threads and animations that run, of those made in Python."""
    is_kind: dict[type, bool] = {}
    found = []
    for thing in gc.get_objects():
        kind = type(thing)
        known = is_kind.get(kind)
        if known is None:
            known = is_kind[kind] = issubclass(kind, (QTimer, QThread, QAbstractAnimation))
        if known and isValid(thing) and _is_active(thing):
            found.append(thing)
    return found


def described(thing: QObject) -> str:
    """What a timer, thread or animation is, and whose."""
    owner = thing.parent()
    whose = f" of {type(owner).__name__}" if owner is not None else ""
    if isinstance(thing, QTimer):
        return f"timer of {thing.interval()} ms{whose}"
    kind = "thread" if isinstance(thing, QThread) else "animation"
    return f"{kind} {type(thing).__name__}{whose}"


def _is_active(thing: QObject) -> bool:
    if isinstance(thing, QTimer):
        return thing.isActive()
    if isinstance(thing, QThread):
        return thing.isRunning() and thing != QThread.currentThread()
    return thing.state() == RUNNING
