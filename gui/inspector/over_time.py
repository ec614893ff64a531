"""What the page of an edge or a parameter shows of time: gradient and state at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import PortRef
from gui.inspector.gradient_over_time import GradientOverTime
from gui.inspector.labels import Label
from gui.inspector.state_over_time import StateOverTime
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document


class OverTime(QWidget):
    """Both charts, as far as the edge has them; a sentence where it has none yet."""

    def __init__(self, document: Document, theme: Theme, target: PortRef, parent: QWidget) -> None:
        super().__init__(parent)
        self.gradient = GradientOverTime(document, theme, target, self)
        self.state = StateOverTime(document, theme, target, self)
        self.nothing = Label(
            theme, self.tr("No gradient at any time step yet."), size=12, wrap=True, parent=self
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.nothing, self.gradient, self.state):
            column.addWidget(widget)
        self.gradient.shown.connect(self._tell)
        self.follow()

    def follow(self) -> None:
        """Show what there is as the playhead stands now."""
        self.gradient.follow()
        self.state.follow()
        self._tell()

    def _tell(self) -> None:
        self.nothing.setVisible(self.gradient.isHidden() and self.state.isHidden())
