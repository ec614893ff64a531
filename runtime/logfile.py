"""The log: what no user can act on goes to a file, never to the terminal."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 1_000_000


def path() -> Path:
    """Where the log stands or would stand."""
    import platformdirs  # on first use: most runs log nothing

    return Path(platformdirs.user_log_dir("gradwire", appauthor=False)) / "gradwire.log"


def install() -> None:
    """Send the log of `gradwire` to its file, which is made by the first record."""
    log = logging.getLogger("gradwire")
    if not any(isinstance(handler, _LogFile) for handler in log.handlers):
        log.addHandler(_LogFile())


class _LogFile(logging.Handler):
    """Opens its file for each record, for there are few, and stays quiet where it cannot."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            where = path()
            where.parent.mkdir(parents=True, exist_ok=True)
            file = RotatingFileHandler(where, maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8")
        except OSError:  # a full disk or a read-only home must not end a run
            return
        try:
            file.setFormatter(self.formatter)
            file.emit(record)
        finally:
            file.close()
