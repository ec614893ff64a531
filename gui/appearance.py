"""How large the canvas is drawn, and in which colours the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.window import Window

ZOOM_STEP = 1.25


class Appearance(QObject):
    """What rows of the table of actions call to change how a window looks."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def zoom_in(self) -> None:
        """Draw the canvas larger."""
        self._window.unrolling.current.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Draw the canvas smaller."""
        self._window.unrolling.current.zoom_by(1 / ZOOM_STEP)

    def zoom_100(self) -> None:
        """Draw the canvas at its own size."""
        self._window.unrolling.current.zoom_to(1.0)

    def theme_system(self) -> None:
        """Light or dark as the system is."""
        self._choose_theme("system")

    def theme_light(self) -> None:
        """Light colours."""
        self._choose_theme("light")

    def theme_dark(self) -> None:
        """Dark colours."""
        self._choose_theme("dark")

    def _choose_theme(self, choice: str) -> None:
        self._window.theme.choose(choice)
        self._window.settings.theme = choice
