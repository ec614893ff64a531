"""The upper edge of the drawer: dragged up and down it makes the drawer higher or lower."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from gui.theme import Theme

HEIGHT = 5  # pixels that take the mouse
STEP = 24  # pixels, by the arrow keys


class Grip(QWidget):
    """A line that is dragged by mouse, or moved by the arrow keys where it has the focus."""

    dragged = Signal(int)  # pixels by which the drawer is to grow

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._from = theme, None
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Height of the drawer"))
        self.setToolTip(self.tr("Drag to make the drawer higher or lower."))
        theme.changed.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the edge."""
        self._from = event.globalPosition().y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lead it."""
        if self._from is None:
            return
        before = self.parentWidget().height()
        self.dragged.emit(round(self._from - event.globalPosition().y()))
        self._from -= self.parentWidget().height() - before

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._from = None

    def keyPressEvent(self, event) -> None:
        """Up makes the drawer higher, down lower."""
        steps = {Qt.Key.Key_Up: STEP, Qt.Key.Key_Down: -STEP}
        if event.key() in steps:
            self.dragged.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Repaint when the pointer or the keys come and go."""
        if event.type() in (
            QEvent.Type.Enter,
            QEvent.Type.Leave,
            QEvent.Type.FocusIn,
            QEvent.Type.FocusOut,
        ):
            self.update()
        return super().event(event)

    def paintEvent(self, event) -> None:
        """A hairline; thicker under the pointer and with the focus."""
        painter = QPainter(self)
        is_hot = self.underMouse() or self.hasFocus()
        if is_hot:
            painter.fillRect(0, 0, self.width(), 2, self._theme.color("text"))
        else:
            painter.fillRect(0, 0, self.width(), 1, self._theme.color("grid"))
        painter.end()
