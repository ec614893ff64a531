"""The program with a window: start, faults, end."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from gui.endings import Endings
from gui.examples import first_example
from gui.recovery import offer
from gui.settings import APP, Settings
from gui.theme import Theme
from gui.warming import Warming
from gui.window import Window
from gui.windows import Windows
from runtime import logfile

TITLE_BAR = 40  # a tall one
# Seconds after which a thread hands Python on. Painting a frame asks for it some hundred times:
# with Python's own 5 ms a frame takes three times as long while the background works.
TURN = 0.0005
# New things between two looks of the collector: opening a large graph makes a million that stay.
COLLECTED = (20_000, 20, 20)
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


def make_windows(app: QApplication, settings: Settings | None = None) -> Windows:
    """A dressed program without a window yet."""
    settings = settings or Settings()
    theme = Theme(settings.theme)
    theme.apply(app)
    return Windows(theme, settings)


def open_first(windows: Windows, path: Path | None) -> Window:
    """The first window: with the file asked for, the first time an example, else empty.

    The first time it is there to be stepped; later the workspace is the last one used.
    """
    settings = windows.settings
    window, is_first = windows.make(), settings.is_first_start
    settings.mark_started()
    place_first(window)
    window.show()
    if path is not None:
        shown = windows.open(path, window)
    else:
        shown = windows.open_example(first_example(), window) if is_first else None
    if is_first and shown is not None:
        window.workspaces.step()
        window.canvas.zoom_to_fit()
    return window


def place_first(window: Window) -> None:
    """Where the last one was closed; the first time maximized, if the screen is small."""
    geometry = window.settings.bytes_of("geometry")
    if geometry is not None:
        window.restoreGeometry(geometry)
    elif not has_room(window):
        window.setWindowState(Qt.WindowState.WindowMaximized)


def has_room(window: Window) -> bool:
    """Whether the screen can hold the window with the title bar that a desktop adds."""
    room = window.screen().availableSize()
    return window.width() <= room.width() and window.height() + TITLE_BAR <= room.height()


def quicken() -> None:
    """Let the window's thread wait for nobody: not for the collector, not for the background."""
    gc.freeze()  # what was imported stays; walking through it takes 50 ms each time
    gc.set_threshold(*COLLECTED)
    gc.enable()
    sys.setswitchinterval(TURN)


def run(path: str | None) -> int:
    """Open the window with a file, or as the first time; returns the exit status."""
    quicken()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Gradwire")
    app.setDesktopFileName(APP)
    faults = Faults()
    faults.install()
    windows = make_windows(app)
    faults.happened.connect(windows.tell)
    endings = Endings(windows.write_drafts)
    first = open_first(windows, Path(path) if path is not None else None)
    offer(windows, first)
    Warming(app).start()
    status = app.exec()
    endings.close()
    return status
