"""The zoom in the canvas's lower left corner: smaller, the present zoom, larger, fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.dress import dress
from gui.icons import icon

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MARGIN = 12
SIDE = 28
STEP = 1.25
COMMANDS = ("zoom_out", "zoom_100", "zoom_in", "zoom_fit")


class ZoomBar(QWidget):
    """Four keys; the middle one says the zoom and goes back to 100 %."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setAccessibleName(self.tr("Zoom"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.smaller = self._key("zoom_out", self.tr("Zoom out"), lambda: view.zoom_by(1 / STEP))
        self.percent = self._key("", self.tr("Zoom to 100 %"), lambda: view.zoom_to(1.0))
        self.percent.setFont(view.theme.font(11))
        self.percent.setFixedWidth(48)
        self.larger = self._key("zoom_in", self.tr("Zoom in"), lambda: view.zoom_by(STEP))
        self.fit = self._key("fit", self.tr("Zoom to fit"), view.zoom_to_fit)
        view.zoom_changed.connect(self._follow)
        view.theme.changed.connect(self._dress)
        self._dress()
        self._follow(view.zoom)

    def place(self) -> None:
        """Stand in the lower left corner."""
        self.adjustSize()
        self.move(MARGIN, self._view.height() - self.height() - MARGIN)

    def wheelEvent(self, event) -> None:
        """A wheel does here what it does on the canvas; it would end here otherwise."""
        self._view.navigation.wheel(event)

    def take(self, actions: Mapping[str, QAction]) -> None:
        """Say in the tips what the window's actions say, with the keys as they are."""
        self._actions = [actions[name] for name in COMMANDS]
        for action in self._actions:
            action.changed.connect(self._tell)
        self._tell()

    def _key(self, drawing: str, tip: str, does: Callable[[], None]) -> QToolButton:
        key = dress(QToolButton(self), self._view.theme, "key")
        key.setProperty("drawing", drawing)
        key.setFixedSize(SIDE, SIDE)
        key.setIconSize(QSize(16, 16))
        key.setToolTip(tip)
        key.setAccessibleName(tip)
        key.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        key.clicked.connect(lambda: does())
        self._row.addWidget(key)
        return key

    def _dress(self) -> None:
        ink = self._view.theme.color("text")
        for key in self.findChildren(QToolButton):
            if key.property("drawing"):
                key.setIcon(icon(key.property("drawing"), ink))

    def _tell(self) -> None:
        keys = (self.smaller, self.percent, self.larger, self.fit)
        for key, action in zip(keys, self._actions, strict=True):
            key.setToolTip(action.toolTip())

    def _follow(self, zoom: float) -> None:
        self.percent.setText(f"{round(zoom * 100)}%")
