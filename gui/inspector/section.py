"""A section of a page: a hairline, a title, and what stands below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.icons import icon
from gui.inspector.labels import Label, Rule
from gui.theme import Theme


class Section(QWidget):
    """A titled part of a page."""

    def __init__(
        self, theme: Theme, title: str, *parts: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Rule(self))
        column.addSpacing(4)
        column.addWidget(Label(theme, title, size=13, weight=600, parent=self))
        for part in parts:
            column.addWidget(part)
        self.column = column


class Heading(QWidget):
    """The page's title: an icon if there is one, the words, and a line below them."""

    def __init__(self, theme: Theme, icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon = theme, icon_name
        self._mark = QLabel(self)
        self._mark.setFixedWidth(18)
        self._mark.setVisible(bool(icon_name))
        self.title = Label(theme, size=15, weight=600, parent=self)
        self.title.cut = Qt.TextElideMode.ElideMiddle  # both ends of an edge can be read
        self.subtitle = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._mark)
        head.addWidget(self.title)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.subtitle)
        theme.changed.connect(self._draw)
        self._draw()

    def say(self, title: str, subtitle: str = "") -> None:
        """Set both texts."""
        self.title.say(title)
        self.subtitle.say(subtitle)
        self.subtitle.setVisible(bool(subtitle))

    def _draw(self) -> None:
        if self._icon:
            drawing = icon(self._icon, self._theme.color("text"))
            self._mark.setPixmap(drawing.pixmap(16, 16))
