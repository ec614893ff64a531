"""Files dragged onto a window: graphs are opened, of anything else it is said why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, QUrl

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent

    from gui.window import Window

SUFFIX = ".gradwire"


class DroppedFiles(QObject):
    """Takes drags that carry addresses of files, wherever in a window they are let go."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: list[QUrl] = []
        # Opening waits for a thread, and whoever drags must not wait for that.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._open)
        window.setAcceptDrops(True)

    def move(self, event: QDropEvent) -> None:
        """Files may be let go here; the file itself stays where it is."""
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def drop(self, event: QDropEvent) -> None:
        """Open what was let go, as soon as the drag is over."""
        self.move(event)
        if event.isAccepted():
            self._waiting.extend(event.mimeData().urls())
            self._soon.start()

    def _open(self) -> None:
        urls, self._waiting = self._waiting, []
        for url in urls:
            reason = self._refusal(url)
            if reason:
                self._window.notices.tell(reason, url.toDisplayString())
            else:
                self._window.files.read(Path(url.toLocalFile()))

    def _refusal(self, url: QUrl) -> str:
        """Why it cannot be opened, or nothing."""
        name = url.fileName() or url.toDisplayString()
        if not url.isLocalFile():
            text = self.tr("{0}: found an address elsewhere, expected a file on this computer.")
            return text.format(name)
        path = Path(url.toLocalFile())
        if path.is_dir():
            text = self.tr("{0}: found a folder, expected a {1} file. Drag the files in it.")
            return text.format(path.name, SUFFIX)
        if path.suffix.lower() != SUFFIX:
            text = self.tr("{0}: found {1}, expected a {2} file.")
            return text.format(name, path.suffix or self.tr("no suffix"), SUFFIX)
        return ""
