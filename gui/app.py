"""The program with a window: start, faults, end."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from gui.document import Document
from gui.settings import APP, Settings
from gui.theme import Theme
from gui.window import Window
from runtime import logfile

TITLE_BAR = 40  # a tall one
_log = logging.getLogger(APP)


class Faults(QObject):
    """Exceptions that nobody caught: they go to the log, and one sentence to the window."""

    happened = Signal(str)

    def install(self) -> None:
        """Catch what any thread or slot lets through."""
        logfile.install()
        sys.excepthook = self.take
        threading.excepthook = lambda args: self.take(
            args.exc_type, args.exc_value, args.exc_traceback
        )

    def take(
        self,
        kind: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write a fault down and tell the window."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _log.error("a fault of the program", exc_info=(kind, error, trace))
        text = self.tr("Gradwire made a mistake ({0}: {1}). Details are in {2}.")
        self.happened.emit(text.format(kind.__name__, error, logfile.path()))


def make_window(app: QApplication, settings: Settings | None = None) -> Window:
    """A dressed window with an empty graph."""
    settings = settings or Settings()
    theme = Theme(settings.theme)
    theme.apply(app)
    window = Window(Document(), theme, settings)
    theme.setParent(window)
    geometry = settings.bytes_of("geometry")
    if geometry is not None:
        window.restoreGeometry(geometry)
    return window


def has_room(window: Window) -> bool:
    """Whether the screen can hold the window with the title bar that a desktop adds."""
    room = window.screen().availableSize()
    return window.width() <= room.width() and window.height() + TITLE_BAR <= room.height()


def run(path: str | None) -> int:
    """Open the window with a file, or as the first time; returns the exit status."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Gradwire")
    app.setDesktopFileName(APP)
    faults = Faults()
    faults.install()
    settings = Settings()
    window = make_window(app, settings)
    if settings.bytes_of("geometry") is None and not has_room(window):
        window.setWindowState(Qt.WindowState.WindowMaximized)
    faults.happened.connect(window.say)
    window.show()
    window.files.open_first(Path(path) if path is not None else None)
    window.canvas.zoom_to_fit()
    return app.exec()
