"""The section Training of the graph's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph.rules import METRICS, OPTIMIZERS, SCHEDULES
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import Field, WholeField
from gui.inspector.section import Section
from gui.theme import Theme
from gui.training.settings.fields import SeveralField
from gui.training.settings.rule_rows import NAME_WIDTH, RuleRows, set_training
from gui.training.settings.words import kind_title, title, tr

if TYPE_CHECKING:
    from gui.document import Document


class TrainingForm(QWidget):
    """Epochs, optimizer, schedule, bounds on gradients, metrics, and when it stops early."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.epochs = self._row("epochs", WholeField(theme, 0, False))
        self.optimizer = RuleRows(document, theme, "optimizer", self, OPTIMIZERS)
        self.schedule = RuleRows(document, theme, "schedule", self, SCHEDULES)
        self.clip = RuleRows(document, theme, "clip", self)
        self.metrics = self._row("metrics", SeveralField(theme, METRICS, self))
        self.stop = RuleRows(document, theme, "stop", self)
        self._parts = (
            self.epochs, self.optimizer, self.schedule, self.clip, self.metrics, self.stop,
        )  # fmt: skip
        section = Section(theme, tr("Training"), *self._parts, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section)
        self.refresh()

    def refresh(self) -> None:
        """Show the training as the document has it."""
        self._offer_figures()
        for part in self._parts:
            part.refresh()

    def _offer_figures(self) -> None:
        """What can be watched: the loss, and the metrics that are measured."""
        choice = self.stop.rows["figure"].field
        figures = ["loss", *self._document.root.training.metrics]
        if [choice.itemData(index) for index in range(choice.count())] != figures:
            choice.offer([(kind_title(figure), figure) for figure in figures])

    def _row(self, name: str, field: Field) -> FieldRow:
        def get() -> Any:
            return getattr(self._document.root.training, name)

        def put(value: Any) -> str:
            return set_training(self._document, name, lambda: value, name)

        return FieldRow(self._theme, title(name), field, get, put, self, name_width=NAME_WIDTH)
