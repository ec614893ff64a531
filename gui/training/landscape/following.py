"""What the page follows: the document, and the run as long as it is one of this document."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ref

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gui.inspector.axes import Array
from gui.training.landscape.question import Given, Seen

if TYPE_CHECKING:
    from graph import Graph
    from gui.window import Window

PACE = 66  # milliseconds between two places of a run
LONGEST = 2_000  # places of a trail; then every other one goes


class Following(QObject):
    """Says when the landscape is too old, and where a run is meanwhile.

    While a run goes on the landscape stays, and `trail` grows; when it stands, it is drawn anew.
    """

    outdated = Signal()
    moved = Signal()  # the run is elsewhere

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._document, self._running = window.document, window.running
        self._known: object = None
        self._pace = QTimer(self, singleShot=True, interval=PACE)
        self._pace.timeout.connect(self.moved)
        for signal in (self._document.changed, self._document.opened):
            signal.connect(self._look)
        self._running.state_changed.connect(self._look)
        self._running.changed.connect(self._hear)

    def given(self) -> Given:
        """What is to be looked at now."""
        self._known = self._key()
        path, run = self._document.path, self._running.run
        kept = self._running.parameters() if self._is_of_run else None
        position = self._running.position
        update = self._running.travelled
        if update is None and position is not None:
            update = position.update
        moments = tuple(run.moments.values()) if run is not None else ()
        return Given(
            self._document.root.copy(),
            path.parent if path is not None else None,
            kept,
            moments,
            update if kept is not None else None,
        )

    def place_on(self, seen: Seen) -> Array | None:
        """Where the run is on what was seen, [k]; None where there is none under way."""
        kept = self._running.parameters() if self._is_of_run else None
        if kept is None or self._running.state != "running":
            return None
        place: Array = seen.directions.coordinates(seen.scene.objective.flat(kept))
        return place

    # --- inside ----------------------------------------------------------------------------

    @property
    def _now(self) -> tuple[ref[Graph], int]:
        return ref(self._document.root), self._document.run_revision

    @property
    def _is_of_run(self) -> bool:
        """Whether the document is as the run found it."""
        graph = self._running.graph
        return graph is not None and graph.revision >= self._document.run_revision

    def _key(self) -> object:
        """What the landscape is of: the document, and where a run that stands has come to."""
        running = self._running
        if not self._is_of_run or running.state == "running":
            return self._now, self._is_of_run
        position = running.position
        stands = None if position is None else position.update
        return self._now, running.travelled, stands, running.run.id if running.run else 0

    def _hear(self) -> None:
        if self._running.state == "running" and self._running.travelled is None:
            if not self._pace.isActive():
                self._pace.start()
        else:
            self._look()

    def _look(self, *_: object) -> None:
        if self._key() != self._known:
            self.outdated.emit()


def longer(trail: Array | None, place: Array) -> Array:
    """A trail with one place more; a long one is thinned."""
    if trail is None:
        return place[None]
    if len(trail) >= LONGEST:
        trail = trail[::2]
    return np.concatenate([trail, place[None]])
