"""Which graph is pictured, at which parameters, and when: the newest question wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import ref

from PySide6.QtCore import QObject, QTimer, Signal

from graph import GradwireError
from gui.newest import Newest
from runtime.training.pictures.plane import FINE
from runtime.training.pictures.studio import MOST_WORK, QUICK_WORK, Drawn, Studio, Wanted

if TYPE_CHECKING:
    from numpy import ndarray

    from graph import Graph
    from gui.window import Window
    from runtime.data.batches import Part
    from runtime.training.pictures.hidden import Hidden

PACE = 40  # milliseconds from one question to the next at least
SETTLE = 250  # milliseconds without news after which a grid is drawn finely
Key = tuple["ref[Graph]", int, str, str]


@dataclass(frozen=True, eq=False)
class Question:
    """What is worked out off the window's thread. All of it is frozen.

    `studio` is the one of an earlier question about the same graph.
    """

    key: Key
    graph: Graph
    wanted: Wanted
    parameters: Mapping[str, ndarray] | None
    part: Part
    loss: str
    studio: Studio | None


@dataclass(frozen=True, eq=False)
class Answer:
    """The pictures, and where they were drawn; or a sentence on why there are none."""

    question: Question
    studio: Studio | None = None
    drawn: Drawn | None = None
    refusal: str = ""


def work_out(question: Question, watch: Callable[[], None]) -> Answer:
    """Answer a question; in any thread."""
    studio = question.studio
    try:
        if studio is None:
            studio = Studio(question.graph, question.part, question.loss)
        return Answer(question, studio, studio.draw(question.wanted, question.parameters, watch))
    except GradwireError as error:
        return Answer(question, refusal=str(error))


class Asking(QObject):
    """Asks for pictures while somebody looks, as often as they can be drawn.

    `answered(answer)` brings them. An answer about a graph that has changed since is dropped.
    """

    answered = Signal(object)

    def __init__(self, window: Window, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window, self._document = window, window.document
        self.wanted = Wanted(frozenset(), work=QUICK_WORK)
        self.part: Part = "train"
        self.loss = ""  # the address of one of several losses; "" is the nearest
        self._is_awake = False
        self._studio: tuple[Key, Studio] | None = None
        self._graph: tuple[Key, Graph] | None = None
        self._newest = Newest(self)
        self._newest.answered.connect(self._take)
        self._soon = QTimer(self, singleShot=True, interval=PACE)
        self._soon.timeout.connect(self._ask)
        self._still = QTimer(self, singleShot=True, interval=SETTLE)
        self._still.timeout.connect(self._refine)
        self._document.changed.connect(self.follow)
        self._document.opened.connect(self.follow)
        self._document.playhead_moved.connect(self._follow_time)
        window.running.changed.connect(self.follow)
        window.running.state_changed.connect(self.follow)

    @property
    def is_busy(self) -> bool:
        """Whether pictures are awaited."""
        return self._soon.isActive() or self._still.isActive() or self._newest.is_busy

    def wake(self) -> None:
        """Somebody looks."""
        self._is_awake = True
        self._follow_time()
        self.follow()

    def rest(self) -> None:
        """Nobody does any more."""
        self._is_awake = False
        self._soon.stop()
        self._still.stop()
        self._newest.drop()

    def follow(self, *_: object) -> None:
        """There may be news."""
        if self._is_awake and not self._soon.isActive():
            self._soon.start()

    def choose(self, **changes: object) -> None:
        """Ask for something else."""
        wanted = replace(self.wanted, **changes)
        if wanted != self.wanted:
            self.wanted = wanted
            self.follow()

    def choose_part(self, part: Part) -> None:
        """Look at the samples of another part of the set."""
        if part != self.part:
            self.part = part
            self.follow()

    def choose_loss(self, loss: str) -> None:
        """Look at what another loss compares."""
        if loss != self.loss:
            self.loss = loss
            self.follow()

    def remember(self, hidden: Hidden) -> None:
        """What was seen of a hidden port, so that it stays where it was; that is no news."""
        self.wanted = replace(self.wanted, before=hidden)

    # --- inside -----------------------------------------------------------------------------

    def _follow_time(self) -> None:
        """Inside time a port is seen at the time step that the window shows."""
        self.choose(t=self._document.playhead.t)

    def _ask(self) -> None:
        self._still.stop()
        self._send(self.wanted)

    def _refine(self) -> None:
        self._send(replace(self.wanted, side=FINE, work=MOST_WORK))

    def _send(self, wanted: Wanted) -> None:
        key, graph, parameters = self._subject()
        studio = self._studio[1] if self._studio is not None and self._studio[0] == key else None
        question = Question(key, graph, wanted, parameters, self.part, self.loss, studio)
        self._newest.ask_long(lambda progress: work_out(question, lambda: progress(0.0)))

    def _key(self) -> Key:
        graph = self._running_graph()
        if graph is not None:
            return ref(graph), graph.revision, self.part, self.loss
        return ref(self._document.root), self._document.run_revision, self.part, self.loss

    def _running_graph(self) -> Graph | None:
        """The graph of the run, where that is what is seen: until an edit that a run depends on,
        and as long as the run goes on or one travels in it.
        """
        running = self._window.running
        graph = running.graph
        if graph is None or running.parameters() is None:
            return None
        is_seen = running.is_live or running.travelled is not None
        return graph if is_seen or graph.revision >= self._document.run_revision else None

    def _subject(self) -> tuple[Key, Graph, Mapping[str, ndarray] | None]:
        """The graph that is pictured, and the parameters that stand in for its own."""
        key, graph = self._key(), self._running_graph()
        if graph is not None:
            return key, graph, self._window.running.parameters()
        if self._graph is None or self._graph[0] != key:
            self._graph = key, self._document.root.copy()
        return key, self._graph[1], None

    def _take(self, answer: Answer) -> None:
        question = answer.question
        if question.key != self._key() or not self._is_awake:
            return
        if answer.studio is not None:
            self._studio = question.key, answer.studio
            if self._is_rough(answer) and not self._soon.isActive():
                self._still.start()
        self.answered.emit(answer)

    def _is_rough(self, answer: Answer) -> bool:
        """Whether it can be drawn finer, or of more samples."""
        wanted, studio, drawn = answer.question.wanted, answer.studio, answer.drawn
        has_grid = not wanted.pictures.isdisjoint(("plane", "hidden"))
        is_coarse = has_grid and wanted.side < FINE
        return is_coarse or (wanted.work < MOST_WORK and len(drawn.verdicts) < studio.count)
