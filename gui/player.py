"""Plays the steps, from half a step to ten a second."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from gui.playhead import Playhead

SPEEDS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0)  # steps a second


class Player(QObject):
    """Moves the playhead on by itself until the end, or until it is stopped."""

    changed = Signal()  # playing or not, or another speed
    stepped = Signal(object, object)  # it moved the playhead: from where in the whole run, to where

    def __init__(self, playhead: Playhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._speed = 2.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on)
        playhead.held.connect(self.stop)

    @property
    def is_playing(self) -> bool:
        """Whether it moves on by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Steps a second."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Choose how many steps a second, from 0.5 to 10."""
        self._speed = min(max(speed, SPEEDS[0]), SPEEDS[-1])
        self._timer.setInterval(round(1000 / self._speed))
        self.changed.emit()

    def toggle(self) -> None:
        """Play, from the start where all steps are done; or stop."""
        if self.is_playing:
            self.stop()
        elif self._playhead.steps:
            if self._playhead.is_at_end:
                self._playhead.first()
            self._timer.start(round(1000 / self._speed))
            self.changed.emit()

    def stop(self) -> None:
        """Stay where it is."""
        if self.is_playing:
            self._timer.stop()
            self.changed.emit()

    def _on(self) -> None:
        before = self._playhead.whole
        self._playhead.next()
        if self._playhead.is_at_end:
            self.stop()
        self.stepped.emit(before, self._playhead.whole)
