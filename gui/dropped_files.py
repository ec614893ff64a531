"""Files dragged onto a window: graphs are opened, data become nodes, else it is said why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, QUrl

from gui.data.taking import is_data

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent

    from gui.window import Window

SUFFIX = ".gradwire"


class DroppedFiles(QObject):
    """Takes drags that carry addresses of files, wherever in a window they are let go."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: list[tuple[QUrl, QPointF | None]] = []
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
            at = self._canvas_point(event.position().toPoint())
            self._waiting.extend((url, at) for url in event.mimeData().urls())
            self._soon.start()

    def _open(self) -> None:
        urls, self._waiting = self._waiting, []
        for url, at in urls:
            reason = self._refusal(url)
            path = Path(url.toLocalFile())
            if reason:
                self._window.notices.tell(reason, url.toDisplayString())
            elif is_data(path):
                self._window.data_drops.take(path, at)
            else:
                self._window.files.read(path)

    def _canvas_point(self, pixel: QPoint) -> QPointF | None:
        """Where on the canvas something was let go; None beside it."""
        canvas = self._window.canvas
        inside = canvas.viewport().mapFrom(self._window, pixel)
        is_on = canvas.viewport().rect().contains(inside)
        return canvas.mapToScene(inside) if is_on else None

    def _refusal(self, url: QUrl) -> str:
        """Why it cannot be opened, or nothing."""
        name = url.fileName() or url.toDisplayString()
        if not url.isLocalFile():
            text = self.tr("{0}: found an address elsewhere, expected a file on this computer.")
            return text.format(name)
        path = Path(url.toLocalFile())
        if is_data(path) or path.suffix.lower() == SUFFIX:
            return ""
        found = path.suffix or self.tr("no suffix")
        if path.is_dir():
            found = self.tr("a folder without folders of images")
        text = self.tr("{0}: found {1}, expected a {2} file or data: csv, tsv, npz, npy, IDX.")
        return text.format(name or path.name, found, SUFFIX)
