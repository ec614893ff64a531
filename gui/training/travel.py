"""Travelling in a run: a kept moment is read from the disk, off the window's thread."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.newest import Newest

if TYPE_CHECKING:
    from numpy import ndarray

UNKNOWN = 1 << 30  # entries, where nobody knows how many there are: never read at once


class Travel(QObject):
    """The moment that is shown in place of the newest one. While it is read, the last is shown."""

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.update: int | None = None
        self.tensors: dict[str, ndarray] | None = None
        self._newest = Newest(self)
        self._newest.answered.connect(self._take)

    def go(self, update: int | None, place: Path | None = None) -> None:
        """Show the moment of an update, which stands in a folder; None for the newest."""
        if update is None or place is None:
            is_back = self.update is not None
            self.update = self.tensors = None
            self._newest.drop()
            if is_back:
                self.arrived.emit()
            return
        self._newest.ask(partial(_read, update, place), UNKNOWN)

    def close(self) -> None:
        """Read nothing any more."""
        self._newest.drop()

    def _take(self, found: tuple[int, dict[str, ndarray]]) -> None:
        self.update, self.tensors = found
        self.arrived.emit()


def _read(update: int, place: Path) -> tuple[int, dict[str, ndarray]]:
    from runtime.training import keeping

    moment = keeping.read(place)
    return update, {**moment.parameters, **moment.state}
