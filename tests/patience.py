"""Waiting in tests of the interface: as long as a busy machine may take, not a moment longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.qtbot import QtBot

from gui import focus_tips

LONGEST = 30_000  # milliseconds; only a program that is broken is waited for as long


@contextmanager
def no_tips_at_keys() -> Iterator[None]:
    """Windows that are made meanwhile open no tip where the keys rest.

    On a busy machine one could open between any two keys, and Esc closes a tip before all else.
    """
    pause, focus_tips.pause = focus_tips.pause, lambda widget: 100 * LONGEST
    try:
        yield
    finally:
        focus_tips.pause = pause


class PatientBot(QtBot):
    """A bot that waits at least as long as a loaded machine needs; it goes on at once when done."""

    def waitUntil(self, callback, *, timeout: int = LONGEST) -> None:
        """Wait until the callback is true."""
        super().waitUntil(callback, timeout=max(timeout, LONGEST))

    def waitSignal(self, signal, *, timeout: int = LONGEST, raising: bool = True, **kwargs):
        """Wait for a signal; without `raising` no longer than told, for then none may come."""
        patience = max(timeout, LONGEST) if raising else timeout
        return super().waitSignal(signal, timeout=patience, raising=raising, **kwargs)
