"""Why a training fails, told while it runs: notices, each once, and marks at the nodes to blame.

Curves are judged now and then, and with them one run of the first batch with the parameters of
the moment; both in the background.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

import runtime
from graph import GradwireError, Graph, PortRef, Tensor
from graph import edits as e
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.newest import Newest
from gui.places import node_of

if TYPE_CHECKING:
    from gui.background import Progress
    from gui.window import Window
    from runtime.feeds import Host
    from runtime.training.diagnosis import Diagnosis
    from runtime.training.worker.series import Series

KEY = "training failures"
PACE = 1_000  # milliseconds between two looks at least
COST = 10  # times as long as a look took, before the next one: it takes of the window's time
LONGEST = 20_000
LEAST = 20  # updates before the parameters are judged: in the beginning much is small
MOST = 4_000_000  # trained numbers up to which they are


@dataclass(frozen=True, eq=False)
class Question:
    """What is judged: curves, and the graph with the parameters of the moment."""

    series: Series
    graph: Graph
    folder: Path | None
    parameters: dict[str, Host] | None

    def answer(self, progress: Progress) -> tuple[Diagnosis, ...]:
        """All that is found."""
        from runtime.training import diagnosis

        series = self.series
        told = series.update, series.loss, series.rate, series.epochs, series.norm
        found = diagnosis.diagnose_curves(*told)
        is_diverging = any(each.kind == "diverging" for each in found)
        if self.parameters is None or is_diverging or len(series) < LEAST:
            return found
        progress(0.5)
        return found + self._of_run(progress)

    def _of_run(self, progress: Progress) -> tuple[Diagnosis, ...]:
        from runtime.data.feeding import Feeder
        from runtime.training import diagnosis

        graph = self.graph.copy()
        tensors = {PortRef.parse(at): Tensor.of(array) for at, array in self.parameters.items()}
        graph.apply(e.Batch(tuple(e.SetTensor(ref, tensor) for ref, tensor in tensors.items())))
        try:
            feeds = Feeder.of(graph, self.folder).batch(0, 0)
            engine = runtime.Engine(graph, "cpu", mode="train")
            trace = engine.run(feeds, watch=lambda step: progress(0.5))
        except GradwireError:  # the run itself says what is wrong
            return ()
        return diagnosis.diagnose_run(trace)


class Diagnosing(QObject):
    """What is wrong with the newest run of a window; `found` is as of the last look."""

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._running = window, window.running
        self.found: tuple[Diagnosis, ...] = ()
        self._told: set[tuple[str, str]] = set()
        self._seen: set[tuple[str, str]] = set()
        self._sentences: set[str] = set()  # that stand as notices, or did
        self._clock = QElapsedTimer()
        self._run: object = None
        self._is_news = False
        self._pause = QTimer(self, singleShot=True, interval=PACE)
        self._pause.timeout.connect(self._look)
        self._newest = Newest(self)
        self._newest.answered.connect(self._answer)
        self._newest.refused.connect(self._refuse)
        self._running.changed.connect(self._note)
        self._running.state_changed.connect(self._note)
        window.document.opened.connect(self._forget)
        window.document.replaced.connect(self._mark)

    @property
    def is_busy(self) -> bool:
        """Whether something new is still to be judged."""
        return self._is_news or self._newest.is_busy

    # --- looking --------------------------------------------------------------------------

    def _note(self) -> None:
        """Something is new; look soon, and not sooner than a while after the last time."""
        self._is_news = True
        if self._running.run is not self._run:
            self._forget()
            self._run = self._running.run
        if self._running.state != "running":
            self._pause.stop()
        if not self._pause.isActive():
            self._look()

    def _look(self) -> None:
        running = self._running
        if not self._is_news or running.run is None or not len(running.series):
            return
        if self._newest.is_busy:
            return  # its answer looks again
        self._is_news = False
        self._clock.start()
        parameters = running.parameters() if running.travelled is None else None
        if parameters is not None and sum(x.size for x in parameters.values()) > MOST:
            parameters = None
        path = self._window.document.path
        folder = path.parent if path is not None else None
        question = Question(running.series, running.run.graph, folder, parameters)
        self._newest.ask_long(question.answer)

    def _answer(self, found: tuple[Diagnosis, ...]) -> None:
        """While the run goes on, a node is blamed only if it was to blame the last time too."""
        goes_on = self._running.state == "running"
        pause = min(max(PACE, COST * self._clock.elapsed()), LONGEST)
        self._pause.start(pause if goes_on else 0)  # one that stands is judged as it stands
        keys = {(each.kind, each.node) for each in found}
        seen, self._seen = self._seen, keys
        sure = (x for x in found if not (goes_on and x.node) or (x.kind, x.node) in seen)
        self._take(tuple(sure))

    def _take(self, found: tuple[Diagnosis, ...]) -> None:
        if found == self.found:
            return
        self.found = found
        self._mark()
        for each in found:
            if (each.kind, each.node) not in self._told:
                self._told.add((each.kind, each.node))
                self._tell(each)
        self.changed.emit()

    def _refuse(self, error: Exception) -> None:
        raise error

    def _forget(self) -> None:
        self._newest.drop()
        self._told.clear()
        self._seen.clear()
        self._window.notices.withdraw(self._sentences)  # they offer moments of another run
        self._sentences.clear()
        self._run = None
        self._take(())

    # --- telling --------------------------------------------------------------------------

    def _tell(self, found: Diagnosis) -> None:
        offer = None
        moment = None if found.go_back is None else self._moment_before(found.go_back)
        if moment is not None:
            text = self.tr("Go back to update {0}").format(moment)
            offer = (text, partial(self._go_back, moment))
        self._sentences.add(str(found))
        self._window.notices.tell(str(found), mark="warning", offer=offer)

    def _moment_before(self, update: int) -> int | None:
        """The newest kept moment at or before an update."""
        return max((at for at in self._running.moments if at <= update), default=None)

    def _go_back(self, update: int) -> None:
        """Hold the run and show what it was like then; a branch goes on from there."""
        moment = self._moment_before(update)
        if moment is not None:
            self._running.pause()
            self._running.travel(moment)
            self._window.workspaces.train()

    def _mark(self) -> None:
        overlays = self._window.canvas.canvas.overlays
        if any(each.node for each in self.found):
            overlays.put(KEY, self)
        else:
            overlays.take_away(KEY)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """Edges are not blamed."""
        return None

    def node(self, id_: str) -> NodeMark | None:
        """What is wrong at a node, or inside it."""
        place = self._window.document.place
        own = [x for x in self.found if x.node and node_of(place, x.node) == id_]
        if not own:
            return None
        return NodeMark(self._words(own[0]), "warning", tip="\n".join(map(str, own)))

    def _words(self, found: Diagnosis) -> str:
        """What is wrong at a node in two words."""
        return {
            "dead units": self.tr("dead units"),
            "vanishing gradients": self.tr("vanishing gradients"),
            "symmetric units": self.tr("units stay alike"),
        }.get(found.kind, "")
