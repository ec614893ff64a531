"""A name that leads somewhere: underlined, reached with Tab, followed with a click or Space."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui.theme import Theme


class Link(QAbstractButton):
    """A name in mono; plain ink without a line below it where it leads nowhere."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._opens = theme, True
        self.setText(text)
        self.setFont(theme.font(12, 600, mono=True))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_open(True)
        theme.changed.connect(self.update)

    def set_open(self, opens: bool) -> None:
        """Whether a click leads somewhere."""
        self._opens = opens
        focus = Qt.FocusPolicy.StrongFocus if opens else Qt.FocusPolicy.NoFocus
        cursor = Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor
        self.setFocusPolicy(focus)
        self.setCursor(cursor)
        self.setEnabled(opens)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = min(metrics.horizontalAdvance(self.text()), 140)
        return QSize(width + 4, metrics.height() + 4)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self._theme.color("text"))
        room = self.rect().adjusted(0, 1, -2, -1)
        side = Qt.TextElideMode.ElideRight
        text = self.fontMetrics().elidedText(self.text(), side, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if self._opens:
            line = room.bottom()
            width = self.fontMetrics().horizontalAdvance(text)
            painter.fillRect(0, line, width, 2 if self.hasFocus() else 1, painter.pen().color())
        painter.end()
