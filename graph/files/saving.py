"""Saving atomically: whatever happens, the file is the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from graph.errors import FileError
from graph.files.encoding import dumps
from graph.model import Graph


def save(graph: Graph, path: str | os.PathLike[str]) -> None:
    """Write a graph file; raises `FileError` and leaves the old file as it was."""
    write_atomically(Path(path), dumps(graph))


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path` (of its target, for a symbolic link), keeping the mode.

    A temporary file in the same folder is written, flushed to the disk and renamed; then the
    folder is flushed too. Source of the order: POSIX rename and fsync.
    """
    try:
        place = path.resolve()
        _replace(place, data)
    except OSError as error:
        raise FileError(os.fspath(path), "", error.strerror or str(error)) from None
    except RuntimeError:
        raise FileError(os.fspath(path), "", "a symbolic link that leads to itself") from None


def _replace(place: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(
        prefix=f".{place.name[:64]}.", suffix=".tmp", dir=place.parent
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), _mode(place))
            os.fsync(file.fileno())
        os.replace(temporary, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _flush_folder(place.parent)


def _mode(place: Path) -> int:
    try:
        return place.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
