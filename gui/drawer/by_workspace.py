"""Each workspace remembers which panel of the drawer was open in it, between starts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.drawer.tabs import TABS

if TYPE_CHECKING:
    from gui.window import Window

# The panel that a workspace opens when one first comes to it.
AT_FIRST = {"diagnose": "health", "train": "training"}
KEPT = "drawer/in/"


class DrawerByWorkspace(QObject):
    """Opens and closes the drawer as it was left in the workspace that one goes to."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._drawer, self._settings = window.drawer, window.settings
        self._workspaces = window.workspaces
        self._current = ""
        window.workspaces.changed.connect(self._turn)
        window.drawer.changed.connect(self._keep)
        self._turn()

    def _turn(self) -> None:
        name = self._workspaces.current
        if name == self._current:
            return
        self._current = name
        kept = self._settings.bytes_of(KEPT + name)
        wanted = AT_FIRST.get(name, "") if kept is None else str(kept)
        if wanted in {tab.id for tab in TABS}:
            self._drawer.show_tab(wanted)
        elif self._drawer.current:
            self._drawer.close_drawer()

    def _keep(self) -> None:
        self._settings.keep_bytes(KEPT + self._current, self._drawer.current)
