"""A bar to slide on: a press jumps to the pointer, and the knob shows where one stands."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from gui.theme import Theme

KNOB = QSize(10, 24)
TRACK = 4.0
MARGIN = 6.0  # of the bar at both sides, for the knob


class SlideBar(QAbstractSlider):
    """A slider over whole numbers from 0 on. What it looks like is for those who derive it."""

    def __init__(self, theme: Theme, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(120, height)
        self.setSingleStep(1)
        theme.changed.connect(self.update)

    def stand_at(self, value: int, last: int) -> None:
        """Show a place among 0 to `last`, without saying that it was chosen."""
        self.blockSignals(True)
        self.setRange(0, last)
        self.setPageStep(max(last // 10, 1))
        self.setValue(value)
        self.blockSignals(False)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide, and as high as it must be."""
        return QSize(480, self.minimumHeight())

    def mousePressEvent(self, event) -> None:
        """Jump to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event) -> None:
        """Slide along."""
        if self.isSliderDown():
            self.setValue(self.step_at(event.position().x()))

    def mouseReleaseEvent(self, event) -> None:
        """Let go."""
        self.setSliderDown(False)

    def step_at(self, x: float) -> int:
        """The value nearest to an x of the widget."""
        share = (x - MARGIN) / max(self.width() - 2 * MARGIN, 1)
        return round(min(max(share, 0), 1) * self.maximum())

    def x_of(self, value: float) -> float:
        """The x of a value."""
        return MARGIN + (self.width() - 2 * MARGIN) * value / max(self.maximum(), 1)

    def paint_track(self, painter: QPainter, middle: float) -> None:
        """The track, around a height of the widget."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("grid"))
        whole = self.width() - 2 * MARGIN
        painter.drawRoundedRect(QRectF(MARGIN, middle - TRACK / 2, whole, TRACK), 2, 2)

    def paint_knob(self, painter: QPainter, value: float, middle: float, height: float) -> None:
        """The knob around a height of the widget, with a frame while it has the focus."""
        x, width = self.x_of(value), KNOB.width()
        knob = QRectF(x - width / 2, middle - height / 2, width, height)
        painter.setPen(QPen(self._theme.color("panel"), 1))
        painter.setBrush(self._theme.color("text"))
        painter.drawRoundedRect(knob, 3, 3)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(knob.adjusted(-4, -4, 4, 4), 5, 5)
