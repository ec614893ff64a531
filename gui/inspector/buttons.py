"""The inspector's buttons: a verb each, with a border that can be seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from gui.borders import paint_frame
from gui.icons import paint_icon
from gui.theme import Theme

HEIGHT = 26
ICON, GAP, MARGIN = 16, 4, 8


class Button(QPushButton):
    """A verb, and an icon if there is one; `name` says more to who cannot see the neighbours."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        name: str,
        then: Callable[[], object],
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
        self.clicked.connect(lambda: then())
        theme.changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = self._content() + 2 * MARGIN
        return QSize(width, max(metrics.height() + 10, HEIGHT))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_frame(painter, self, self._theme)
        ink = self._theme.color("text", 1.0 if self.isEnabled() else 0.4)
        left = (self.width() - self._content()) / 2
        if self._icon:
            room = QRectF(left, (self.height() - ICON) / 2, ICON, ICON)
            paint_icon(painter, self._icon, room, ink)
            left += ICON + GAP
        painter.setFont(self.font())
        painter.setPen(ink)
        words = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    def _content(self) -> int:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return width + (ICON + GAP if self._icon else 0)
