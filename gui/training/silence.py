"""A worker that says nothing any more, though its process is there: noticed after a while."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

SECONDS = 10.0  # a worker tells twice a second that it lives


class Silence(QObject):
    """Listens for signs of life, and tells once when none came for so many seconds."""

    noticed = Signal()

    def __init__(self, parent: QObject | None = None, seconds: float = SECONDS) -> None:
        super().__init__(parent)
        self.seconds = seconds
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def watch(self, *, is_on: bool) -> None:
        """Listen from now on, or no longer."""
        self.hear()
        if is_on:
            self._timer.start(round(100 * self.seconds))
        else:
            self._timer.stop()

    def hear(self) -> None:
        """A sign of life."""
        self._last = time.monotonic()

    def _look(self) -> None:
        if time.monotonic() - self._last > self.seconds:
            self._timer.stop()  # said once; a new state listens anew
            self.noticed.emit()
