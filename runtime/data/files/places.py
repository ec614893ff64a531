"""Which file a source means, and whether it may be opened."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from runtime.data.consent import is_allowed
from runtime.errors import DataError

TICK = 1.0
"""Seconds that the clocks of all file systems tell apart."""
_digests: dict[tuple[str, int, int], str] = {}


def find(source: str, folder: Path | None, *, is_trusted: bool = False) -> Path:
    """The file, absolute and without symbolic links; raises `DataError` where there is none.

    It must lie inside `folder` (links and `..` followed), or be allowed by the person: given at
    the command line (`is_trusted`) or in the window.
    """
    if "\0" in source or not source:
        raise DataError(f'source "{source}"', "a built-in set or the path of a file")
    named = Path(source)
    if not named.is_absolute():
        if folder is None and not is_trusted:
            mend = "Save the document beside it, or choose the file again."
            raise DataError(f'"{source}" in a document without a folder', "a saved one", mend)
        named = (folder or Path.cwd()) / named
    try:
        path = named.resolve()
    except (OSError, RuntimeError):
        raise DataError(f'"{source}", which leads in a circle', "a file") from None
    is_inside = folder is not None and path.is_relative_to(folder.resolve())
    if not (is_inside or is_trusted or is_allowed(path)):
        expected = "a file in the document's folder, or one that you have allowed"
        raise DataError(f'"{source}" elsewhere', expected, "Choose the file again to allow it.")
    if not path.exists():
        mend = "Put it back, or choose another."
        raise DataError(f'no file "{source}"', "it where the document names it", mend)
    if not path.is_file():
        raise DataError(f'"{source}", which is no file', "a file with samples")
    return path


def digest(path: Path) -> str:
    """The content's SHA-256, as `sha256:...`; worked out once for a file as it stands."""
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size)
    if key in _digests and not _is_young(stat):
        return _digests[key]
    with path.open("rb") as file:
        found = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    _digests[key] = found
    return found


def stamp(path: Path) -> tuple[str | int, ...]:
    """What tells that a file has not been written since."""
    stat = path.stat()
    found = (str(path), stat.st_mtime_ns, stat.st_size)
    return (*found, digest(path)) if _is_young(stat) else found


def _is_young(stat: os.stat_result) -> bool:
    """Whether a file was written just now: once more in the same tick, and its time is the same."""
    return abs(time.time() - stat.st_mtime) < TICK
