"""The line that opens over the canvas to edit one text where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from gui.borders import frame, paint_frame
from gui.inspector.labels import Sentence
from gui.theme import Theme

LEAST, MOST = 120, 480
TOLD = 280  # width from which a sentence can be read
MARGIN = 8
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
TAB = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class _Line(QLineEdit):
    """Keys that the canvas and the window use belong to the line while it is open."""

    ended = Signal(str)  # "apply", "cancel", "next" or "previous"
    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() in TAB:
            back = event.key() == Qt.Key.Key_Backtab
            self.ended.emit("previous" if back else "next")
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.ended.emit("apply")
        elif event.key() == Qt.Key.Key_Escape:
            self.ended.emit("cancel")
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        stays = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in stays:
            self.left.emit()


class InlineField(QFrame):
    """A line, and under it what is wrong with its text."""

    def __init__(self, theme: Theme, title: str, parent: QWidget, *, mono: bool) -> None:
        super().__init__(parent)
        self._theme, self._mono = theme, mono
        self._spot, self._room, self._least = QPoint(), QRect(), LEAST
        self.line = _Line(self)
        self.line.setAccessibleName(title)
        self.line.setToolTip(title)
        frame(self.line, theme)
        self.error = Sentence(theme, "error", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.error)
        self.line.textChanged.connect(self._fit)

    def open(self, text: str, placeholder: str) -> None:
        """Show a text, all of it selected, and take the keys."""
        self.line.setPlaceholderText(placeholder)
        self.line.setText(text)
        self.line.selectAll()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, sentence: str) -> None:
        """Say what is wrong, or that nothing is."""
        self.error.say(sentence, "error", "error")
        self.line.setAccessibleDescription(sentence)
        self._fit()

    def stand(self, spot: QPoint, room: QRect, pixels: int, least: int) -> None:
        """Stand with the middle of the line's left end at a spot, within a room."""
        self._spot, self._room, self._least = spot, room, max(least, LEAST)
        font = self._theme.font(13, mono=self._mono)
        font.setPixelSize(pixels)
        self.line.setFont(font)
        self._fit()

    def paintEvent(self, event) -> None:
        """A panel under line and sentence; the line alone has a border of its own."""
        if not self.error.said:
            return
        with QPainter(self) as painter:
            paint_frame(painter, self, self._theme)

    def mousePressEvent(self, event) -> None:
        """What is pressed beside the line is not for the canvas below."""
        event.accept()

    mouseReleaseEvent = mouseDoubleClickEvent = mousePressEvent

    def _fit(self) -> None:
        """As wide as the text needs, as high as the sentence needs, and in sight."""
        metrics = self.line.fontMetrics()
        shown = self.line.text() or self.line.placeholderText()
        width = max(metrics.horizontalAdvance(shown) + 32, self._least)
        if self.error.said:
            width = max(width, TOLD)
        width = min(width, MOST, max(self._room.width() - 2 * MARGIN, LEAST))
        self.line.setFixedHeight(metrics.height() + 10)
        height = self.line.height() + 8
        if self.error.said:
            self.error.setFixedWidth(width - 8)
            height += 4 + self.error.heightForWidth(width - 8)
        place = QRect(self._spot.x(), self._spot.y() - self.line.height() // 2 - 4, width, height)
        room = self._room.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        place.moveRight(min(place.right(), room.right()))
        place.moveBottom(min(place.bottom(), room.bottom()))
        place.moveLeft(max(place.left(), room.left()))
        place.moveTop(max(place.top(), room.top()))
        self.setGeometry(place)
