"""The race on a landscape: its settings, its clock, and the courses that it has found."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.background import Background, Progress
from gui.inspector.axes import Array
from gui.inspector.buttons import Button
from gui.inspector.fields import FloatField, WholeField
from gui.inspector.labels import Label
from gui.slide_bar import SlideBar
from gui.theme import Theme
from gui.training.landscape.legend import Legend
from gui.training.landscape.question import Seen
from gui.training.landscape.racers import Style
from gui.training.landscape.words import tr
from runtime.training.landscape.racing import Course, race
from runtime.values import BadValue

RATE, UPDATES = 0.03, 150
FRAME, FRAMES = 33, 120  # milliseconds of a picture, pictures of a race


@dataclass(frozen=True, eq=False)
class Started:
    """A race that was asked for."""

    seen: Seen
    start: Array
    styles: tuple[Style, ...]
    rate: float
    updates: int

    def run(self, progress: Progress) -> list[tuple[Style, Course]]:
        """Everybody's course; fit for the background."""
        racers = [style.racer(self.rate) for style in self.styles]
        objective, directions = self.seen.scene.objective, self.seen.directions
        courses = race(objective, directions, self.start, racers, self.updates, progress)
        return list(zip(self.styles, courses, strict=True))


class Slider(SlideBar):
    """How far the race has come."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, 24, parent)
        self.setAccessibleName(tr("Update of the race"))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        self.paint_track(painter, middle)
        self.paint_knob(painter, self.value(), middle, 16)
        painter.end()


class Race(QWidget):
    """Starts a race, plays it, and lets one slide through it. `changed` when other is to be drawn.

    `refused(error)` where the landscape cannot be raced on; `began`, `progressed(share)` and
    `ended` are of the work.
    """

    changed = Signal()
    refused = Signal(object)
    began = Signal()
    progressed = Signal(float)
    ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._seen: Seen | None = None
        self._start: Array | None = None
        self._preferred = RATE
        self.courses: list[tuple[Style, Course]] = []
        self.update_shown = 0
        self.legend = Legend(theme, self)
        self.rate = FloatField(theme, parent=self)
        self.rate.setAccessibleName(tr("Learning rate of the race"))
        self.rate.show_value(RATE)
        self.updates = WholeField(theme, 1, False, self)
        self.updates.setAccessibleName(tr("Updates of the race"))
        self.updates.show_value(UPDATES)
        self.go = Button(
            theme, tr("Race"), tr("Let the optimizers race from the point"), self.begin,
            icon_name="play", parent=self,
        )  # fmt: skip
        self.slider = Slider(theme, self)
        self.at = Label(theme, size=12, ink="muted", parent=self)
        self._clock = QTimer(self, interval=FRAME)
        self._clock.timeout.connect(self._tick)
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._work.progressed.connect(self.progressed)
        self._lay_out()
        self.slider.valueChanged.connect(self._slide)
        self.legend.changed.connect(self._again)
        for field in (self.rate, self.updates):
            field.committed.connect(self._again)
        self._tell()

    @property
    def is_busy(self) -> bool:
        """Whether courses are worked out, or played."""
        return self._work.is_busy or self._clock.isActive()

    def prefer(self, rate: float) -> None:
        """The learning rate that the document is trained with, until another is typed."""
        if self.rate.text() == self.rate.write(self._preferred):
            self.rate.show_value(rate)
        self._preferred = rate

    def follow(self, seen: Seen | None, start: Array | None) -> None:
        """Another landscape or start: courses that were found elsewhere go."""
        is_other = (
            self._seen is None
            or seen is None
            or seen.asked.entries != self._seen.asked.entries
            or seen.scene is not self._seen.scene
            or seen.directions.names != self._seen.directions.names
            or seen.asked.seed != self._seen.asked.seed
        )
        is_moved = start is None or self._start is None or (start != self._start).any()
        self._seen, self._start = seen, start
        if is_other or is_moved:
            self.forget()

    def halt(self) -> None:
        """Stay at the update that is shown."""
        self._clock.stop()

    def forget(self) -> None:
        """No courses."""
        self._clock.stop()
        self._work.drop()
        self.courses, self.update_shown = [], 0
        self._tell()

    def begin(self) -> None:
        """Work the courses out, then play them."""
        if self._seen is None or not self._seen.can_race or not self.legend.chosen:
            return
        try:
            rate, updates = float(self.rate.read() or 0.0), int(self.updates.read() or 0)
        except BadValue as error:
            self._refuse(error)
            return
        styles = tuple(self.legend.chosen)
        started = Started(self._seen, self._start, styles, rate, updates)
        self._clock.stop()
        self.began.emit()
        self._work.ask_long(started.run)

    def show_update(self, update: int) -> None:
        """Show everybody after so many updates."""
        self.update_shown = min(update, self._last)
        self._tell()

    # --- inside ----------------------------------------------------------------------------

    @property
    def _last(self) -> int:
        return max((len(course.points) - 1 for _, course in self.courses), default=0)

    def _refuse(self, error: Exception) -> None:
        self.forget()
        self.refused.emit(error)

    def _take(self, courses: list[tuple[Style, Course]]) -> None:
        self.courses = courses
        self.ended.emit()
        if not self._theme.motion:
            self.show_update(self._last)
            return
        self.show_update(0)
        self._clock.start()

    def _tick(self) -> None:
        self.show_update(self.update_shown + max(self._last // FRAMES, 1))
        if self.update_shown >= self._last:
            self._clock.stop()

    def _slide(self, update: int) -> None:
        self._clock.stop()
        self.show_update(update)

    def _again(self) -> None:
        """Other racers or settings: what was raced with the old ones goes."""
        if self.courses or self._work.is_busy:
            self.begin()

    def _tell(self) -> None:
        self.slider.stand_at(self.update_shown, self._last)
        self.slider.setEnabled(bool(self.courses))
        self.legend.show_outcomes(self.courses, self.update_shown)
        text = tr("update {0} of {1}").format(self.update_shown, self._last)
        self.at.say(text if self.courses else "")
        self.slider.setAccessibleDescription(text)
        self.changed.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.go)
        head.addWidget(self.at, 1)
        fields = QHBoxLayout()
        fields.setSpacing(8)
        for text, field in ((tr("Rate"), self.rate), (tr("Updates"), self.updates)):
            label = Label(self._theme, text, size=12, ink="muted", parent=self)
            label.setBuddy(field)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            fields.addWidget(label)
            fields.addWidget(field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.slider)
        column.addWidget(self.legend)
        column.addLayout(fields)
