"""What the window does about composites: the palette lists the document's definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.window import Window


class Composites(QObject):
    """The commands about composites, and what follows the document's definitions."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._document.edited.connect(self._follow)
        self._document.replaced.connect(self._follow)

    def _follow(self) -> None:
        self._window.palette_panel.follow(self._document.graph.catalogue)
