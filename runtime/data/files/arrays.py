"""NPZ and NPY files: arrays by name, without pickles."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from runtime.data.files.sizes import ask_room, bytes_of, read_exactly
from runtime.errors import DataError
from runtime.feeds import Host

MOST_MEMBERS = 1000
KINDS = "fiubU"
"""Numbers, truth and texts: all that is no object of a program."""


def read_npy(path: Path) -> dict[str, Host]:
    """The one array of a file, as `x`; raises `DataError`."""
    try:
        with path.open("rb") as file:
            return {"x": _read(file, path.name)}
    except OSError as error:
        raise _unreadable(path, error) from None


def read_npz(path: Path) -> dict[str, Host]:
    """The arrays of a file by name; raises `DataError`. Sizes are summed before any is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            if not members or len(members) > MOST_MEMBERS:
                expected = f"1 to {MOST_MEMBERS} arrays"
                raise DataError(f"{path.name} with {len(members)} arrays", expected)
            ask_room(sum(info.file_size for info in members), path.name)
            found = {}
            for info in members:
                name = info.filename.removesuffix(".npy")
                with archive.open(info) as file:
                    found[name] = _read(file, f"{path.name}: {name}", info.file_size)
            return found
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise _unreadable(path, error) from None


def _read(file: IO[bytes], what: str, most: int | None = None) -> Host:
    """One array: its header is read and judged before its numbers are."""
    shape, is_fortran, dtype = _header(file, what)
    if dtype.kind not in KINDS or dtype.hasobject:
        raise DataError(f"{what} of {dtype}", "numbers", "Save it without pickles.")
    wanted = bytes_of(shape, dtype.itemsize, what)
    if most is not None and wanted > most:
        raise DataError(f"{what}, which claims {wanted:,} bytes", f"at most {most:,}")
    data = read_exactly(file, wanted, what)
    array = np.frombuffer(data, dtype)
    array = array.reshape(shape[::-1]).T if is_fortran else array.reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(file: IO[bytes], what: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        version = npy.read_magic(file)
        shape, is_fortran, dtype = readers[version](file)
    except Exception as error:  # it is read as a Python literal, which fails in many ways
        text = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise DataError(f"{what}, whose header cannot be read ({text})", "an array") from None
    return tuple(map(int, shape)), bool(is_fortran), dtype


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name}, which cannot be read ({error})", "an array file")
