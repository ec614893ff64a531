"""Opening a batch of a training in the stepper: a copy from its start, while the run goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from gui.newest import Newest
from gui.told import told_error
from runtime import updates
from runtime.errors import GradwireError

if TYPE_CHECKING:
    from pathlib import Path

    from graph import Graph
    from gui.background import Progress
    from gui.window import Window
    from runtime.updates import Batch


class Batches(QObject):
    """Opens the batch at which a window's training stands, or that of the moment travelled to.

    A run that is under way writes down where it stands and goes on; all is read off the window's
    thread.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._running = window.running
        self._after: int | None = None  # the update that was shown when a moment was asked for
        self._newest = Newest(self)
        self._newest.answered.connect(self._take)
        self._newest.refused.connect(self._refuse)
        self._running.changed.connect(self._look)
        self._running.state_changed.connect(self._look)
        self._document.opened.connect(self._forget)

    @property
    def can_open(self) -> bool:
        """Whether there is a moment of a run, or will be."""
        return self._running.run is not None

    @property
    def is_busy(self) -> bool:
        """Whether a batch is about to be opened."""
        return self._after is not None or self._newest.is_busy

    def open(self) -> None:
        """Open the batch that comes next where the run stands, or at the moment that is shown."""
        running = self._running
        if running.run is None:
            self._document.refuse(self.tr("Nothing has been trained yet. Start the training."))
        elif not alike(running.run.graph, self._document.root):
            text = self.tr("The graph is another than the run's. Start the training anew.")
            self._document.refuse(text)
        elif running.travelled is not None:
            self._read(running.travelled)
        elif running.state == "running":
            self._after = running.position.update if running.position is not None else 0
            running.keep()
            self._look()
        elif running.moments:
            self._read(self._newest_moment())
        else:
            self._after = 0  # the first moment is written when the worker has begun

    def close(self) -> None:
        """Show the document's own numbers again."""
        self._forget()
        self._document.updating.close_batch()

    # --- inside ---------------------------------------------------------------------------

    def _newest_moment(self) -> int:
        """The newest kept moment that another batch of the training follows, if there is one."""
        moments = self._running.moments
        return max((at for at in moments if at < self._running.total), default=moments[-1])

    def _look(self) -> None:
        """Whether the moment that was asked for is there."""
        if self._after is None:
            return
        moments = self._running.moments
        if moments and moments[-1] >= self._after:
            self._after = None
            self._read(moments[-1])
        elif self._running.state in ("none", "failed", "ended"):
            self._after = None

    def _read(self, update: int) -> None:
        run, path = self._running.run, self._document.path
        folder = path.parent if path is not None else None
        place = run.moments[update]
        self._newest.ask_long(partial(_read, run.graph, place, folder))

    def _take(self, batch: Batch) -> None:
        window = self._window
        window.stepping.player.stop()
        self._document.playhead.first()
        self._document.updating.open_batch(batch)
        window.workspaces.step()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, GradwireError):
            raise error
        self._document.refuse(told_error(self._document.root, error))

    def _forget(self) -> None:
        self._after = None
        self._newest.drop()


def alike(one: Graph, other: Graph) -> bool:
    """Whether two graphs compute the same from the same numbers."""
    return one.dtype == other.dtype and one.seed == other.seed and _shape(one) == _shape(other)


def _shape(graph: Graph) -> tuple[Any, ...]:
    """What a graph computes with, without looks and numbers."""
    inside = {name: _shape(found.body) for name, found in graph.definitions.items()}
    looks: dict[str, Any] = {"at": None, "label": None, "note": None}
    nodes = {id_: replace(node, **looks) for id_, node in graph.nodes.items()}
    edges = {edge.target: replace(edge, route=()) for edge in graph.edges}
    return nodes, edges, inside, graph.target, graph.time


def _read(graph: Graph, place: Path, folder: Path | None, progress: Progress) -> Batch:
    from runtime.training import keeping

    return updates.batch_of(graph, keeping.read(place), folder)
