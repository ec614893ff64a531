"""One kind of the document's marks: breakpoints, watches or checkpoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import QObject, Signal

from graph import edits as e
from gui.document import Document


class Marked(QObject):
    """What stands in the document's marks under `kind`. Each change is one entry of the history."""

    changed = Signal()
    kind: ClassVar[str]

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._seen = self.all
        document.changed.connect(self._follow)
        document.opened.connect(self._follow)

    @property
    def all(self) -> tuple:
        """All of them, in the order in which they were set."""
        return getattr(self._document.root.marks, self.kind)

    def become(self, marks: Iterable, text: str) -> None:
        """Let these stand there, in place of what does."""
        changed = replace(self._document.root.marks, **{self.kind: tuple(marks)})
        self._document.do_at("", e.SetMarks(changed), text)

    def _follow(self) -> None:
        if self.all != self._seen:
            self._seen = self.all
            self.changed.emit()
