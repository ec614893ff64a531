"""Work off the window's thread: the newest question wins, older answers are dropped."""

from __future__ import annotations

import contextlib
import itertools
import weakref
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal
from shiboken6 import isValid

SMALL = 100_000  # entries up to which a question is answered at once
_tickets = itertools.count(1)


class _Post(QObject):
    """Brings answers to the window's thread. It lives as long as the program, so that a task
    can end after its asker is gone."""

    arrived = Signal(int, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.askers: dict[int, weakref.ref[Background]] = {}
        self.arrived.connect(self.deliver)

    def deliver(self, ticket: int, answer: Any, error: Exception | None) -> None:
        asker = self.askers.pop(ticket, lambda: None)()
        if asker is not None and isValid(asker):
            asker.receive(ticket, answer, error)


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


def attempt(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """The answer or the error: an error is carried over, and the asker decides what to say."""
    try:
        return work(), None
    except Exception as error:
        return None, error


def _post() -> tuple[_Post, QThreadPool]:
    """The post and the single worker of this program, made on first use."""
    app = QCoreApplication.instance()
    if not hasattr(app, "_inspector_post"):
        pool = QThreadPool(app)
        pool.setMaxThreadCount(1)
        pool.setExpiryTimeout(2000)
        app._inspector_post = (_Post(), pool)
    return app._inspector_post


class Background(QObject):
    """One question at a time; asking again drops the answer of the question before.

    `answered(answer)` or `refused(error)` follow in the asker's thread. A question about few
    entries is answered before `ask` returns.
    """

    answered = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0

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
        post, pool = _post()
        post.askers[self._ticket] = weakref.ref(self)
        pool.start(_Task(self._ticket, work, post))

    def drop(self) -> None:
        """Forget the question under way; its answer will not be heard."""
        if self._ticket and QCoreApplication.instance() is not None:
            _post()[0].askers.pop(self._ticket, None)
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
