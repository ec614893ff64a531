"""Workspaces: one document, and for each kind of work the docks that serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Signal

from gui.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget

    from gui.window import Window

NAMES = ("build", "step", "diagnose", "train")
VERSION = 1  # of what is kept; another number makes it forgotten
START = "build"


class Workspaces(QObject):
    """Which docks are shown. Each workspace remembers its own, between starts too."""

    turning = Signal()  # docks are about to come or go
    changed = Signal()

    def __init__(
        self, window: Window, settings: Settings, left: QDockWidget, right: QDockWidget
    ) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._left, self._right = left, right
        self.current = ""
        kept = settings.bytes_of("workspace")
        self.show(kept if kept in NAMES else START)

    @property
    def is_left_shown(self) -> bool:
        """Whether palette and outline are there."""
        return not self._left.isHidden()

    @property
    def is_right_shown(self) -> bool:
        """Whether the inspector is there."""
        return not self._right.isHidden()

    def build(self) -> None:
        """For putting a graph together."""
        self.show("build")

    def step(self) -> None:
        """For following a run."""
        self.show("step")

    def diagnose(self) -> None:
        """For finding what is wrong."""
        self.show("diagnose")

    def train(self) -> None:
        """For seeing the graph learn."""
        self.show("train")

    def show(self, name: str) -> None:
        """Go to a workspace and its docks as they were left there."""
        if name == self.current:
            return
        self.turning.emit()
        self.keep()
        self.current = name
        state = self._settings.bytes_of(f"docks/{name}")
        if not (isinstance(state, QByteArray) and self._window.restoreState(state, VERSION)):
            self._left.setVisible(name == "build")
            self._right.setVisible(True)
        self.changed.emit()

    def keep(self) -> None:
        """Remember the docks of the workspace that is shown."""
        if self.current:
            self._settings.keep_bytes(f"docks/{self.current}", self._window.saveState(VERSION))
            self._settings.keep_bytes("workspace", self.current)

    def toggle_left(self) -> None:
        """Show or hide palette and outline."""
        self.turning.emit()
        self._left.setVisible(not self.is_left_shown)
        self.changed.emit()

    def toggle_right(self) -> None:
        """Show or hide the inspector."""
        self.turning.emit()
        self._right.setVisible(not self.is_right_shown)
        self.changed.emit()
