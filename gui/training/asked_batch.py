"""The batch that the run stands at, asked of the worker and read off the window's thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.background import Background

if TYPE_CHECKING:
    from graph import Graph


class AskedBatch(QObject):
    """One question at a time: a newer one takes the place of the one before."""

    answered = Signal(object)  # a `BatchNow`
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._awaited = 0  # the command after which the moment is there
        self._background = Background(self)
        self._background.answered.connect(self.answered)
        self._background.refused.connect(self.refused)

    def wait_for(self, number: int) -> None:
        """The moment is kept when the worker has done the command of this number."""
        self._awaited = number

    def is_there(self, number: int) -> bool:
        """Whether the command that was done is the awaited one; it is awaited no longer."""
        found = number == self._awaited != 0
        self._awaited = 0 if found else self._awaited
        return found

    def read(self, graph: Graph, place: Path | None, folder: Path | None) -> None:
        """Read the batch that comes next at a kept moment; without one, the first of all."""

        def work(_progress):
            from runtime.training.batch_now import batch_at

            return batch_at(graph, place, folder)

        self._background.ask_long(work)

    def drop(self) -> None:
        """Nobody waits for it any more."""
        self._awaited = 0
        self._background.drop()
