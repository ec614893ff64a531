"""The hints that were asked for, each with its equations."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFormLayout, QWidget

from gui.inspector.labels import Label
from gui.theme import Theme
from runtime.explaining.writing import line_text
from runtime.practice import Hint

H = "HintList"
TITLES = {"rule": N(H, "Rule"), "symbols": N(H, "Symbols"), "numbers": N(H, "Numbers")}


class HintList(QWidget):
    """A row for each hint: its name at the left, words and equations at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Hint, ...] = ()
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(16)
        self._rows.setVerticalSpacing(8)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show these hints."""
        if tuple(hints) == self._shown:
            return
        self._shown = tuple(hints)
        while self._rows.rowCount():
            self._rows.removeRow(0)
        for hint in hints:
            title = QCoreApplication.translate(H, TITLES[hint.stage])
            name = Label(self._theme, title, size=12, ink="muted", parent=self)
            self._rows.addRow(name, self._text(hint))

    def _text(self, hint: Hint) -> Label:
        """Equations stand in mono, for their matrices are drawn with letters."""
        equations = [line_text(line) for line in hint.lines]
        text = "\n".join(equations) if equations else hint.words
        label = Label(self._theme, text, mono=bool(equations), wrap=not equations, parent=self)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        label.setAccessibleName(" ".join([hint.words, *equations]))
        return label
