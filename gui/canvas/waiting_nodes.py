"""Nodes that wait for their numbers: stale where nobody works, running where a run does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from gui.canvas.looks import Mark
    from gui.document import Document

# milliseconds: a mark that comes and goes with every edit would flicker
STALE_AFTER = 300
RUNNING_AFTER = 150


class WaitingNodes(QObject):
    """The nodes that an edit has touched and all that follow them, until a run answers."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._touched: set[str] = set()
        self._found: frozenset[str] = frozenset()
        self._is_running = False
        self._soon_stale = QTimer(self, singleShot=True, interval=STALE_AFTER)
        self._soon_stale.timeout.connect(self._find)
        self._soon_running = QTimer(self, singleShot=True, interval=RUNNING_AFTER)
        self._soon_running.timeout.connect(self._run)

    def note(self, ids: Iterable[str]) -> None:
        """An edit can have changed the numbers of these."""
        ids = set(ids)
        self._touched |= ids
        if ids:
            self._soon_stale.start()

    def clear(self) -> None:
        """A run has answered, or the graph is another one."""
        self._touched.clear()
        self._found = frozenset()
        self._soon_stale.stop()

    def show_busy(self, is_busy: bool) -> None:
        """A run is under way, or none; a short one is not worth a mark."""
        if is_busy:
            if not self._is_running and not self._soon_running.isActive():
                self._soon_running.start()
            return
        self._soon_running.stop()
        if self._is_running:
            self._is_running = False
            self.changed.emit()

    def mark(self, id_: str) -> Mark:
        """The mark of a node, as far as waiting goes."""
        is_waiting = id_ in self._found
        if self._is_running and (is_waiting or self._document.trace is None):
            return "running"
        return "stale" if is_waiting else ""

    def _run(self) -> None:
        self._is_running = True
        self._find()
        self.changed.emit()

    def _find(self) -> None:
        if self._document.trace is None or self._document.is_fresh:
            return
        self._found = self._document.graph.downstream(self._touched)
        self.changed.emit()
