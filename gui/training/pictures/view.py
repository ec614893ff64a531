"""What all pictures of samples have in common: one sample is read, by mouse or by keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import Theme
from runtime.training.pictures.studio import Drawn, Studio

MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
}


LEAST = 184  # pixels from top to bottom


class View(QWidget):
    """A picture. `pointed(sample)` follows the pointer, `chosen(sample)` a click or the arrows.

    `sample` is the one that is read, here and in the other pictures.
    """

    pointed = Signal(object)  # a sample; None when the pointer has left
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.studio: Studio | None = None
        self.drawn: Drawn | None = None
        self.sample: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LEAST)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self.wide(LEAST), LEAST)

    def wide(self, height: int) -> int:
        """How wide it wants to be where it is so high."""
        return height

    def fit(self) -> None:
        """Take the width that goes with the height."""
        wanted = max(self.wide(self.height()), LEAST // 2)
        if wanted != self.width():
            self.setFixedWidth(wanted)

    def resizeEvent(self, event) -> None:
        """The width follows the height; the height follows nothing here."""
        super().resizeEvent(event)
        self.fit()

    def show_drawn(self, studio: Studio, drawn: Drawn) -> None:
        """Take the newest picture."""
        self.studio, self.drawn = studio, drawn
        self.update()

    def show_sample(self, sample: int | None) -> None:
        """Read a sample."""
        if sample != self.sample:
            self.sample = sample
            self.update()

    def sample_at(self, place: QPointF) -> int | None:
        """The sample that is drawn at a pixel."""
        return None

    def paint(self, painter: QPainter) -> None:
        """Draw what is shown."""
        raise NotImplementedError

    # --- events -----------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The picture, and a frame while it has the keys."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.drawn is not None and self.studio is not None:
            self.paint(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def mouseMoveEvent(self, event) -> None:
        """Read what is under the pointer."""
        if self.drawn is not None:
            self.pointed.emit(self.sample_at(event.position()))

    def mousePressEvent(self, event) -> None:
        """Choose what is under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton or self.drawn is None:
            super().mousePressEvent(event)
            return
        sample = self.sample_at(event.position())
        if sample is not None:
            self.chosen.emit(sample)

    def leaveEvent(self, event) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self.pointed.emit(None)

    def keyPressEvent(self, event) -> None:
        """Arrows go through the samples."""
        if self.drawn is None or event.key() not in MOVES:
            super().keyPressEvent(event)
            return
        self.chosen.emit(self.neighbour(MOVES[event.key()]))

    def neighbour(self, by: int) -> int:
        """The sample so many places after the one that is read."""
        count = len(self.drawn.verdicts)
        return 0 if self.sample is None else min(max(self.sample + by, 0), count - 1)
