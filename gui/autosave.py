"""Autosave: what is not saved yet is written beside, so that a crash costs half a minute at most.

The document's own file is never touched. The graph is copied in this thread, which is quick, and
written in another.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from graph import Graph
from gui import drafts
from gui.document import Document
from gui.settings import Settings

WRITING = 1_000  # milliseconds before its time that the writing begins
_log = logging.getLogger("gradwire")


class Keeper:
    """Holds one document's draft. Its methods run one after the other, in one other thread."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._draft: drafts.Draft | None = None
        self._known: dict[drafts.Origin, drafts.Origin] = {}  # with its digest, read once

    def write(self, graph: Graph, about: drafts.About) -> None:
        """Write the draft, and make it the first time; raises `FileError` or `OSError`."""
        about = replace(about, origin=self._with_digest(about.origin))
        if self._draft is None or not self._draft.folder.is_dir():
            self.let_go()
            self._draft = drafts.Draft.make(self._home)
        self._draft.write(graph, about)

    def take(self, draft: drafts.Draft) -> None:
        """Go on with a draft that was left behind."""
        self.drop()
        self._draft = draft

    def drop(self) -> None:
        """Remove the draft."""
        if self._draft is not None:
            self._draft.remove()
        self._draft = None

    def let_go(self) -> None:
        """Leave the draft for the next start."""
        if self._draft is not None:
            self._draft.release()
        self._draft = None

    def _with_digest(self, origin: drafts.Origin | None) -> drafts.Origin | None:
        if origin is not None and origin not in self._known:
            self._known = {origin: origin.with_digest()}
        return self._known[origin] if origin is not None else None


class Autosave(QObject):
    """Writes a document's draft while it has unsaved changes, and removes it when it has none.

    A change is on the disk within the seconds of the settings, or `within` so many milliseconds.
    """

    wrote = Signal(object)  # None, or the exception that came instead

    def __init__(
        self,
        document: Document,
        settings: Settings,
        parent: QObject | None = None,
        *,
        within: int | None = None,
        home: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._keeper = Keeper(home or drafts.home())
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None
        self._changed = 0.0
        self._has_draft = self._is_failing = self._is_closed = False
        self._settings, self._within = settings, within
        self.timer = QTimer(self, singleShot=True)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)  # a coarse one may be 5 % late
        self.timer.timeout.connect(self._write)
        self.wrote.connect(self._take)
        self._pace()
        settings.changed.connect(self._pace)
        document.opened.connect(self._drop)
        document.saved_changed.connect(self._follow)

    def adopt(self, draft: drafts.Draft) -> None:
        """Go on with the draft that the document was recovered from."""
        self._has_draft = True
        self._post(lambda: self._keeper.take(draft))

    def write_now(self) -> None:
        """Write what is not saved, and wait for it: the program is told to end."""
        if not self._document.is_saved and not self._is_closed:
            self._write(at_once=True)
            if self._last is not None:
                with contextlib.suppress(Exception):
                    self._last.result()

    def close(self) -> None:
        """The document was saved, or its changes were given up: remove the draft and end."""
        if self._is_closed:
            return
        self.timer.stop()
        self._drop()
        self._is_closed = True
        if self._thread is not None:
            self._thread.shutdown()

    @Slot(str)
    def _pace(self, _name: str = "") -> None:
        within = self._within or 1_000 * self._settings.autosave_seconds
        wait = within - min(WRITING, within // 3)
        if wait != self.timer.interval():
            self.timer.setInterval(wait)  # one under way starts anew

    def _follow(self) -> None:
        if self._is_closed:
            return
        if self._document.is_saved:
            self.timer.stop()
            self._drop()
            return
        self._changed = time.time()
        if not self.timer.isActive():
            self.timer.start()

    def _write(self, *, at_once: bool = False) -> None:
        if self._last is not None and not self._last.done() and not at_once:
            self.timer.start()  # a slow disk gets no second graph on top
            return
        document = self._document
        graph = document.root.copy()
        name = document.name
        about = drafts.About(name, self._changed, os.getpid(), document.origin)
        self._has_draft = True
        self._last = self._post(lambda: self._keeper.write(graph, about))
        self._last.add_done_callback(lambda done: self.wrote.emit(done.exception()))

    def _drop(self) -> None:
        if self._has_draft:
            self._has_draft = False
            self._post(self._keeper.drop)

    def _post(self, work: Callable[[], None]) -> Future[None]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "autosave")
        return self._thread.submit(work)

    @Slot(object)
    def _take(self, error: BaseException | None) -> None:
        """Say the first failure of several in a row; the next change is not waited for."""
        if error is not None and not self._is_failing:
            _log.error("the autosave failed", exc_info=error)
            text = self.tr("Changes are not kept against a crash. {0} This is tried again.")
            self._document.failed.emit(text.format(error))
        self._is_failing = error is not None
        if error is not None and not self._document.is_saved and not self._is_closed:
            self.timer.start()
