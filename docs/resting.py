"""Letting the window work until it has come to rest."""

from __future__ import annotations

from collections.abc import Callable


def until(is_done: Callable[[], bool], least: int = 100) -> None:
    """Let the window work, `least` milliseconds and until `is_done`, but 20 s at most."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer

    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < least or not is_done():
        if clock.elapsed() > 20_000:
            raise SystemExit("the window did not come to rest.")
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()
