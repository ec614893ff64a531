"""Live mode: every edit is checked and run in the background, and the newest edit wins.

What crosses the thread is frozen (`gui.answers`): a request with a snapshot of the graph goes over,
an answer comes back. An answer for a graph that has changed since is dropped by the document.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from graph.uncollected import uncollected
from gui.answers import Answer, Request, Runs, compute, numbers_in
from gui.check_progress import CheckProgress
from gui.consequences import concerns_run
from gui.document import Document
from runtime.errors import Cancelled

Choice = Literal["auto", "on", "off"]

MAX_VERIFIED = 200_000  # numbers in all; finite differences evaluate each node many times
VERIFY_AFTER = 400  # milliseconds without an edit
_log = logging.getLogger("gradwire")


class Worker(QThread):
    """One thread that works on one request at a time; a newer one cancels and replaces it."""

    answered = Signal(object, object)  # request, answer
    progressed = Signal(float)  # the share of a gradient check that is done

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._waiting: Request | None = None
        self._is_closing = self._is_dropped = False
        self._progress = CheckProgress(self.progressed.emit)

    def drop(self) -> None:
        """Give up what is under way; nothing is answered."""
        with self._changed:
            self._is_dropped, self._waiting = True, None

    def post(self, request: Request) -> None:
        """Work on this next; what is under way is given up."""
        with self._changed:
            if self._is_closing:
                return
            self._waiting = request
            self._changed.notify()
        if not self.isRunning():
            self.start()

    def close(self) -> None:
        """Give up what is under way and end the thread."""
        with self._changed:
            self._is_closing, self._waiting = True, None
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        """The thread's loop."""
        while (request := self._take()) is not None:
            if request.verifies:  # which may take minutes
                self._answer(request)
                continue
            with uncollected():  # the answer is given before the collector looks at what it made
                self._answer(request)

    def _answer(self, request: Request) -> None:
        try:
            answer = compute(request, self._measure if request.verifies else self._watch)
        except Cancelled:
            return
        except Exception as error:  # a fault of ours must reach the window, not end the thread
            _log.exception("the background run failed")
            answer = Answer(request.graph.revision, error=f"{type(error).__name__}: {error}")
        self.answered.emit(request, answer)

    def _take(self) -> Request | None:
        with self._changed:
            while self._waiting is None and not self._is_closing:
                self._changed.wait()
            request, self._waiting = self._waiting, None
            self._is_dropped = False
            return request

    def _watch(self, about: object) -> None:
        if self._waiting is not None or self._is_closing or self._is_dropped:
            raise Cancelled

    def _measure(self, about: object) -> None:
        self._watch(about)
        self._progress.note(about)


class Live(QObject):
    """Keeps a document's check, trace and report up to date."""

    changed = Signal()  # on, off or busy
    ran = Signal()  # a run that was asked for has arrived
    progressed = Signal(float)  # the share of a gradient check that is done

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._choice: Choice = "auto"
        self._is_large = False
        self._is_asked = False
        self._wants_verdict = False
        self._is_held = self._has_waited = False
        self._sent: Request | None = None  # the newest request, until its answer is here
        self._opened = 0  # how many graphs the document has shown before this one
        self._worker = Worker(self)
        self._worker.answered.connect(self._take)
        self._worker.progressed.connect(self.progressed)
        self._soon = _timer(self, 0, self._post)
        self._later = _timer(self, VERIFY_AFTER, self._verify)
        document.changed.connect(self._after_edit)
        document.opened.connect(self._restart)
        document.data_changed.connect(self._soon.start)
        document.seeding.changed.connect(self._run_again)
        document.updating.changed.connect(self._run_again)
        self._soon.start()

    @property
    def is_on(self) -> bool:
        """Whether edits are run at once: as chosen, else for small graphs."""
        return self._choice == "on" or (self._choice == "auto" and not self._is_large)

    @property
    def is_busy(self) -> bool:
        """Whether a check or a run is under way; finite differences keep nobody waiting."""
        sent = self._sent
        return self._soon.isActive() or (sent is not None and not sent.verifies)

    @property
    def is_verifying(self) -> bool:
        """Whether edges are being held against finite differences, or are about to be."""
        sent = self._sent
        return self._wants_verdict or (sent is not None and sent.verifies)

    def switch(self, on: bool) -> None:
        """Turn live mode on, whatever the graph's size, or off."""
        self._choice = "on" if on else "off"
        self.changed.emit()
        if on and not self.document.is_fresh:
            self._soon.start()

    def run(self) -> None:
        """Run once, live or not; `ran` tells when the trace is there."""
        self._is_asked = True
        if self.document.is_fresh and not self.is_busy:
            self._tell_ran()
        else:
            self._soon.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Run nothing meanwhile, for the document is about to be another; what waits comes then."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if self._has_waited:
                self._soon.start()

    def verify(self) -> None:
        """Hold every edge against finite differences, whatever the graph's size."""
        self._later.stop()
        if self.document.is_fresh and not self._soon.isActive():
            self._wants_verdict = False
            self._send("never", verifies=True)
        else:
            self._wants_verdict = True  # after the run, which would end what is under way
            self.run()

    def cancel_verify(self) -> None:
        """Give the gradient check up; what is known of the graph before it stays."""
        self._wants_verdict = False
        self._later.stop()
        if self._sent is not None and self._sent.verifies:
            self._worker.drop()
            self._sent = None
        self.changed.emit()

    def close(self) -> None:
        """End the thread; nothing is answered any more."""
        self._soon.stop()
        self._later.stop()
        self._worker.close()

    def _after_edit(self, edit: object) -> None:
        if concerns_run(edit):
            self._later.stop()
            self._soon.start()

    def _run_again(self) -> None:
        """Tangent or update go with the run that there is, live or not: that takes little."""
        if self.is_on or self.document.is_fresh:
            self._later.stop()
            self._send("always")

    def _restart(self) -> None:
        self._opened += 1
        self._choice, self._is_large = "auto", False
        self._is_asked = self._wants_verdict = False
        self._later.stop()
        self._soon.start()
        self.changed.emit()

    def _post(self) -> None:
        self._has_waited = self._is_held
        if self._is_held:
            return
        runs: Runs = "always" if self._is_asked or self._choice == "on" else "if small"
        self._send("never" if self._choice == "off" and not self._is_asked else runs)

    def _send(self, runs: Runs, *, verifies: bool = False) -> None:
        document = self.document
        trace, seed = document.whole_trace, document.seeding.seed
        learning, batch = document.updating.learning, document.updating.batch
        root = document.root.copy()
        self._sent = Request(root, runs, trace, verifies, seed, learning, batch, self._opened)
        self._worker.post(self._sent)
        self.changed.emit()

    @Slot(object, object)
    def _take(self, request: Request, answer: Answer) -> None:
        document = self.document
        if request is self._sent:
            self._sent = None
        if request.opened != self._opened:
            return  # of a graph that is not shown any more
        if answer.check is not None and document.accept_check(answer.check):
            self._is_large = answer.is_large
            document.root.types.take(request.graph.types)
        if answer.trace is not None:
            document.seeding.tell(answer.refusal)
            document.updating.tell(answer.stays)
            if document.accept_trace(answer.trace):
                self._after_trace(answer)
        if answer.report is not None:
            document.accept_report(answer.report, answer.revision)
        if answer.error and answer.revision >= document.run_revision:
            document.failed.emit(answer.error)
        if self._sent is None and not (self._soon.isActive() or self._has_waited):
            self._wants_verdict = False  # what was to be run first could not be
        self.changed.emit()

    def _after_trace(self, answer: Answer) -> None:
        trace, found = answer.trace, answer.check
        if self._is_asked:
            self._tell_ran()
        if self._wants_verdict and not self._soon.isActive():
            self.verify()  # whatever there is to verify: local derivatives need no target
            return
        is_small = found is not None and numbers_in(found) <= MAX_VERIFIED
        if trace is None or trace.failure is not None or trace.target is None:
            return
        if is_small and self.document.updating.batch is None:  # differences are of its own numbers
            self._later.start()

    def _tell_ran(self) -> None:
        self._is_asked = False
        self.ran.emit()

    def _verify(self) -> None:
        if self.document.is_fresh and not self.is_busy:
            self.verify()


def _timer(parent: QObject, milliseconds: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(parent, singleShot=True, interval=milliseconds)
    timer.timeout.connect(then)
    return timer
