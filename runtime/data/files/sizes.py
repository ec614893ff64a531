"""How much a file may hold: said before any memory is taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from runtime.backend import Backend
from runtime.errors import DataError
from runtime.memory import show_bytes

SHARE = 0.4
"""The part of the machine's memory that one set may take: scaled it is there twice."""
CHUNK = 1 << 20
MOST_AXES = 32


class Readable(Protocol):
    """A file of bytes, or what a compressed one gives."""

    def read(self, size: int, /) -> bytes:
        """So many bytes at most."""


def ask_room(wanted: int, what: str) -> None:
    """Raise `DataError` where so many bytes are not to be had."""
    have = Backend.open().memory()
    if have is not None and wanted > have * SHARE:
        raise DataError(f"{what} of {show_bytes(wanted)}", f"at most {show_bytes(have * SHARE)}")


def bytes_of(shape: Sequence[int], itemsize: int, what: str) -> int:
    """Bytes of an array that a header tells of; raises `DataError` where they are too many."""
    if len(shape) > MOST_AXES or any(size < 0 for size in shape):
        raise DataError(f"{what} of {len(shape)} axes", f"sizes of at most {MOST_AXES} axes")
    wanted = math.prod(shape) * itemsize
    ask_room(wanted, what)
    return wanted


def read_exactly(file: Readable, wanted: int, what: str) -> bytes:
    """So many bytes, which must be all that is left; raises `DataError` otherwise."""
    found = bytearray()
    while len(found) < wanted:
        part = file.read(min(CHUNK, wanted - len(found)))
        if not part:
            raise DataError(f"{what} that ends after {len(found):,} bytes", f"{wanted:,} bytes")
        found += part
    if file.read(1):
        raise DataError(f"{what} with more than its header tells", f"{wanted:,} bytes")
    return bytes(found)
