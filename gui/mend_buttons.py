"""A button for each way to mend a problem."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from graph.problem import Mend
from gui.document import Document
from gui.inspector.buttons import Button
from gui.mending import mend_now
from gui.theme import Theme

MOST = 2  # buttons beside each other; the rest is in a menu


class MendButtons(QWidget):
    """Mends of one problem, beside each other; hidden where there is none."""

    left = Signal()  # Left was pressed at the first button

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self._mends: tuple[Mend, ...] = ()
        self.buttons: list[Button] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def offer(self, mends: Sequence[Mend]) -> None:
        """Show buttons for these and no others."""
        if tuple(mends) == self._mends:
            return
        self._mends = tuple(mends)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()  # it may be in the middle of its own click
        shown, more = self._mends[:MOST], self._mends[MOST:]
        self.buttons = [self._button(mend.text, partial(self._do, mend)) for mend in shown]
        if more:
            self.buttons.append(self._button(self.tr("More…"), partial(self._ask, more)))
        self.setVisible(bool(self.buttons))

    def align_right(self) -> None:
        """Stand at the end of a row."""
        self._row.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row.setContentsMargins(0, 0, 8, 0)

    def keyPressEvent(self, event) -> None:
        """Left and Right go from button to button, and back to where one came from."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        at = next((i for i, button in enumerate(self.buttons) if button.hasFocus()), None)
        if not step or at is None:
            super().keyPressEvent(event)
        elif at + step < 0:
            self.left.emit()
        elif at + step < len(self.buttons):
            self.buttons[at + step].setFocus(Qt.FocusReason.TabFocusReason)

    def _button(self, text: str, then) -> Button:
        button = Button(self._theme, text, self.tr("Mend: {0}").format(text), then, parent=self)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row.addWidget(button)
        button.show()
        return button

    def _do(self, mend: Mend) -> None:
        mend_now(self._document, mend)

    def _ask(self, mends: Sequence[Mend]) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for mend in mends:
            menu.addAction(mend.text.replace("&", "&&"), partial(self._do, mend))
        button = self.buttons[-1]
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
