"""The timeline's level of time: which time step of a loop the numbers are shown at."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.document import Document
from gui.slide_bar import SlideBar
from gui.theme import Theme

HEIGHT = 30
KNOB, TICK = 18.0, 8.0
LEAST_GAP = 8.0  # narrower time steps have no ticks
WORDS = 196  # the keys of the player take as much above it


class TimeSlider(SlideBar):
    """A slider over the time steps, a tick for each."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, HEIGHT, parent)
        self.setAccessibleName(self.tr("Time step"))
        self.valueChanged.connect(document.playhead.show_time)

    def paintEvent(self, event) -> None:
        """The track, what lies before t, the ticks, the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        self.paint_track(painter, middle)
        if self.x_of(1) - self.x_of(0) >= LEAST_GAP:
            painter.setPen(QPen(self._theme.color("line"), 1))
            for t in range(self.maximum() + 1):
                x = self.x_of(t)
                painter.drawLine(QPointF(x, middle - TICK / 2), QPointF(x, middle + TICK / 2))
        self.paint_knob(painter, self.value(), middle, KNOB)


class TimeBar(QWidget):
    """The slider with its words; hidden while nothing runs over time."""

    def __init__(
        self,
        document: Document,
        theme: Theme,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.setFixedHeight(HEIGHT)
        self.words = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.words.setFont(theme.font(12))
        self.words.setFixedWidth(WORDS)
        self.slider = TimeSlider(document, theme, self)
        tips = (actions["previous_time"].toolTip(), actions["next_time"].toolTip())
        self.slider.setToolTip("\n".join(tips))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.words)
        row.addWidget(self.slider, 1)
        for signal in (document.traced, document.playhead_moved, document.replaced):
            signal.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Stand at the time step that is shown."""
        head = self._document.playhead
        t, steps = head.t, head.time_steps
        self.setVisible(t is not None and steps is not None and steps > 1)
        if t is not None and steps is not None:
            self.slider.stand_at(t, steps - 1)
            text = self.tr("t = {0}, time step {1} of {2}").format(t, t + 1, steps)
            self.words.setText(text)
            self.slider.setAccessibleDescription(text)
