"""How many updates a training will make, said before it begins; read off the window's thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from graph import GradwireError, check
from graph.initialise import trained
from gui.background import Background
from gui.numbers import grouped
from gui.told import told, told_error
from gui.training.pages import tr

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

    def _take(self, found: tuple[str, str]) -> None:
        if found != (self.sentence, self.refusal):
            self.sentence, self.refusal = found
            self.changed.emit()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self._take(("", told_error(self._document.root, error)))


def _count(graph: Graph, folder: Path | None, _: object) -> tuple[str, str]:
    """The sentence of the graph's samples and epochs, or why it cannot be trained.

    Raises `GradwireError` where the samples cannot be had.
    """
    from runtime.data.feeding import Feeder

    if not graph.nodes:
        return "", tr("There is nothing to train yet.")
    feeder = Feeder.of(graph, folder)  # first, for a set that is missing is said best by itself
    refusal = _refusal(graph)
    return ("", refusal) if refusal else (grouped(feeder.sentence(graph.training.epochs)), "")


def _refusal(graph: Graph) -> str:
    """What stands against any training of a graph, whatever its samples are."""
    found = check(graph)
    error = next((problem for problem in found.problems if problem.severity == "error"), None)
    if found.target is None:
        problem = error or found.target_problem
        return tr("The graph has no target yet.") if problem is None else told(graph, problem)
    modules = map(found.flat.graph.module, found.flat.graph.nodes)
    if not any(module is not None and trained(module) for module in modules):
        return tr("The graph has no parameters that could be trained.")
    return ""
