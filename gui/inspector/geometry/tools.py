"""The buttons under a picture: nearer, farther, back to the run, into the graph."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.inspector.buttons import Button
from gui.inspector.geometry.movable import ZOOM
from gui.theme import Theme


class Tools(QWidget):
    """`zoomed(factor)`, `returned` and `settled` are what is asked for."""

    zoomed = Signal(float)
    returned = Signal()
    settled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rows = (
            ("", self.tr("See more of the function"), self._zoom_out, "zoom_out"),
            ("", self.tr("See less, from nearer"), self._zoom_in, "zoom_in"),
            (
                self.tr("Back"),
                self.tr("Take the point back to where the run stands"),
                self.returned.emit,
                "reset",
            ),
            (self.tr("Set"), self.tr("Write this value into the graph"), self.settled.emit, ""),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        buttons = []
        for text, name, then, icon_name in rows:
            button = Button(theme, text, name, then, icon_name=icon_name, parent=self)
            buttons.append(button)
            row.addWidget(button)
        self.zoom_out, self.zoom_in, self.back, self.set = buttons

    def offer(self, *, is_moved: bool, can_set: bool) -> None:
        """Only a point that was moved goes back, or into the graph where that keeps it."""
        self.back.setEnabled(is_moved)
        self.set.setEnabled(is_moved)
        self.set.setVisible(can_set)

    def _zoom_in(self) -> None:
        self.zoomed.emit(ZOOM)

    def _zoom_out(self) -> None:
        self.zoomed.emit(1 / ZOOM)
