"""Whole files in and out. Whatever happens, a written file is the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from graph.errors import FileError, sentence
from graph.files.limits import MAX_BYTES

_FOUND = {
    errno.ENOENT: "no such file or folder",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "a disk that cannot be written",
    errno.ENOSPC: "a full disk",
    errno.EDQUOT: "a full quota",
    errno.ELOOP: "a symbolic link that leads to itself",
    errno.ENAMETOOLONG: "a name that is too long",
    errno.ENOTDIR: "a file where a folder should be",
}


def read(path: str | os.PathLike[str]) -> bytes:
    """All bytes of an ordinary file; raises `FileError`. Its size is looked at first."""
    try:
        # Opening a pipe or a device would wait for it, or wake it.
        _check_ordinary(os.stat(path), path)
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            _check_ordinary(status, path)
            _check_size(status.st_size, path)
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise refusal(error, path, "a file that can be read", "Choose another.") from None
    _check_size(len(data), path)
    return data


def write(path: str | os.PathLike[str], data: bytes, *, lasts: bool = True) -> None:
    """Put `data` in the place of `path` (of its target, for a symbolic link), keeping the mode.

    A temporary file in the same folder is written, flushed to the disk and renamed; then the
    folder is flushed too. Source of the order: POSIX rename and fsync. Raises `FileError` and
    leaves the old file as it was.

    Without `lasts` nothing is flushed: the file outlives the process, but maybe no power cut.
    """
    _check_size(len(data), path)
    fill(path, lambda file: file.write(data), lasts=lasts)


def fill(
    path: str | os.PathLike[str], writing: Callable[[BinaryIO], object], *, lasts: bool = True
) -> None:
    """`write` for a file of any size: `writing` writes it piece by piece."""
    try:
        place = Path(path).resolve()
        before = place.stat() if place.exists() else None
        if before is not None:
            _check_ordinary(before, path)
            if not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, "")
        _replace(place, writing, before, lasts)
    except (OSError, ValueError, RuntimeError) as error:
        mend = "Save it in another place."
        raise refusal(error, path, "a place that can be written", mend) from None


def _replace(
    place: Path,
    writing: Callable[[BinaryIO], object],
    before: os.stat_result | None,
    lasts: bool,
) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".gradwire-", suffix=".tmp", dir=place.parent)
    try:
        with open(handle, "wb") as file:
            writing(file)
            file.flush()
            _keep_owner_and_mode(file.fileno(), before)
            if lasts:
                os.fsync(file.fileno())
        os.replace(temporary, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if lasts:
        _flush_folder(place.parent)


def _keep_owner_and_mode(handle: int, before: os.stat_result | None) -> None:
    if before is None:
        os.fchmod(handle, 0o666 & ~_umask())
        return
    with contextlib.suppress(PermissionError):  # only root may give files away
        os.fchown(handle, before.st_uid, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))


def _umask() -> int:
    """The mask that new files of this process get; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    """Make the new name last. The file is in place already, so a refusal is no failure."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _check_ordinary(status: os.stat_result, path: str | os.PathLike[str]) -> None:
    if not stat.S_ISREG(status.st_mode):
        found = "a folder" if stat.S_ISDIR(status.st_mode) else "no ordinary file"
        raise FileError(os.fspath(path), "", sentence("", found, "a file", "Choose another."))


def _check_size(size: int, path: str | os.PathLike[str]) -> None:
    if size > MAX_BYTES:
        found, expected = f"{size} bytes", f"at most {MAX_BYTES} (256 MiB)"
        raise FileError(os.fspath(path), "", sentence("", found, expected, ""))


def refusal(error: Exception, path: str | os.PathLike[str], expected: str, mend: str) -> FileError:
    """What the system refused, as a sentence."""
    number = error.errno if isinstance(error, OSError) else None
    found = _FOUND.get(number or 0) or getattr(error, "strerror", None) or str(error)
    if isinstance(error, RuntimeError):  # how Python 3.11 and 3.12 tell of a link's loop
        found = _FOUND[errno.ELOOP]
    return FileError(os.fspath(path), "", sentence("", found, expected, mend))
