"""The form of one breakpoint: when it holds."""

from __future__ import annotations

from typing import get_args

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from graph.marks import BOUNDED, Breakpoint, Condition, Of, Test
from gui.breakpoints.breakpoints import Breakpoints
from gui.breakpoints.words import test_text
from gui.inspector.fields import ChoiceField, FloatField
from gui.inspector.labels import Label, Sentence
from gui.theme import Theme
from runtime.values import BadValue

FIRST_BOUND = {"norm above": 10.0, "norm below": 1e-6, "dead share above": 0.5}
WIDTHS = (108, 168, 72)  # pixels


class ConditionForm(QWidget):
    """Of what, which test, which bound; each choice is taken over at once."""

    def __init__(self, breakpoints: Breakpoints, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._breakpoints = breakpoints
        self._mark: Breakpoint | None = None
        self.of = ChoiceField(theme, self._subjects(), parent=self)
        self.test = ChoiceField(theme, self._tests(), parent=self)
        self.bound = FloatField(theme, parent=self)
        self.error = Sentence(theme, "error", self)
        fields = (
            (self.tr("Hold at"), self.of),
            (self.tr("When it"), self.test),
            (self.tr("Bound"), self.bound),
        )
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for column, (name, field) in enumerate(fields):
            grid.addWidget(Label(theme, name, size=12, ink="muted", parent=self), 0, column)
            field.setAccessibleName(name)
            field.setFixedWidth(WIDTHS[column])
            field.committed.connect(self._commit)
            grid.addWidget(field, 1, column)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addWidget(self.error)

    def show_mark(self, mark: Breakpoint | None) -> None:
        """Show when a breakpoint holds; nothing without one."""
        if mark is None or self._mark is None or mark.at != self._mark.at:
            self.error.say("")
        self._mark = mark
        self.setVisible(mark is not None)
        if mark is None:
            return
        when = mark.when
        self.of.show_value("" if when is None else when.of)
        self.test.show_value("not finite" if when is None else when.test)
        self.bound.show_value(None if when is None else when.bound)
        self.test.setEnabled(when is not None)
        self.bound.setEnabled(when is not None and when.test in BOUNDED)

    # --- inside ---------------------------------------------------------------------------

    def _subjects(self) -> list[tuple[str, object]]:
        return [
            (self.tr("anything"), ""),
            (self.tr("values"), "value"),
            (self.tr("gradients"), "gradient"),
        ]

    def _tests(self) -> list[tuple[str, object]]:
        return [(test_text(Condition("value", test)).rstrip(), test) for test in get_args(Test)]

    def _commit(self) -> None:
        mark = self._mark
        if mark is None:
            return
        try:
            when = self._condition(mark, self.of.read(), self.test.read())
        except BadValue as error:
            self.error.say(str(error), "error")
            return
        self.error.say("")
        self._breakpoints.set_condition(mark.at, when)
        self.show_mark(self._breakpoints.at(mark.at))

    def _condition(self, mark: Breakpoint, of: Of | str, test: Test) -> Condition | None:
        if not of:
            return None
        bound = None
        if test in BOUNDED:
            is_new = mark.when is None or mark.when.test != test
            bound = FIRST_BOUND[test] if is_new else self.bound.read()
            self._check(test, bound)
        return Condition(of, test, bound)

    def _check(self, test: Test, bound: float | None) -> None:
        most = 1.0 if test == "dead share above" else float("inf")
        if bound is None or not 0 <= bound <= most or bound == float("inf"):
            expected = "a share from 0 to 1" if most == 1 else "a number from 0 up"
            raise BadValue(f'"{self.bound.text()}"', expected, where=self.tr("Bound"))


def in_a_row(*widgets: QWidget) -> QHBoxLayout:
    """Widgets beside each other, at the left."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
