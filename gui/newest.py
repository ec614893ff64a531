"""The newest question, one at a time: an answer is shown before the next question goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.background import Background, Progress

Work = Callable[[], Any]
LongWork = Callable[[Progress], Any]


class Newest(QObject):
    """Answers a stream of questions, as a drag asks them.

    While one is under way the newest waits and the others are forgotten, so that something is
    shown as often as it can be worked out, however fast the hand is.
    """

    answered = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: Callable[[], None] | None = None
        self._background = Background(self)
        self._background.answered.connect(self._take)
        self._background.refused.connect(self._refuse)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._background.is_busy

    def ask(self, work: Work, entries: int) -> None:
        """Run `work()` over about `entries` numbers, now or after what is under way."""
        self._begin(lambda: self._background.ask(work, entries))

    def ask_long(self, work: LongWork) -> None:
        """Run `work(progress)` beside the short work; `drop` ends it at its next report."""
        self._begin(lambda: self._background.ask_long(work))

    def drop(self) -> None:
        """Forget all questions."""
        self._waiting = None
        self._background.drop()

    def _take(self, answer: Any) -> None:
        self._go_on()
        self.answered.emit(answer)

    def _refuse(self, error: Exception) -> None:
        self._go_on()
        self.refused.emit(error)

    def _begin(self, start: Callable[[], None]) -> None:
        if self._background.is_busy:
            self._waiting = start
        else:
            start()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()
