"""The dark screen of a presenter's remote: nothing is to be seen for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from gui.theme import Theme


class Blank(QWidget):
    """Covers the stage in the darker of the theme's grounds, until it is clicked or hidden."""

    def __init__(self, theme: Theme, stage: QWidget) -> None:
        super().__init__(stage)
        self._theme = theme
        self.setAccessibleName(self.tr("Dark screen"))
        stage.installEventFilter(self)
        self.setGeometry(stage.rect())
        self.hide()

    def toggle(self) -> None:
        """Cover the stage, or show it again."""
        self.setVisible(self.isHidden())
        self.raise_()

    def mousePressEvent(self, event) -> None:
        """A click shows the stage again."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the stage."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.parentWidget().rect())
        return False

    def paintEvent(self, event) -> None:
        """One dark colour."""
        painter = QPainter(self)
        token = "canvas" if self._theme.is_dark else "text"
        painter.fillRect(self.rect(), self._theme.color(token))
        painter.end()
