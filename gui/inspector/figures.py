"""Three figures side by side: value, local derivative, gradient, in the colours of the wires."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.canvas.notes import factor_forms
from gui.inspector.labels import Label
from gui.inspector.readings import short_gradient, short_value, state_word
from gui.shown import Reading
from gui.theme import Theme

LARGE, SMALL, WORD = 18, 12, 12
WIDEST = 100  # pixels that a figure may take from its neighbours
FACTOR = 48  # and the one in the middle, which is cut where the others are wide
COLUMNS = (80, 0, 64)  # the least widths: short figures stand where longer ones do
LONGEST = 8  # characters up to which a figure is written large


class Figure:
    """A name above a figure."""

    def __init__(
        self, theme: Theme, name: str, ink: str, parent: QWidget, least: int = WIDEST
    ) -> None:
        """`least` is the width that it takes in any case, if it needs so much."""
        self._theme, self._ink, self._name, self._least = theme, ink, name, least
        self.caption = Label(theme, name, size=11, ink="muted", parent=parent)
        self.label = Label(theme, size=LARGE, weight=600, ink=ink, parent=parent)
        self.label.setMinimumHeight(24)

    def fits(self, text: str) -> bool:
        """Whether there is room for a figure."""
        font = self._theme.font(LARGE if len(text) <= LONGEST else SMALL, 600)
        return QFontMetrics(font).horizontalAdvance(text) <= WIDEST

    def say(self, text: str, is_value: bool) -> None:
        """Write a figure, or a word in its place."""
        size = LARGE if len(text) <= LONGEST else SMALL
        font = self._theme.font(size if is_value else WORD, 600 if is_value else 400)
        self.label.setFont(font)
        self.label.dye(self._ink if is_value else "muted")
        self.label.say(text)
        self.label.setAccessibleName(f"{self._name}: {text}")
        room = self.label.fontMetrics().horizontalAdvance(text) + 4
        self.label.setMinimumWidth(min(room, self._least))


class Figures(QWidget):
    """The head of an edge's page."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = Figure(theme, self.tr("Value"), "forward", self)
        self.factor = Figure(theme, self.tr("Local derivative"), "text", self, FACTOR)
        self.gradient = Figure(theme, self.tr("Gradient"), "reverse", self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        for column, figure in enumerate((self.value, self.factor, self.gradient)):
            grid.addWidget(figure.caption, 0, column)
            grid.addWidget(figure.label, 1, column, Qt.AlignmentFlag.AlignVCenter)
        for column, least in enumerate(COLUMNS):
            grid.setColumnMinimumWidth(column, least)
        grid.setColumnStretch(1, 1)

    def show_readings(self, value: Reading, factor: Reading, gradient: Reading) -> None:
        """Write all three."""
        self.value.say(short_value(value), value.is_value)
        forms = factor_forms(factor)
        fitting = [form for form in forms if self.factor.fits(form)]
        text = next(iter(fitting or forms[-1:]), state_word(factor.state))
        self.factor.say(text, bool(forms))
        self.gradient.say(short_gradient(gradient), gradient.is_value)
