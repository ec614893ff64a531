"""Loads a library off the window's thread.

PySide makes its classes when they are first asked for, which two threads must not do at once: the
window and pyqtgraph, which asks for all of them, ended the process together. So the window's thread
asks for them first, a few at a time.

PySide also looks each class up in a table, for the window without the interpreter's lock. While
that table grows it must not be read: a class that pyqtgraph derived in its thread ended the process
too. So the window's thread makes room for all of those; the table never shrinks.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Signal

from graph.uncollected import uncollected
from gui.background import Background

# As pyqtgraph reads them.
QT = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtOpenGL", "QtOpenGLWidgets", "QtTest")
ROOM = 256  # classes; pyqtgraph derives 170
AT_ONCE = 24  # classes made in one go


class Loading(QObject):
    """Loads the module of a name; `done` or `failed(error)` follows."""

    done = Signal()
    failed = Signal(object)

    def __init__(self, library: str, needs_qt: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._classes = qts_classes() if needs_qt else iter(())
        self._work = Background(self)
        self._work.answered.connect(lambda _: self.done.emit())
        self._work.refused.connect(self.failed)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._make_some)

    @property
    def is_busy(self) -> bool:
        """Whether it is under way."""
        return self._turn.isActive() or self._work.is_busy

    def start(self) -> None:
        """Load it, or go on with that."""
        if self.is_busy:
            return
        if self._library in sys.modules:
            self.done.emit()
        else:
            self._turn.start()

    def _make_some(self) -> None:
        for _ in range(AT_ONCE):
            if not next(self._classes, False):
                self._turn.stop()
                self._load(self._library)
                return

    def _load(self, library: str) -> None:
        self._work.ask_long(lambda progress: import_module(library))


def qts_classes() -> Iterator[bool]:
    """Ask for everything in Qt's modules, one thing after the other."""
    for name in QT:
        try:
            module = import_module(f"PySide6.{name}")
        except ImportError:  # pyqtgraph goes without it too
            continue
        for entry in dir(module):
            getattr(module, entry, None)
            yield True
    make_room()
    yield True


def make_room() -> None:
    """Let PySide's table of classes grow to hold `ROOM` more than there are.

    Those made for that end here, in the window's thread: the table is changed for that too.
    """
    with uncollected():
        for_now = [type(f"Room{number}", (QObject,), {}) for number in range(ROOM)]
        del for_now
        gc.collect(0)
