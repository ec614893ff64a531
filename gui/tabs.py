"""A row of tabs in the theme's inks: the chosen one is filled and underlined."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QTabBar, QWidget

from gui.theme import Theme

HEIGHT = 32
MANY = 5  # from so many on the names are written smaller
AIR = 12  # pixels that a tab is wider than its text needs, where tabs do not fill a row


class Tabs(QTabBar):
    """Equal tabs over the whole width, or side by side; arrow keys move between them."""

    def __init__(
        self,
        theme: Theme,
        names: list[str],
        parent: QWidget | None = None,
        *,
        fills: bool = True,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._more = 0 if fills else AIR
        self.setDrawBase(False)
        self.setExpanding(fills)
        self.setUsesScrollButtons(False)
        self._size = 12 if fills and len(names) >= MANY else 13
        self.setFont(theme.font(self._size))
        for name in names:
            self.addTab(name)
        theme.changed.connect(self.update)

    def tabSizeHint(self, index: int) -> QSize:
        return QSize(super().tabSizeHint(index).width() + self._more, HEIGHT)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return QSize(24, HEIGHT) if self.expanding() else self.tabSizeHint(index)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            if self.isTabVisible(index):
                self._paint_tab(painter, index)
        painter.end()

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        room = QRectF(self.tabRect(index)).adjusted(2, 2, -2, -2)
        chosen = index == self.currentIndex()
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("selected"))
            painter.drawRoundedRect(room, 6, 6)
            painter.setBrush(self._theme.color("text"))
            painter.drawRect(QRectF(room.left() + 12, room.bottom() - 2, room.width() - 24, 2))
        if chosen and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawRoundedRect(room, 6, 6)
        painter.setFont(self._theme.font(self._size, 600 if chosen else 400))
        painter.setPen(self._theme.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
