"""The histories of the watched ports, worked out in the background for each run."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.background import Background, Progress
from runtime.stops import history_of

if TYPE_CHECKING:
    from graph import PortRef
    from gui.document import Document
    from gui.watches.watches import Watches
    from runtime.stops import History, Point, Position
    from runtime.trace import Trace


class Histories(QObject):
    """Reads the newest trace while somebody wants to see it. `failed` says why one could not."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, watches: Watches, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._watches = document, watches
        self._asked: tuple[Trace | None, tuple[PortRef, ...]] = (None, ())
        self.by_port: Mapping[PortRef, History] = {}
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self._work.refused.connect(self._fail)

    @property
    def is_busy(self) -> bool:
        """Whether they are being worked out."""
        return self._work.is_busy

    def follow(self) -> None:
        """Ask for what is watched now, of the newest run, unless that is there or on its way."""
        trace, ports = self._document.whole_trace, self._watches.all
        if (trace, ports) == self._asked:
            return
        self._asked = (trace, ports)
        if trace is None or not ports:
            self._work.drop()
            self._take({})
            return
        self._work.ask_long(lambda progress: _read(trace, ports, progress))

    def _take(self, found: Mapping[PortRef, History]) -> None:
        self.by_port = found
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self.failed.emit(f"{type(error).__name__}: {error}")


def _read(
    trace: Trace, ports: tuple[PortRef, ...], progress: Progress
) -> Mapping[PortRef, History]:
    found = {}
    for number, port in enumerate(ports):
        progress(number / len(ports))
        found[port] = history_of(trace, port, progress)
    return found


def come(points: tuple[Point, ...], position: Position) -> tuple[Point, ...]:
    """The points that a playhead at a position has behind it; what is ahead is not told."""
    return points[: bisect.bisect_right(points, position, key=lambda point: point.position)]
