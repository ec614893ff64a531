"""Who takes part in a race, how each is drawn, and what it has come to."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.inspector.fields import TruthField
from gui.inspector.labels import Label
from gui.theme import Theme
from gui.training.landscape.plane_drawing import course_pen, paint_ball
from gui.training.landscape.racers import STYLES, Style
from gui.training.landscape.words import outcome, tr
from runtime.training.landscape.racing import Course

SWATCH = QSize(36, 18)


class Swatch(QWidget):
    """A racer's line and its mark."""

    def __init__(self, theme: Theme, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._style = theme, style
        self.setFixedSize(SWATCH)
        theme.changed.connect(self.update)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(course_pen(self._style, self._theme))
        painter.drawLine(QPointF(0, middle), QPointF(self.width() - 8, middle))
        paint_ball(painter, self._style, QPointF(self.width() - 8, middle), self._theme)
        painter.end()


class Legend(QWidget):
    """A row for each racer: a tick, its line, its name, its loss. `changed` when one is ticked."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ticks: dict[str, TruthField] = {}
        self._losses: dict[str, Label] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 1)
        for row, style in enumerate(STYLES):
            tick = self.ticks[style.name] = TruthField(theme, self)
            tick.show_value(style.races_at_first)
            tick.setAccessibleName(tr("{0} takes part").format(style.name))
            tick.committed.connect(self.changed)
            name = Label(theme, style.name, size=12, parent=self)
            name.setBuddy(tick)
            loss = self._losses[style.name] = Label(theme, size=12, parent=self)
            loss.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, part in enumerate((tick, Swatch(theme, style, self), name, loss)):
                grid.addWidget(part, row, column)

    @property
    def chosen(self) -> list[Style]:
        """Who takes part."""
        return [style for style in STYLES if self.ticks[style.name].read()]

    def show_outcomes(self, courses: list[tuple[Style, Course]], update: int) -> None:
        """Say what everybody has come to."""
        told = {style.name: outcome(course, update) for style, course in courses}
        for name, label in self._losses.items():
            label.say(told.get(name, ""))
