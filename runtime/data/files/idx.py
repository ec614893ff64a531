"""IDX files, plain or compressed: the format of the MNIST family.

Source: LeCun, Cortes, Burges, The MNIST database, "the IDX file format".
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from runtime.data.files.sizes import bytes_of, read_exactly
from runtime.errors import DataError
from runtime.feeds import Host

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_RATIO = 1100
"""Deflate makes nothing smaller than 1032 times; who claims more is no IDX file but a bomb."""


def read_idx(path: Path) -> Host:
    """The array of a file; raises `DataError` where header, size or compression do not fit."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            zeros, code, axes = struct.unpack(">HBB", _head(file.read(4), 4, path))
            if zeros or code not in DTYPES or not axes:
                raise DataError(f"{path.name}, which does not begin as IDX does", "an IDX file")
            shape = struct.unpack(f">{axes}I", _head(file.read(4 * axes), 4 * axes, path))
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


def _head(data: bytes, wanted: int, path: Path) -> bytes:
    if len(data) < wanted:
        raise DataError(f"{path.name}, which ends in its header", "an IDX file")
    return data
