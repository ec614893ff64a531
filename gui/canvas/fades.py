"""A change of a node's state comes softly: marks and muting fade, unless motion is off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal

if TYPE_CHECKING:
    from gui.canvas.looks import Mark
    from gui.theme import Theme

State = tuple["Mark", bool]  # mark, and whether it is muted


class Fades(QObject):
    """Remembers what was painted last, and says for a moment how far the new state has come."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._painted: dict[str, State] = {}
        self._before: dict[str, State] = {}
        self._way = QVariantAnimation(self, startValue=0.0, endValue=1.0)
        self._way.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._way.valueChanged.connect(self.changed)

    def begin(self) -> None:
        """States may be others now."""
        duration = self._theme.duration("state")
        if duration and self._painted:
            self._before = dict(self._painted)
            self._way.stop()
            self._way.setDuration(duration)
            self._way.start()

    def skip(self) -> None:
        """States are others at once: while one slides there is no time for softness."""
        self._way.stop()
        self._before = {}

    def forget(self) -> None:
        """Another graph: nothing was painted of it."""
        self._painted, self._before = {}, {}

    def of(self, id_: str, state: State) -> tuple[State, float]:
        """The state that a node comes from, and the share of the way that is done."""
        if not self._theme.motion:
            return state, 1.0
        self._painted[id_] = state
        if self._way.state() != QVariantAnimation.State.Running:
            return state, 1.0
        return self._before.get(id_, state), float(self._way.currentValue())

    @property
    def under_way(self) -> Iterable[str]:
        """The nodes whose state is changing."""
        before = self._before
        return [id_ for id_, state in self._painted.items() if before.get(id_, state) != state]
