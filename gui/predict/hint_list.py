"""The hints that were asked for, each with its equations, typeset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP as N
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from gui.chain_rule.sheet import Sheet, formula_size
from gui.chain_rule.typeset import typeset
from gui.theme import Theme
from runtime.explaining import Explanation
from runtime.practice import Hint

H = "HintList"
TITLES = {"rule": N(H, "Rule"), "symbols": N(H, "Symbols"), "numbers": N(H, "Numbers")}


class HintList(Sheet):
    """Hints below each other; the newest is in sight."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._shown: tuple[Hint, ...] = ()
        self.setAccessibleName(self.tr("Hints"))
        theme.changed.connect(self._lay_out)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show these hints."""
        if tuple(hints) == self._shown:
            return
        self._shown = tuple(hints)
        self._lay_out()
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _lay_out(self) -> None:
        told = [Explanation({"stage": h.stage}, _words(h), h.lines) for h in self._shown]
        self.show_all(typeset(told, formula_size(self._theme)))


def _words(hint: Hint) -> str:
    """`Rule: Add two tensors.`"""
    return f"{QCoreApplication.translate(H, TITLES[hint.stage])}: {hint.words}"
