"""The form in which one says from where on something counts as sick."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QWidget

from gui.health.words import tr
from gui.inspector.buttons import Button
from gui.inspector.fields import FloatField
from gui.inspector.labels import Label
from gui.numbers import format_number
from runtime.health import LIMITS, Thresholds
from runtime.values import BadValue

if TYPE_CHECKING:
    from gui.health.diagnosis import Diagnosis
    from gui.theme import Theme


class ThresholdForm(QWidget):
    """Four numbers, two by two, and what is wrong with the one that was typed last."""

    def __init__(self, diagnosis: Diagnosis, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._diagnosis = diagnosis
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        names = {
            "vanishing": (tr("Vanishing below"), tr("Ratio to the last layer, or time step")),
            "exploding": (tr("Exploding above"), tr("Ratio to the last layer, or time step")),
            "dead": (tr("Dead from"), tr("Share of an activation's units, from 0 to 1")),
            "saturated": (tr("Saturated from"), tr("Share of an activation's entries, 0 to 1")),
        }
        self.fields: dict[str, FloatField] = {}
        for place, (name, (title, tip)) in enumerate(names.items()):
            row, column = 2 * (place // 2), place % 2
            grid.addWidget(Label(theme, title, size=11, ink="muted", parent=self), row, column)
            field = FloatField(theme, parent=self)
            field.setAccessibleName(title)
            field.setToolTip(f"{title}: {tip}.")
            field.committed.connect(partial(self._commit, name))
            grid.addWidget(field, row + 1, column)
            self.fields[name] = field
        self.problem = Label(theme, size=11, ink="error", wrap=True, parent=self)
        grid.addWidget(self.problem, 4, 0, 1, 2)
        self.problem.hide()
        self.defaults = Button(
            theme, tr("Defaults"), tr("Use the thresholds of the program"), self._reset, parent=self
        )
        grid.addWidget(self.defaults, 5, 0, 1, 2)
        self.follow()

    def follow(self) -> None:
        """Show the thresholds as they are."""
        thresholds = self._diagnosis.thresholds
        for name, field in self.fields.items():
            field.show_value(getattr(thresholds, name))
        self.defaults.setVisible(thresholds != Thresholds())

    def _commit(self, name: str) -> None:
        field = self.fields[name]
        try:
            value = field.read()
            least, most = LIMITS[name]
            if value is None or not least <= value <= most:
                span = f"{format_number(least)} to {format_number(most)}"
                raise BadValue(f'"{field.text()}"', span, where=field.accessibleName())
        except BadValue as error:
            self._say(str(error))
            field.show_value(getattr(self._diagnosis.thresholds, name))
            return
        self._say("")
        self._diagnosis.set_thresholds(replace(self._diagnosis.thresholds, **{name: value}))
        self.follow()

    def _reset(self) -> None:
        self._say("")
        self._diagnosis.set_thresholds(Thresholds())
        self.follow()

    def _say(self, text: str) -> None:
        self.problem.say(text)
        self.problem.setVisible(bool(text))
