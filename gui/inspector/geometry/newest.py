"""The newest question, one at a time: an answer is shown before the next question goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.background import Background

Work = Callable[[], Any]


class Newest(QObject):
    """Answers a stream of questions, as a drag asks them.

    While one is under way the newest waits and the others are forgotten, so that something is
    shown as often as it can be worked out, however fast the hand is.
    """

    answered = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: tuple[Work, int] | None = None
        self._background = Background(self)
        self._background.answered.connect(self._take)
        self._background.refused.connect(self._refuse)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._background.is_busy

    def ask(self, work: Work, entries: int) -> None:
        """Run `work()` over about `entries` numbers, now or after what is under way."""
        if self._background.is_busy:
            self._waiting = work, entries
        else:
            self._background.ask(work, entries)

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

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._background.ask(*waiting)
