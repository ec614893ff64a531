"""One number in full precision, to be read and copied."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.numbers import MINUS, format_number
from gui.theme import Theme
from runtime.values import write_number


class NumberLine(QWidget):
    """A scalar with a button that copies it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.number = Label(theme, size=13, mono=True, parent=self)
        self.copy_button = Button(
            theme, self.tr("Copy"), self.tr("Copy the number"), self.copy, icon_name="copy"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.number, 1)
        row.addWidget(self.copy_button)

    def show_number(self, number: Any) -> None:
        """Show all its digits."""
        self._text = write_number(number)
        is_finite = bool(np.isfinite(number))
        shown = self._text.replace("-", MINUS) if is_finite else format_number(number)
        self.number.say(shown)

    def copy(self) -> None:
        """Put it on the clipboard, in ASCII."""
        QGuiApplication.clipboard().setText(self._text)
