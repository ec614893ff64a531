"""How many updates a training will make, said before it begins; read off the window's thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from graph import GradwireError
from gui.background import Background
from gui.told import told_error

if TYPE_CHECKING:
    from pathlib import Path

    from graph import Graph
    from gui.document import Document

PAUSE = 200  # milliseconds after an edit


class Counting(QObject):
    """Keeps `sentence`, or the `refusal` that says why there can be no training, up to date.

    It works only while somebody wants to read it.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.sentence = self.refusal = ""
        self._is_wanted = False
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._ask)
        for signal in (document.edited, document.replaced):
            signal.connect(self._wait)

    def want(self, is_wanted: bool) -> None:
        """Somebody reads it from now on, or nobody."""
        self._is_wanted = is_wanted
        if is_wanted:
            self._ask()
        else:
            self._soon.stop()
            self._work.drop()

    def _wait(self) -> None:
        if self._is_wanted:
            self._soon.start()

    def _ask(self) -> None:
        document = self._document
        folder = document.path.parent if document.path is not None else None
        self._work.ask_long(partial(_count, document.root.copy(), folder))

    def _take(self, sentence: str) -> None:
        self._tell(sentence, "")

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self._tell("", told_error(self._document.root, error))

    def _tell(self, sentence: str, refusal: str) -> None:
        if (sentence, refusal) != (self.sentence, self.refusal):
            self.sentence, self.refusal = sentence, refusal
            self.changed.emit()


def _count(graph: Graph, folder: Path | None, _: object) -> str:
    """The sentence of the graph's samples and epochs; raises `GradwireError`."""
    from runtime.data.feeding import Feeder

    return Feeder.of(graph, folder).sentence(graph.training.epochs)
