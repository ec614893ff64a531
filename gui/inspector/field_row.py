"""A named field that writes one thing of the graph: a label, a title, a seed, a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from graph import GradwireError
from gui.borders import frame
from gui.inspector.fields import Field
from gui.inspector.labels import Label, Sentence
from gui.theme import Theme

NAME_WIDTH = 72
PAUSE = 1_000  # milliseconds without a key
PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FieldRow(QWidget):
    """Name, field, and what was wrong with the field's text.

    `get` reads the graph, `put` writes it and gives the empty text, or why it was refused.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        field: Field,
        get: Callable[[], Any],
        put: Callable[[Any], str],
        parent: QWidget | None = None,
        *,
        name_width: int = NAME_WIDTH,
    ) -> None:
        super().__init__(parent)
        self.field, self._get, self._put = field, get, put
        self.error = Sentence(theme, "error", self)
        label = Label(theme, name, size=12, ink="muted", parent=self)
        label.setFixedWidth(name_width)
        label.setBuddy(field)
        field.setAccessibleName(name)
        field.committed.connect(self.commit)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        grid.addWidget(label, 0, 0)
        grid.addWidget(field, 0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.error, 1, 0, 1, 2)
        self.refresh()

    def refresh(self) -> None:
        """Show what the graph holds, unless a bad text waits to be mended."""
        if self.error.said and getattr(self.field, "is_edited", False):
            return
        self.error.say("")
        self.field.show_value(self._get())

    def commit(self) -> None:
        """Write the field's value, or say why it cannot be."""
        try:
            value = self.field.read()
        except GradwireError as error:
            self.error.say(str(error), "error")
            return
        refusal = "" if value == self._get() else self._put(value)
        self.error.say(refusal, "error")
        if not refusal:
            self.refresh()


class Paper(QPlainTextEdit):
    """Several lines; leaving them commits."""

    left = Signal()
    entered = Signal()

    def event(self, event: QEvent) -> bool:
        """Page Up and Page Down are the text's here, not the playhead's."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in PAGES:
            event.accept()
            return True
        return super().event(event)

    def canInsertFromMimeData(self, data: QMimeData) -> bool:
        """Files that are dropped here are for the window."""
        return not data.hasUrls() and super().canInsertFromMimeData(data)

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class NoteRow(QWidget):
    """A note of several lines, kept at each pause of writing and when it is left.

    `put` gets what makes one entry of the history of a whole visit.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        get: Callable[[], str | None],
        put: Callable[[str | None, object], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._get, self._put, self._visit = get, put, object()
        self.paper = Paper(self)
        self.paper.setAccessibleName(name)
        self.paper.setPlaceholderText(name)
        self.paper.setFont(theme.font(13))
        self.paper.setTabChangesFocus(True)
        self.paper.setFixedHeight(72)
        self.error = Sentence(theme, "error", self)
        frame(self.paper, theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.paper)
        column.addWidget(self.error)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._commit_if_writing)
        self.paper.textChanged.connect(self._pause.start)
        self.paper.entered.connect(self._enter)
        self.paper.left.connect(self.commit)
        self.refresh()

    def refresh(self) -> None:
        """Show what the graph holds, unless one is writing."""
        if not self.paper.hasFocus() and not self.error.said:
            self.paper.setPlainText(self._get() or "")

    def commit(self) -> None:
        """Write the note."""
        self._pause.stop()
        text = self.paper.toPlainText() or None
        refusal = "" if text == self._get() else self._put(text, self._visit)
        self.error.say(refusal, "error")

    def _commit_if_writing(self) -> None:
        if self.paper.hasFocus():  # else the text was only shown, and may be an old one
            self.commit()

    def _enter(self) -> None:
        self._visit = object()
