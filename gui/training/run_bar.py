"""The timeline's level of the run: which moment of a training is shown."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.inspector.labels import Label
from gui.numbers import format_count
from gui.slide_bar import MARGIN, TRACK, SlideBar
from gui.theme import Theme
from gui.time_bar import HEIGHT, KNOB, LEAST_GAP, TICK, WORDS
from gui.training.moments import go_to, place, places
from gui.training.pages import tr
from gui.training.words import place_of, run_name

if TYPE_CHECKING:
    from gui.training.running import Running


class MomentSlider(SlideBar):
    """A slider over the kept moments of a run, each where its update lies in the whole run.

    Its last place is the newest state, behind all that is kept.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, HEIGHT, parent)
        self.updates: tuple[int, ...] = (0,)
        self._total = 1
        self.setAccessibleName(tr("Moment of the training"))

    def show_moments(self, updates: tuple[int, ...], total: int, index: int) -> None:
        """Stand at one of these updates, of `total` that the run will have."""
        self.updates, self._total = updates, max(total, updates[-1], 1)
        self.stand_at(index, len(updates) - 1)

    def x_of(self, value: float) -> float:
        """The x of a place; moments are as far apart as their updates."""
        update = self.updates[min(int(value), len(self.updates) - 1)]
        return MARGIN + (self.width() - 2 * MARGIN) * update / self._total

    def step_at(self, x: float) -> int:
        """The place nearest to an x of the widget."""
        update = (x - MARGIN) / max(self.width() - 2 * MARGIN, 1) * self._total
        after = bisect_left(self.updates, update)
        around = range(max(after - 1, 0), min(after + 1, len(self.updates)))
        return min(around, key=lambda i: abs(self.updates[i] - update), default=self.maximum())

    def paintEvent(self, event) -> None:
        """The whole run, what is done of it, a tick for each moment, the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, whole = self.height() / 2, self.width() - 2 * MARGIN
        self.paint_track(painter, middle)
        done = whole * self.updates[-1] / self._total
        painter.setBrush(self._theme.color("line"))
        painter.drawRoundedRect(QRectF(MARGIN, middle - TRACK / 2, done, TRACK), 2, 2)
        painter.setPen(QPen(self._theme.color("line"), 1))
        before = -LEAST_GAP
        for index in range(len(self.updates)):
            x = self.x_of(index)
            if x - before >= LEAST_GAP / 2:
                painter.drawLine(QPointF(x, middle - TICK / 2), QPointF(x, middle + TICK / 2))
                before = x
        self.paint_knob(painter, self.value(), middle, KNOB)


class RunBar(QWidget):
    """The slider with its words; hidden while no moment of a run is kept."""

    def __init__(self, running: Running, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = running
        self.setFixedHeight(HEIGHT)
        self.words = Label(theme, size=12, parent=self)
        self.words.setFixedWidth(WORDS)
        self.slider = MomentSlider(theme, self)
        self.slider.setToolTip(tr("Show the parameters as they were at a moment of the training."))
        self.slider.valueChanged.connect(self._go)
        self.slider.sliderReleased.connect(self.follow)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.words)
        row.addWidget(self.slider, 1)
        running.changed.connect(self.follow)
        running.state_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Stand where the run stands, or at the moment that one travelled to.

        A knob that is held stays at the pointer, over the moments that it was taken at.
        """
        running = self._running
        found = places(running)
        self.setVisible(bool(found))
        if not found:
            return
        index = place(running)
        if not self.slider.isSliderDown():
            self.slider.show_moments(found, running.total, index)
        words = tr("{0}, update {1}").format(run_name(running.run.id), format_count(found[index]))
        self.words.say(words)
        self.slider.setAccessibleDescription(f"{words}: {place_of(running, found[index])}")

    def _go(self, index: int) -> None:
        go_to(self._running, self.slider.updates[index])
