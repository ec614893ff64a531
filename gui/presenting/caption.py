"""The line below the canvas while one presents: the step's sentence, large, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.dress import dress
from gui.sentence import SentenceBar

if TYPE_CHECKING:
    from gui.window import Window

SCALE = 1.5


class Caption(QWidget):
    """A sentence bar in large type; in dark colours it offers light ones, which a beamer shows."""

    light_wanted = Signal()
    left = Signal()

    def __init__(self, window: Window, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._theme = window.theme
        self.sentence = SentenceBar(
            window.document, window.theme, self, window.how_to, SCALE, stacked=True
        )
        self.light = self._button(self.tr("Light colours"), self.light_wanted)
        self.light.setToolTip(self.tr("Light colours until the end: a beamer shows them better."))
        self.leave = self._button(self.tr("End (Esc)"), self.left)
        self.leave.setToolTip(self.tr("End (Esc): back to the whole window."))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.light)
        row.addWidget(self.leave)
        self._theme.changed.connect(self._offer)
        self._offer()

    def _button(self, text: str, does: Signal) -> QToolButton:
        button = dress(QToolButton(self, text=text), self._theme, "key")
        button.setFont(self._theme.font(13))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(text)
        button.clicked.connect(does)
        return button

    def _offer(self) -> None:
        self.light.setVisible(self._theme.is_dark)
