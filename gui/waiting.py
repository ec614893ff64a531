"""Slow work without a frozen window: another thread works, the window paints, input waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QThread

Result = TypeVar("Result")


class _Task(QThread):
    """Runs one function and keeps what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self._work = work
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:
            self.error = error


def take_turn() -> None:
    """Between two pieces of longer work: paint and answer what waits, but take no input."""
    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def wait_for(work: Callable[[], Result]) -> Result:
    """Give what `work()` gives, or raise what it raises.

    It runs in another thread and must touch no widget; until then the window is painted, but
    takes no input, so that nothing can be edited meanwhile.
    """
    task, loop = _Task(work), QEventLoop()
    task.finished.connect(loop.quit)
    task.start()
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    task.wait()
    if task.error is not None:
        raise task.error
    return task.result
