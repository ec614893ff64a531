"""Telling of what changes all the time: at once, but not more often than a picture can follow."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

PACE = 33  # milliseconds


class Pace(QObject):
    """`told` follows a `tell` at once, and then again when a while has gone by."""

    told = Signal()

    def __init__(self, parent: QObject | None = None, interval: int = PACE) -> None:
        super().__init__(parent)
        self._is_news = False
        self._pause = QTimer(self, singleShot=True, interval=interval)
        self._pause.timeout.connect(self._look)

    def tell(self) -> None:
        """Something is new."""
        self._is_news = True
        if not self._pause.isActive():
            self._look()

    def stop(self) -> None:
        """Nobody is to be told any more."""
        self._is_news = False
        self._pause.stop()

    def _look(self) -> None:
        if self._is_news:
            self._is_news = False
            self._pause.start()
            self.told.emit()
