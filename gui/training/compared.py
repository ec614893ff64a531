"""Which runs are drawn beside the newest one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from gui.training.running import Running
    from gui.training.runs import Run

BESIDE = 3  # runs that are drawn by themselves, the newest among them


class Compared(QObject):
    """The newest runs by themselves, and those that one has chosen; or without those left out."""

    changed = Signal()

    def __init__(self, running: Running, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running = running
        self._chosen: dict[int, bool] = {}

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that are drawn, oldest first; the last one is the newest of all."""
        return tuple(run for run in self._running.runs if self.has(run))

    def has(self, run: Run) -> bool:
        """Whether a run is drawn; the newest always is."""
        newest = self._running.runs[-1].id
        if run.id == newest:
            return True
        return self._chosen.get(run.id, run.id > newest - BESIDE)

    def choose(self, run: Run, is_drawn: bool) -> None:
        """Draw a run, or leave it out."""
        if self.has(run) != is_drawn:
            self._chosen[run.id] = is_drawn
            self.changed.emit()

    def forget(self) -> None:
        """Another document: what was chosen is nothing there."""
        self._chosen.clear()
