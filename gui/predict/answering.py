"""Where the answer is given: a field for numbers, or a button for each shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from gui.borders import frame
from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.numbers import format_shape
from gui.theme import Theme
from runtime.practice import Question, Unreadable, shape_choices

if TYPE_CHECKING:
    from gui.predict.predicting import Predicting

FIELD = 168  # pixels


class AnswerRow(QWidget):
    """`x1 = [    ] Check`, or a button for each shape: `[4] [8] [4, 8] [8, 4]`."""

    refused = Signal(str)  # what was typed is no number

    def __init__(self, predicting: Predicting, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._predicting, self._theme = predicting, theme
        self._asked: Question | None = None
        self.left = Label(theme, size=13, mono=True, parent=self)
        self.field = QLineEdit(self)
        self.field.setFont(theme.font(13, mono=True))
        self.field.setFixedWidth(FIELD)
        self.field.returnPressed.connect(self._check)
        frame(self.field, theme)
        self.check = Button(
            theme, self.tr("Check"), self.tr("Check the answer"), self._check, parent=self
        )
        self.shapes: list[Button] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        for widget in (self.left, self.field, self.check):
            self._row.addWidget(widget)
        self._row.addStretch(1)

    def ask(self, question: Question | None) -> None:
        """Take the answer to a question; one that is asked already keeps what was typed."""
        if question is self._asked:
            return
        self._asked = question
        self.field.clear()
        for button in self.shapes:
            self._row.removeWidget(button)
            button.deleteLater()
        self.shapes = []
        is_typed = question is not None and not question.by_shape
        self.left.setVisible(is_typed)
        self.field.setVisible(is_typed)
        self.check.setVisible(is_typed)
        if question is not None:
            self._show(question)

    def _show(self, question: Question) -> None:
        if question.by_shape:
            self.left.say("")
            self.shapes = [self._button(shape) for shape in shape_choices(question)]
            for place, button in enumerate(self.shapes):
                button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
                self._row.insertWidget(place, button)
            self.setFocusProxy(self.shapes[0])
            return
        self.left.say(f"{question.text} =")
        many = question.answer.size > 1
        count = self.tr("{0} numbers, row by row").format(question.answer.size)
        self.field.setPlaceholderText(count if many else self.tr("2/3 or -0.67"))
        self.field.setAccessibleName(self.tr("Answer: {0}").format(question.text))
        self.setFocusProxy(self.field)

    def _button(self, shape: tuple[int, ...]) -> Button:
        text = format_shape(shape)
        name = self.tr("The shape is {0}").format(text)
        return Button(self._theme, text, name, lambda: self._predicting.pick(shape), parent=self)

    def _check(self) -> None:
        try:
            self._predicting.answer(self.field.text())
        except Unreadable as error:
            self.refused.emit(str(error)[:1].upper() + str(error)[1:])
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
