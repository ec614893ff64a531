"""The place of the training's form: it is made when one first sees it, or comes to it by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import Theme
from gui.training.settings.words import tr

if TYPE_CHECKING:
    from gui.document import Document
    from gui.training.settings.form import TrainingForm

HEIGHT = 160  # pixels that are kept free for a form that is not there yet


class TrainingPlace(QWidget):
    """Holds the form. Its twenty fields would be a sixth of what a window takes to open."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self._form: TrainingForm | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.setMinimumHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("Training"))
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(lambda: self.form)

    @property
    def form(self) -> TrainingForm:
        """The form, made when it is first asked for."""
        if self._form is None:
            from gui.training.settings.form import TrainingForm

            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._form = TrainingForm(self._document, self._theme, self)
            self.layout().addWidget(self._form)
            self.setMinimumHeight(0)
        return self._form

    def refresh(self) -> None:
        """Show the training as the document has it."""
        if self._form is not None:
            self._form.refresh()

    def paintEvent(self, event) -> None:
        """It is in sight; with no node there is nothing that could be trained."""
        if self._form is None and self._document.root.nodes:
            self._soon.start()

    def focusInEvent(self, event) -> None:
        """Hand the keys on to the form's first field, or to its last where one comes back."""
        form = self.form
        is_back = event.reason() == Qt.FocusReason.BacktabFocusReason
        row = list(form.stop.rows.values())[-1] if is_back else form.epochs
        row.field.setFocus(event.reason())
