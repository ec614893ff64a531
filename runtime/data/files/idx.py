"""IDX files, plain or compressed: the format of the MNIST family.

Source: LeCun, Cortes, Burges, The MNIST database, "the IDX file format".
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from runtime.data.files.sizes import CHUNK, Readable, bytes_of, read_exactly
from runtime.errors import DataError
from runtime.feeds import Host

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_RATIO = 1100
"""Deflate makes nothing smaller than 1032 times; who claims more is no IDX file but a bomb."""


class Inflated:
    """What a compressed file holds, in large pieces: small ones hand the interpreter to and fro.

    `gzip` reads 8 KiB at a time, which takes half a minute while a window waits for its turn.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rest = file, b""
        self._unpack = zlib.decompressobj(wbits=31)  # with gzip's header

    def read(self, size: int, /) -> bytes:
        """So many bytes at most, none at the end; raises `EOFError` where the file is cut off."""
        while not self._unpack.eof:
            data = self._rest or self._file.read(CHUNK)
            found = self._unpack.decompress(data, size)
            self._rest = self._unpack.unconsumed_tail
            if found:
                return found
            if not data and not self._unpack.eof:
                raise EOFError("it is cut off")
        return b""


def read_idx(path: Path) -> Host:
    """The array of a file; raises `DataError` where header, size or compression do not fit."""
    try:
        with path.open("rb") as plain:
            file: Readable = Inflated(plain) if path.suffix == ".gz" else plain
            zeros, code, axes = struct.unpack(">HBB", _head(file, 4, path))
            if zeros or code not in DTYPES or not axes:
                raise DataError(f"{path.name}, which does not begin as IDX does", "an IDX file")
            shape = struct.unpack(f">{axes}I", _head(file, 4 * axes, path))
            dtype = np.dtype(DTYPES[code])
            wanted = bytes_of(shape, dtype.itemsize, path.name)
            if wanted > path.stat().st_size * MOST_RATIO:
                raise DataError(f"{path.name}, which claims {wanted:,} bytes", "what it can hold")
            data = read_exactly(file, wanted, path.name)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name}, which cannot be read ({error})", "an IDX file") from None
    return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def is_idx(path: Path) -> bool:
    """Whether a name is that of an IDX file: `train-images-idx3-ubyte.gz`."""
    name = path.name.removesuffix(".gz")
    return name.endswith((".idx", "-ubyte")) or ".idx" in name[-6:] or "-idx" in name


def labels_of(images: Path) -> Path | None:
    """The file of the labels that belong to images, if it lies beside them."""
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    return _beside(images, name)


def images_of(labels: Path) -> Path | None:
    """The file of the images that labels belong to, if it lies beside them."""
    return _beside(labels, labels.name.replace("labels", "images").replace("idx1", "idx3"))


def test_of(training: Path) -> Path | None:
    """The file of the test set that belongs to a training set, if it lies beside it."""
    if not training.name.startswith("train-"):
        return None
    return _beside(training, training.name.replace("train-", "t10k-"))


def _beside(path: Path, name: str) -> Path | None:
    for other in (name, f"{name}.gz", name.removesuffix(".gz")):
        found = path.with_name(other)
        if other != path.name and found.is_file():
            return found
    return None


def _head(file: Readable, wanted: int, path: Path) -> bytes:
    data = b""
    while len(data) < wanted:
        part = file.read(wanted - len(data))
        if not part:
            raise DataError(f"{path.name}, which ends in its header", "an IDX file")
        data += part
    return data
