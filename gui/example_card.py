"""An example as a button: its small picture, under it the title and a sentence."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.miniatures import SIZE, paint_miniature
from gui.theme import Theme

PADDING = 4
TITLE = 38  # two lines of the title
SENTENCE = 74  # five lines of the sentence
LED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
WRAPPED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


class ExampleCard(QAbstractButton):
    """Opens an example; `scale` makes its picture larger, a sentence stands below its title."""

    def __init__(
        self,
        path: Path,
        title: str,
        theme: Theme,
        parent: QWidget,
        scale: float = 1.0,
        sentence: str = "",
    ) -> None:
        super().__init__(parent)
        self.path, self._theme, self._sentence = path, theme, sentence
        self._picture = QSize(round(SIZE.width() * scale), round(SIZE.height() * scale))
        self.setText(title)
        self.setFont(theme.font(12))
        self.setAccessibleName(self.tr("Open the example {0}").format(title))
        self.setAccessibleDescription(sentence)
        self.setToolTip(f"<qt>{html.escape(sentence or title)}</qt>")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(self.sizeHint())
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The picture, the title and what is around them."""
        picture = self._picture
        texts = TITLE + (SENTENCE if self._sentence else 0)
        return QSize(picture.width() + 2 * PADDING, picture.height() + texts + 2 * PADDING)

    def keyPressEvent(self, event) -> None:
        """Enter opens it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event) -> None:
        """Show that it can be pressed."""
        self.update()

    def leaveEvent(self, event) -> None:
        """And that it is not about to be."""
        self.update()

    def paintEvent(self, event) -> None:
        """A panel with picture and title; a stronger border while it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_pointed = self.underMouse() or self.isDown()
        width = 2 if self.hasFocus() else 1
        painter.setPen(QPen(self._theme.color("text" if self.hasFocus() else "line"), width))
        painter.setBrush(self._theme.color("selected" if is_pointed else "panel"))
        edge = self.rect().toRectF().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(edge, 8, 8)
        room = QRectF(PADDING, PADDING, self._picture.width(), self._picture.height())
        paint_miniature(painter, self.path, room.adjusted(4, 4, -4, -4), self._theme)
        self._paint_texts(painter, QRectF(8, room.bottom(), room.width() - 8, TITLE))

    def _paint_texts(self, painter: QPainter, room: QRectF) -> None:
        painter.setFont(self.font())
        painter.setPen(self._theme.color("text"))
        painter.drawText(room, int(WRAPPED), self.text())
        if self._sentence:
            painter.setFont(self._theme.font(11))
            painter.setPen(self._theme.color("muted"))
            below = QRectF(room.left() + 4, room.bottom(), room.width() - 8, SENTENCE)
            painter.drawText(below, int(LED), self._sentence)
