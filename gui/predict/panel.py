"""The panel of predict mode: the question, a place for the answer, hints, and the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.announcing import announce
from gui.inspector.buttons import Button
from gui.inspector.labels import Label, Sentence
from gui.predict.answering import AnswerRow
from gui.predict.hint_list import HintList
from gui.predict.marks_list import MarksList
from gui.predict.telling import heading, question_text
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document
    from gui.predict.predicting import Predicting


class PredictPanel(QWidget):
    """Three pages: how to begin, the question, and the score at the end."""

    def __init__(
        self,
        predicting: Predicting,
        document: Document,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._predicting, self._document, self._theme = predicting, document, theme
        self._told = ""
        self.pages = QStackedWidget(self)
        self.start, self.asking, self.end = QWidget(self), QWidget(self), QWidget(self)
        for page in (self.start, self.asking, self.end):
            self.pages.addWidget(page)
        self._lay_out_start()
        self._lay_out_question()
        self._lay_out_end()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        predicting.changed.connect(self.follow)
        predicting.wanted.connect(self._take_keys)
        document.edited.connect(self.follow)  # another label is another name
        self.follow()

    def follow(self) -> None:
        """Show how far the person has come."""
        predicting = self._predicting
        page = self.asking if predicting.is_on else self.start
        page = self.end if predicting.is_done else page
        self.pages.setCurrentWidget(page)
        self.setFocusProxy({self.start: self.begin, self.end: self.again}.get(page, self.answer))
        self.begin.setEnabled(bool(self._document.playhead.steps))
        if page is self.end:
            self.result.say(predicting.score.words)
            announce(self, predicting.score.words)
            self.marks.show_marks(predicting.score.marks)
        elif page is self.asking:
            self._show_question()

    # --- inside ---------------------------------------------------------------------------

    def _show_question(self) -> None:
        predicting, question = self._predicting, self._predicting.question
        self.heading.say(heading(self._document, predicting.step))
        self.question.say(question_text(self._document, question, predicting.step))
        self.score.say(predicting.score.words if predicting.score.marks else "")
        self.answer.setVisible(question is not None)
        self.buttons.setVisible(question is not None)
        had_keys = self.isAncestorOf(self.window().focusWidget())
        self.answer.ask(question)
        said = predicting.said
        self.verdict.say(said.words if said else "", self._icon(), "text")
        self.hints.show_hints(predicting.hints)
        self._tell()
        self.hint.setEnabled(predicting.has_more_hints)
        left = 3 - len(predicting.hints)
        self.hint.setText(self.tr("Hint ({0} left)").format(left) if left < 3 else self.tr("Hint"))
        if had_keys:
            self._take_keys()

    def _tell(self) -> None:
        """Have it said how the last answer was, and what is asked now."""
        told = " ".join(filter(None, (self.verdict.said, self.question.said)))
        if told != self._told:
            self._told = told
            announce(self, told)

    def _icon(self) -> str:
        said = self._predicting.said
        return "" if said is None else "check" if said.is_right else "failed"

    def _take_keys(self) -> None:
        """Let the person type at once."""
        if self.isVisible():
            self.focusProxy().setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out_start(self) -> None:
        text = self.tr(
            "Predict what comes next. The number of the next step is hidden until you have typed "
            "it: values in the forward pass, parts of gradients in the reverse pass. Of large "
            "tensors you choose the shape. Three hints lead there step by step."
        )
        self.begin = Button(
            self._theme, self.tr("Begin"), self.tr("Begin to predict"), self._predicting.begin
        )
        column = QVBoxLayout(self.start)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        column.addWidget(Label(self._theme, text, wrap=True, parent=self.start))
        column.addWidget(self.begin, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def _lay_out_question(self) -> None:
        theme, predicting, page = self._theme, self._predicting, self.asking
        self.heading = Label(theme, size=12, ink="muted", parent=page)
        self.score = Label(theme, size=12, ink="muted", parent=page)
        self.question = Label(theme, size=15, weight=600, wrap=True, parent=page)
        self.answer = AnswerRow(predicting, theme, page)
        self.verdict = Sentence(theme, "text", page)
        self.answer.refused.connect(self._refuse)
        self.hint = Button(
            theme, self.tr("Hint"), self.tr("Hint: the rule, then symbols, then numbers"),
            predicting.hint,
        )  # fmt: skip
        self.show_button = Button(
            theme, self.tr("Show"), self.tr("Show the answer and go on"), predicting.show_answer
        )
        self.hints = HintList(theme, page)
        for button in (self.answer.check, self.hint, self.show_button):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._arrange_question(page)

    def _arrange_question(self, page: QWidget) -> None:
        """The question and its answer at the left, hints at the right."""
        self.buttons = QWidget(page)
        keys = QHBoxLayout(self.buttons)
        keys.setContentsMargins(0, 0, 0, 0)
        keys.setSpacing(8)
        keys.addWidget(self.hint)
        keys.addWidget(self.show_button)
        keys.addStretch(1)
        left = QVBoxLayout()
        left.setContentsMargins(16, 8, 8, 8)
        left.setSpacing(8)
        for part in (self.heading, self.question, self.answer, self.buttons, self.verdict):
            left.addWidget(part)
        left.addStretch(1)
        left.addWidget(self.score)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.hints, 1)

    def _lay_out_end(self) -> None:
        theme = self._theme
        self.result = Label(theme, size=15, weight=600, parent=self.end)
        self.marks = MarksList(theme, self.end)
        self.again = Button(
            theme, self.tr("Again"), self.tr("Predict all steps once more"), self._predicting.again
        )
        head = QHBoxLayout()
        head.addWidget(self.result, 1)
        self.again.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head.addWidget(self.again)
        column = QVBoxLayout(self.end)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.marks, 1)

    def _refuse(self, sentence: str) -> None:
        self.verdict.say(sentence, "failed", "text")
