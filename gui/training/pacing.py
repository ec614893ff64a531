"""Drawing that leaves the window's thread free: often, but never for most of its time."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

PACE = 100  # milliseconds between two drawings
SHARE = 5  # a drawing waits so many times as long as the last one took


class Paced(QObject):
    """Does something soon after it was asked for, ten times a second at most.

    What takes long is done more rarely: a fifth of the thread's time is the most that it gets.
    """

    def __init__(self, does: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._does = does
        self._is_wanted = False
        self._wait = QTimer(self, singleShot=True)
        self._wait.timeout.connect(self._go)

    def ask(self) -> None:
        """Do it now, or as soon as the last time is long enough ago."""
        self._is_wanted = True
        if not self._wait.isActive():
            self._go()

    def _go(self) -> None:
        if not self._is_wanted:
            return
        self._is_wanted = False
        since = time.perf_counter()
        self._does()
        took = (time.perf_counter() - since) * 1000
        self._wait.start(round(max(PACE, SHARE * took)))
