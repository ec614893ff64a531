"""Work off the window's thread: the newest question wins, older answers are dropped.

Short work waits in one line. Long work has a line of its own: it tells how far it is, and ends
early when nobody waits for its answer any more.
"""

from __future__ import annotations

import contextlib
import itertools
import time
import weakref
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal
from shiboken6 import isValid

SMALL = 100_000  # entries up to which a question is answered at once
PACE = 0.1  # seconds between two reports of long work
LONG_AT_ONCE = 2  # pieces of long work that run beside each other
Progress = Callable[[float], None]
_tickets = itertools.count(1)


class Dropped(Exception):
    """Nobody waits for an answer any more: raised where long work reports."""


class _Post(QObject):
    """Brings answers to the window's thread. It lives as long as the program, so that a task
    can end after its asker is gone."""

    arrived = Signal(int, object, object)
    came_so_far = Signal(int, float)

    def __init__(self) -> None:
        super().__init__()
        self.askers: dict[int, weakref.ref[Background]] = {}
        self.arrived.connect(self.deliver)
        self.came_so_far.connect(self.report)

    def deliver(self, ticket: int, answer: Any, error: Exception | None) -> None:
        asker = self.askers.pop(ticket, lambda: None)()
        if asker is not None and isValid(asker):
            asker.receive(ticket, answer, error)

    def report(self, ticket: int, share: float) -> None:
        asker = self.askers.get(ticket, lambda: None)()
        if asker is not None and isValid(asker):
            asker.progressed.emit(share)


class _Task(QRunnable):
    def __init__(self, ticket: int, work: Callable[[], Any], post: _Post) -> None:
        super().__init__()
        self._ticket, self._work, self._post = ticket, work, post

    def run(self) -> None:
        if self._ticket not in self._post.askers:
            return  # nobody waits any more
        found = attempt(self._work)
        with contextlib.suppress(RuntimeError):  # the program ended meanwhile
            self._post.arrived.emit(self._ticket, *found)


class _Reports:
    """What long work is given to tell how far it is; the first report and one a tenth of a
    second reach the window."""

    def __init__(self, ticket: int, post: _Post) -> None:
        self._ticket, self._post, self._last = ticket, post, 0.0

    def __call__(self, share: float) -> None:
        if self._ticket not in self._post.askers:
            raise Dropped
        now = time.monotonic()
        if now - self._last >= PACE:
            self._last = now
            with contextlib.suppress(RuntimeError):  # the program ended meanwhile
                self._post.came_so_far.emit(self._ticket, share)


def attempt(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """The answer or the error: an error is carried over, and the asker decides what to say."""
    try:
        return work(), None
    except Exception as error:
        return None, error


def _post() -> tuple[_Post, QThreadPool, QThreadPool]:
    """The post of this program and its workers, for short work and for long; made on first use."""
    app = QCoreApplication.instance()
    if not hasattr(app, "_inspector_post"):
        app._inspector_post = (_Post(), _pool(app, 1), _pool(app, LONG_AT_ONCE))
    return app._inspector_post


def _pool(app: QCoreApplication, workers: int) -> QThreadPool:
    pool = QThreadPool(app)
    pool.setMaxThreadCount(workers)
    pool.setExpiryTimeout(2000)
    return pool


class Background(QObject):
    """One question at a time; asking again drops the answer of the question before.

    `answered(answer)` or `refused(error)` follow in the asker's thread. A question about few
    entries is answered before `ask` returns. `progressed(share)` tells how far long work is.
    """

    answered = Signal(object)
    refused = Signal(object)
    progressed = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0
        waits = self._waits = [0]  # the ticket that a worker may have
        self.destroyed.connect(lambda: _forget(waits[0]))

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._ticket != 0

    def ask(self, work: Callable[[], Any], entries: int) -> None:
        """Run `work()`, which must touch frozen things alone, over about `entries` numbers."""
        self.drop()
        self._ticket = next(_tickets)
        if entries <= SMALL:
            self.receive(self._ticket, *attempt(work))
            return
        self._hand_over(work, is_long=False)

    def ask_long(self, work: Callable[[Progress], Any]) -> None:
        """Run `work(progress)` beside the short work; its calls of `progress(share)` end it with
        `Dropped` once another question was asked, `drop` was called or the asker is gone."""
        self.drop()
        self._ticket = next(_tickets)
        reports = _Reports(self._ticket, _post()[0])
        self._hand_over(lambda: work(reports), is_long=True)

    def _hand_over(self, work: Callable[[], Any], *, is_long: bool) -> None:
        post, *pools = _post()
        self._waits[0] = self._ticket
        post.askers[self._ticket] = weakref.ref(self)
        pools[is_long].start(_Task(self._ticket, work, post))

    def drop(self) -> None:
        """Forget the question under way; its answer will not be heard."""
        _forget(self._ticket)
        self._ticket = 0

    def receive(self, ticket: int, answer: Any, error: Exception | None) -> None:
        """Take an answer, unless another question has been asked since."""
        if ticket != self._ticket:
            return
        self._ticket = 0
        if error is not None:
            self.refused.emit(error)
        else:
            self.answered.emit(answer)


def _forget(ticket: int) -> None:
    """Nobody waits for this answer any more; long work ends at its next report."""
    if ticket and QCoreApplication.instance() is not None:
        _post()[0].askers.pop(ticket, None)
