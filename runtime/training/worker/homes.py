"""Where the moments of a window's runs are kept: a folder that does not outlive its owner for long.

The owner holds a lock in it, which the system takes back however the process ends. A lock that can
be taken tells that the folder was left behind, and the next worker that starts removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "gradwire-run-"
LOCK = "lock"


class Home:
    """A new folder of one's own among the system's temporary ones."""

    def __init__(self, among: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=among))
        self._lock = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def sweep(among: Path) -> None:
    """Remove the homes in this folder that were left behind, as far as that is allowed."""
    for folder in among.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
