"""What the inspector shows while several nodes are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.inspector.labels import Label
from gui.inspector.section import Heading
from gui.numbers import format_count
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

MAX_NAMED = 20


class NodesPage(QWidget):
    """How many nodes are selected, and which."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.document = document
        self._ids = document.selection.nodes
        self.subject = ("nodes", self._ids)
        self.heading = Heading(theme, parent=self)
        self.names = Label(theme, size=12, mono=True, wrap=True, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.heading)
        column.addWidget(self.names)
        column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        graph = self.document.graph
        chosen = [id_ for id_ in graph.nodes if id_ in self._ids]
        self.heading.say(self.tr("{0} nodes selected").format(format_count(len(chosen))))
        lines = [f"{id_}  {graph.nodes[id_].module}" for id_ in chosen[:MAX_NAMED]]
        if len(chosen) > MAX_NAMED:
            lines.append(self.tr("and {0} more").format(format_count(len(chosen) - MAX_NAMED)))
        self.names.say("\n".join(lines))

    def follow(self) -> None:
        """Nothing here depends on the playhead."""
