"""The inspector's buttons: a verb each, with a border that can be seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from gui.icons import icon
from gui.inspector.fields import frame
from gui.theme import Theme


class Button(QPushButton):
    """A verb, and an icon if there is one; `name` says more to who cannot see the neighbours."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        name: str,
        then: Callable[[], None],
        *,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._theme, self._icon = theme, icon_name
        self.setFont(theme.font(12))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(16, 16))
        self.clicked.connect(lambda: then())
        theme.changed.connect(self._draw)
        frame(self, theme)
        self._draw()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        width = self.fontMetrics().horizontalAdvance(self.text()) + 16
        return QSize(width + (20 if self._icon else 0), max(hint.height(), 26))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def _draw(self) -> None:
        if self._icon:
            self.setIcon(icon(self._icon, self._theme.color("text")))
