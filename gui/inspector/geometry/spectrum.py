"""The singular values of the whole derivative, where a slice shows a part of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import GradwireError
from gui.background import SMALL, Background
from gui.inspector.jacobian import figures
from gui.inspector.jacobian.question import Found, Question
from gui.inspector.labels import Label
from gui.numbers import format_count
from gui.theme import Theme
from runtime.geometry.function import Moved, PortFunction
from runtime.maps import Dense, LinearMap

SHOWN = ("Rank", "Condition")
DRAWN = 2  # coordinates of each end that a slice shows by itself


class Spectrum(QWidget):
    """Rank, condition and singular values; of a small derivative they follow the point."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._function: PortFunction | None = None
        self._at_home: LinearMap | None = None
        self.title = Label(theme, size=12, weight=600, wrap=True, parent=self)
        rows = tuple(row for row in figures.ROWS if row.name in SHOWN)
        self.figures = figures.FiguresView(theme, self, rows)
        self._finding = Background(self)
        self._finding.answered.connect(self._take)
        self._finding.refused.connect(self._refuse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.figures)

    @property
    def is_busy(self) -> bool:
        """Whether it is being worked out."""
        return self._finding.is_busy or self.figures.is_busy

    def show_subject(self, question: Question, function: PortFunction) -> None:
        """Those of a function where the run stands; hidden where a slice shows all there is."""
        self._function, self._at_home = function, None
        sizes = sorted((function.rows, function.columns))
        is_needed = sizes[0] > 1 and sizes[1] > DRAWN
        self.setVisible(is_needed)
        self.figures.forget()
        if not is_needed:
            self._finding.drop()
        elif question.is_quick:
            self._finding.ask(question.find, 0)
        else:
            self._finding.ask_long(lambda progress: question.find())

    def follow(self, moved: Moved) -> None:
        """The point was moved: a small derivative is worked out there."""
        if self._at_home is None or moved.function is not self._function:
            return
        is_home = np.array_equal(moved.x, self._function.x)
        if not is_home and self._is_small:
            function = self._function
            matrix = moved.columns(range(function.columns))
            linear = Dense(function.out_shape, function.in_shape, matrix)
            self._say(linear, self.tr("Singular values of all {0} × {1}, at the point"))
        else:
            self._say(self._at_home, self.tr("Singular values of all {0} × {1}, in the run"))

    @property
    def _is_small(self) -> bool:
        function = self._function
        entries = function.rows * function.columns
        return entries <= figures.AT_ONCE and function.work * function.columns <= SMALL

    def _take(self, found: Found) -> None:
        if found.map is not None:
            self._at_home = found.map
            self._say(found.map, self.tr("Singular values of all {0} × {1}, in the run"))

    def _refuse(self, error: Exception) -> None:
        self.setVisible(False)
        if not isinstance(error, GradwireError | MemoryError):
            raise error

    def _say(self, linear: LinearMap, text: str) -> None:
        self.title.say(text.format(format_count(linear.rows), format_count(linear.columns)))
        self.figures.show_map(linear)
