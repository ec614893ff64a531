"""The pulse of a step: for a moment the ring of the current node stands out."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QElapsedTimer, QObject, QVariantAnimation, Signal

from gui.theme import Theme

MOST_STEPS = 3  # a second; above that a pulse would be flicker
EXTRA = 4.0  # by how many pixels the ring is wider at first


class Pulse(QObject):
    """Gives the extra width of a ring after each step; nothing with motion off."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._since = QElapsedTimer()
        self._swell = QVariantAnimation(self, startValue=EXTRA, endValue=0.0)
        self._swell.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._swell.valueChanged.connect(self.changed)

    @property
    def extra(self) -> float:
        """Pixels to add to the ring's width now."""
        is_on = self._swell.state() == QVariantAnimation.State.Running
        return float(self._swell.currentValue()) if is_on else 0.0

    def beat(self) -> bool:
        """A step was made; whether it did not follow the one before too fast for motion."""
        self._swell.stop()
        duration = self._theme.duration("pulse")
        is_rare = not self._since.isValid() or self._since.elapsed() >= 1000 / MOST_STEPS
        self._since.restart()
        if duration and is_rare:
            self._swell.setDuration(duration)
            self._swell.start()
        return is_rare
