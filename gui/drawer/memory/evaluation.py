"""Eager or lazy: strips of time, and a table of what differs."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gui.drawer.memory import words
from gui.drawer.memory.strips import Strip, Strips
from gui.drawer.memory.work import Comparison
from gui.inspector.labels import Label
from gui.theme import Theme


class EvaluationView(QWidget):
    """Shows one graph evaluated node by node as it is wired, and by a plan made first."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.title = Label(theme, title, size=12, weight=600, parent=self)
        self.title.setFixedHeight(26)
        column.addWidget(self.title)
        self.strips = Strips(theme, self)
        column.addWidget(self.strips)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(1)
        for at, stretch in enumerate((4, 3, 4)):
            self._grid.setColumnStretch(at, stretch)
        column.addLayout(self._grid)
        self.verdict = Label(theme, size=12, ink="muted", wrap=True, parent=self)
        column.addWidget(self.verdict)
        self._cells: dict[tuple[int, int], Label] = {}

    @property
    def said(self) -> dict[str, tuple[str, str]]:
        """(eager, lazy) by what is compared."""
        count = 1 + max((row for row, _ in self._cells), default=0)
        texts = [[self._cells[row, at].said for at in range(3)] for row in range(1, count)]
        return {what: (eager, lazy) for what, eager, lazy in texts}

    def show_comparison(self, found: Comparison) -> None:
        """Fill strips and table."""
        names = self.tr("Eager"), self.tr("Lazy")
        ways = found.eager, found.lazy
        self.strips.show_strips([Strip(*pair) for pair in zip(names, ways, strict=True)])
        self._say(0, ("", *names), weight=600)
        for row, texts in enumerate(words.rows(found), 1):
            self._say(row, texts)
        self.verdict.say(words.verdict(found))

    def _say(self, row: int, texts: tuple[str, str, str], weight: int = 400) -> None:
        for at, text in enumerate(texts):
            if (row, at) not in self._cells:
                ink = "text" if at else "muted"
                cell = Label(self._theme, size=11, weight=weight, ink=ink, parent=self)
                self._grid.addWidget(cell, row, at)
                self._cells[row, at] = cell
            self._cells[row, at].say(text)
