"""What the inspector shows inside a composite with nothing selected: its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.icons import icon_of
from gui.inspector.definition_form import DefinitionForm
from gui.inspector.layer_table import LayerTable
from gui.inspector.section import Heading, Section
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document


class DefinitionPage(QWidget):
    """Name, texts, ports and attributes of the definition that is open, and its nodes."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        definition = document.definition
        assert definition is not None
        self.document = document
        self.subject = ("definition", definition.name)
        kind = document.root.catalogue.require(definition.name)
        self.heading = Heading(theme, icon_of(kind), self)
        self.form = DefinitionForm(document, theme, definition.name, self)
        self.table = LayerTable(document, theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.heading)
        column.addWidget(self.form)
        column.addWidget(Section(theme, self.tr("Nodes"), self.table, parent=self))
        column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show the definition as it is now."""
        definition = self.document.definition
        if definition is not None:
            self.heading.say(definition.name, definition.interface.doc)
        self.form.refresh()
        self.table.refresh()

    def follow(self) -> None:
        """Nothing here depends on the playhead."""
