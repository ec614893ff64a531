"""Arrays by name in one file: an npz without pickles, of which nothing is believed when read."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from graph.errors import FileError, sentence
from graph.files import disk
from runtime.feeds import Host

MOST_ARRAYS = 100_000
KINDS = frozenset("fiub")  # dtypes that a tensor can have; no objects
Kind = tuple[str, tuple[int, ...]]


def write_arrays(path: Path, arrays: Mapping[str, Host], *, lasts: bool = True) -> None:
    """Write arrays in C order, in the place of the file, as `disk.write`; raises `FileError`."""
    plain: dict[str, Any] = {name: np.array(array, order="C") for name, array in arrays.items()}
    disk.fill(path, lambda file: np.savez(file, **plain), lasts=lasts)


def read_arrays(path: Path, kinds: Mapping[str, Kind]) -> dict[str, Host]:
    """The arrays of a file, which must be these: dtype and shape by name.

    No more memory is taken than the file is long. Raises `FileError`.
    """
    if len(kinds) > MOST_ARRAYS:
        raise _refused(path, f"{len(kinds)} arrays", f"at most {MOST_ARRAYS}")
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            _check_entries(path, archive.infolist(), kinds, size)
            found = {}
            for name, kind in kinds.items():
                with archive.open(f"{name}.npy") as file:
                    found[name] = _array(file, kind, path)  # type: ignore[arg-type]
            return found
    except OSError as error:
        raise disk.refusal(error, path, "the arrays of a training", "") from None
    except (zipfile.BadZipFile, ValueError, EOFError, SyntaxError, NotImplementedError) as error:
        raise _refused(path, " ".join(str(error).split())[:80], "arrays") from None


def _check_entries(
    path: Path, entries: list[zipfile.ZipInfo], kinds: Mapping[str, Kind], size: int
) -> None:
    """Refuse an archive that is compressed, or has entries over each other: it could swell."""
    names = [entry.filename for entry in entries]
    is_plain = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)
    total = sum(entry.file_size for entry in entries)
    if sorted(names) != sorted(f"{name}.npy" for name in kinds) or not is_plain or total > size:
        raise _refused(path, "other arrays", "those that the manifest names")


def _array(file: BinaryIO, kind: Kind, path: Path) -> Host:
    """One array; its header is held against what is expected before its numbers are read."""
    major, _ = np.lib.format.read_magic(file)
    if major != 1:
        raise _refused(path, f"version {major} of the array format", "version 1")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if (dtype.name, shape) != kind or dtype.kind not in KINDS or is_fortran:
        raise _refused(path, f"{dtype.name} {list(shape)}", f"{kind[0]} {list(kind[1])}")
    data = file.read(math.prod(shape) * dtype.itemsize)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _refused(path: Path, found: str, expected: str) -> FileError:
    return FileError(str(path), "", sentence("", found, expected, "Train from the start."))
