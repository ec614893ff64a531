"""The canvas of the unrolled graph: one looks, moves about and selects; nothing is edited."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gui.canvas.looking import LookingView
from gui.theme import Theme
from gui.unrolled.document import UnrolledDocument


class UnrolledView(LookingView):
    """Shows the copies. `left` tells that one wants to go back."""

    left = Signal()

    def __init__(self, document: UnrolledDocument, theme: Theme, parent: QWidget) -> None:
        super().__init__(document, theme, parent)
        self.setAccessibleName(self.tr("Unrolled graph, read-only"))
        document.replaced.connect(self._tell_steps)
        self._tell_steps()

    def keyPressEvent(self, event) -> None:
        """Esc goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _tell_steps(self) -> None:
        self.say(self.document.read_only)
