"""What is wrong with a node, with the buttons that mend it; rows are made when they are needed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.document import Document
from gui.inspector.labels import Sentence
from gui.mend_buttons import MendButtons
from gui.mending import problems_at
from gui.origins import origin_at
from gui.theme import Theme
from gui.told import told

MOST = 5
ICONS = {"error": "error", "warning": "warning", "hint": "hint"}


class ProblemRows(QWidget):
    """The first problems of the node `id_`; hidden while there is none."""

    def __init__(self, document: Document, theme: Theme, id_: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme, self._id = document, theme, id_
        self.sentences: list[Sentence] = []
        self.mends: list[MendButtons] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.hide()

    def refresh(self) -> None:
        """Show what the check says now, and before it where the run's first NaN is."""
        document = self._document
        origin = origin_at(document, self._id)
        found = [(problem, document.graph) for problem in problems_at(document, self._id)]
        if origin is not None:  # it is named by its address
            found.insert(0, (origin, document.root))
        found = found[:MOST]
        while len(self.sentences) < len(found):
            self._add_row()
        for index, sentence in enumerate(self.sentences):
            problem, graph = found[index] if index < len(found) else (None, None)
            self.mends[index].offer(problem.mends if problem is not None else ())
            if problem is None:
                sentence.say("")
                continue
            ink = "error" if problem.severity == "error" else "muted"
            sentence.say(told(graph, problem), ICONS[problem.severity], ink)
        self.setVisible(bool(found))

    def follow(self) -> None:
        """Where NaN comes from is told in full once the playhead has come there."""
        trace = self._document.whole_trace
        if trace is not None and trace.origin is not None:
            self.refresh()

    def _add_row(self) -> None:
        self.sentences.append(Sentence(self._theme, "error", self))
        self.mends.append(MendButtons(self._document, self._theme, self))
        for widget in (self.sentences[-1], self.mends[-1]):
            self.layout().addWidget(widget)
