"""Histograms of the moments that a run keeps, measured off the window's thread, one by one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from graph import GradwireError
from gui.background import Background

if TYPE_CHECKING:
    from graph import Graph
    from gui.document import Document
    from gui.training.running import Running
    from gui.training.runs import Run
    from runtime.training.distributions import Distributions, Survey

MOST = 64  # moments that are measured
REST = 250  # milliseconds between two of them while the training goes on


class Surveying(QObject):
    """Keeps what it has measured by the moments' folders; branches share what lies before them.

    It works while it is `wanted`. A moment that cannot be measured is left out; `refusal` says
    why the last one could not.
    """

    changed = Signal()

    def __init__(self, document: Document, running: Running, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._running = document, running
        self._found: dict[Path, Distributions | None] = {}
        self._survey: tuple[int, Survey] | None = None  # of a run, by its id
        self._is_wanted = False
        self.refusal = ""
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._refuse)
        self._asked: tuple[int, Path] | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST)  # the training needs the cores
        self._rest.timeout.connect(self.go_on)
        document.opened.connect(self._forget)

    def want(self, is_wanted: bool) -> None:
        """Somebody looks from now on, or nobody."""
        self._is_wanted = is_wanted
        self.go_on()

    @property
    def is_busy(self) -> bool:
        """Whether a moment is being measured."""
        return self._work.is_busy

    @property
    def is_complete(self) -> bool:
        """Whether every moment that is to be measured has been."""
        return all(place in self._found for place in self._places())

    def found(self) -> list[Distributions]:
        """What is known of the newest run's moments, in order."""
        known = (self._found.get(place) for place in self._places())
        return [one for one in known if one is not None]

    def go_on(self) -> None:
        """Measure the next moment that is not known yet."""
        run = self._running.run
        if not self._is_wanted or run is None or self._work.is_busy:
            return
        place = next((place for place in self._places() if place not in self._found), None)
        if place is None or self._rest.isActive():
            return
        known = self._survey
        survey = known[1] if known is not None and known[0] == run.id else None
        self._asked = (run.id, place)
        self._work.ask_long(partial(_measure, run.graph, self._folder(run), survey, place))

    def _places(self) -> list[Path]:
        """The folders of the moments to be measured: the newest, of very many not all others."""
        run = self._running.run
        places = list(run.moments.values()) if run is not None else []
        step = max(-(-len(places) // MOST), 1)
        return [*places[:-1:step], *places[-1:]]

    def _folder(self, run: Run) -> Path | None:
        path = self._document.path
        return path.parent if path is not None else None

    def _take(self, answer: tuple[Survey, Distributions]) -> None:
        id_, place = self._asked
        survey, self._found[place] = answer
        self._survey = (id_, survey)
        self.refusal = ""
        self._tell()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        _, place = self._asked
        self._found[place] = None  # it may have been thinned out meanwhile
        self.refusal = str(error)
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        if self._running.state == "running":
            self._rest.start()
        else:
            self.go_on()

    def _forget(self) -> None:
        self._work.drop()
        self._found.clear()
        self._survey, self.refusal = None, ""
        self.changed.emit()


def _measure(
    graph: Graph, folder: Path | None, survey: Survey | None, place: Path, _: Any
) -> tuple[Survey, Distributions]:
    """One moment, and the survey that measured it, which the next one can go on with."""
    from runtime.training import keeping
    from runtime.training.distributions import Survey

    made = Survey.of(graph, folder) if survey is None else survey
    return made, made.at(keeping.read(place))
