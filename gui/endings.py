"""Being told to end: by a signal, or by the desktop's session. What is unsaved is written first."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QApplication

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Endings(QObject):
    """Calls `save` before the process ends without a question, as by `kill` or at logging out.

    Python hears a signal only when it is its turn, so a socket wakes the event loop.
    """

    def __init__(self, save: Callable[[], None]) -> None:
        super().__init__()
        self._save = save
        self._ear, self._mouth = socket.socketpair()
        for end in (self._ear, self._mouth):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ear.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        QApplication.instance().commitDataRequest.connect(self._commit)

    def close(self) -> None:
        """The program ends in order: signals do again what they always do."""
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._ear.close()
        self._mouth.close()

    @Slot()
    def _hear(self) -> None:
        for number in self._ear.recv(64):
            if number in SIGNALS:
                self._save()
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)

    @Slot("QSessionManager&")
    def _commit(self, _session: object) -> None:
        self._save()
