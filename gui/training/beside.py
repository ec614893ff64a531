"""The run that is kept beside its file, in `NAME.run/`: written when the document is saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.background import Background
from runtime.training.kept_place import MANIFEST, folder_of

if TYPE_CHECKING:
    from gui.document import Document
    from gui.training.running import Running

UNKNOWN = 1 << 30  # entries, where nobody knows how many there are: never worked on at once


class Beside(QObject):
    """Keeps the newest run with the document's file, and finds one that was kept there.

    Once it was saved with its file, a run that pauses or ends is kept there anew by its worker.
    """

    kept = Signal()  # a run that has no worker any more was written

    def __init__(self, document: Document, running: Running) -> None:
        super().__init__(running)
        self._document, self._running = document, running
        self._background = Background(self)
        self._background.answered.connect(self.kept)
        self._background.refused.connect(self._refuse)
        document.written.connect(self._keep)

    @property
    def place(self) -> Path | None:
        """The folder beside the file, where a run is kept in it."""
        folder = self._folder
        return folder if folder is not None and (folder / MANIFEST).is_file() else None

    @property
    def _folder(self) -> Path | None:
        return folder_of(self._document.path) if self._document.path is not None else None

    def _keep(self) -> None:
        running, folder = self._running, self._folder
        if running.run is None or folder is None:
            return
        if running.is_live:
            running.keep(folder)
        elif running.moments:
            newest = running.run.moments[running.moments[-1]]
            self._background.ask(partial(_copy, newest, folder), UNKNOWN)

    def _refuse(self, error: Exception) -> None:
        self._document.failed.emit(str(error))


def _copy(moment: Path, folder: Path) -> None:
    from runtime.training import keeping

    keeping.write(folder, *keeping.read_all(moment))
