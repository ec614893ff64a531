"""What a window does with the settings: it follows each choice at once, whoever made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.window import Window


def _theme(w: Window) -> None:
    w.theme.choose(w.settings.theme)
    w.commands.refresh()


def _motion(w: Window) -> None:
    w.theme.allow_motion(w.settings.has_motion)


def _hands(w: Window) -> None:
    w.canvas.navigation.wheel_zooms = w.settings.wheel == "zooms"
    w.canvas.navigation.touchpad_zooms = w.settings.touchpad == "zooms"


def _grid(w: Window) -> None:
    w.canvas.canvas.snaps = w.settings.snaps
    w.canvas.canvas.has_dots = w.settings.has_dots
    w.canvas.canvas.update()


def _keys(w: Window) -> None:
    w.commands.follow_keys()
    w.sentence.follow()


# What is done about a setting, by its name; others are read when they are needed.
FOLLOW: Mapping[str, Callable[[Window], None]] = {
    "theme": _theme,
    "has_motion": _motion,
    "wheel": _hands,
    "touchpad": _hands,
    "snaps": _grid,
    "has_dots": _grid,
    "keys": _keys,
}
AT_START = ("has_motion", "wheel", "snaps")  # the rest was made from the settings


class Preferences(QObject):
    """Makes one window follow the settings that all windows share."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        window.settings.changed.connect(self._follow)
        for name in AT_START:
            self._follow(name)

    def _follow(self, name: str) -> None:
        if name in FOLLOW:
            FOLLOW[name](self._window)
