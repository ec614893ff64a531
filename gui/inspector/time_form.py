"""How a graph unfolds: the number of time steps, and how far back gradients go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph.edits import SetGraph
from graph.naming import name_of
from graph.time import inside_time, sequences
from gui.inspector.editing import attempt
from gui.inspector.field_row import FieldRow
from gui.inspector.fields import WholeField
from gui.inspector.labels import Label
from gui.inspector.section import Section
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

NAMED = 3  # sequences that a sentence names


class TimeForm(QWidget):
    """Steps and truncation; hidden while nothing of the graph is inside time."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.document, self._theme = document, theme
        self.steps = self._row(self.tr("Steps"), "steps")
        self.truncate = self._row(self.tr("Truncate"), "truncate")
        self.truncate.field.setToolTip(
            self.tr("How many time steps are one stretch; no gradient leaves a stretch. None: all.")
        )
        self.words = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        section = Section(
            theme, self.tr("Time"), self.steps, self.words, self.truncate, parent=self
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section)
        self.refresh()

    def refresh(self) -> None:
        """Show the graph as it is now."""
        graph = self.document.root
        self.setVisible(bool(inside_time(graph)) or graph.time.steps is not None)
        for row in (self.steps, self.truncate):
            row.refresh()
        given = sequences(graph)
        self.steps.setEnabled(not given)
        self.words.say(self._words(given))
        self.words.setVisible(bool(self.words.said))

    def _words(self, given: tuple[str, ...]) -> str:
        """Whose length gives the number of steps."""
        if not given:
            return ""
        names = ", ".join(name_of(self.document.root, id_) for id_ in given[:NAMED])
        names += ", …" if len(given) > NAMED else ""
        check = self.document.whole_check
        steps = check.time.steps if check is not None else None
        if steps is None:
            return self.tr("The number of time steps is the length of {0}.").format(names)
        return self.tr("{0} time steps: the length of {1}.").format(steps, names)

    def _row(self, name: str, key: str) -> FieldRow:
        return FieldRow(
            self._theme,
            name,
            WholeField(self._theme, 1, True),
            lambda: getattr(self.document.root.time, key),
            lambda value: self._set(key, value),
            self,
        )

    def _set(self, key: str, value: int | None) -> str:
        time = replace(self.document.root.time, **{key: value})
        text = self.tr("Set the graph's time")
        return attempt(self.document, lambda: SetGraph({"time": time}), text)
