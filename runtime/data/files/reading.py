"""From a file to a set, by the file's name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.files import idx
from runtime.data.files.arrays import read_npy, read_npz
from runtime.data.files.columns import Choice, table_set
from runtime.data.files.named import named_set
from runtime.data.files.places import digest, stamp
from runtime.data.files.tables import read_table
from runtime.errors import DataError

TABLES = (".csv", ".tsv")
ARRAYS = (".npz", ".npy")


def is_readable(path: Path) -> bool:
    """Whether a file's name is that of a set."""
    return path.suffix.lower() in (*TABLES, *ARRAYS) or idx.is_idx(path)


def is_table(source: str) -> bool:
    """Whether a source is a file with columns."""
    return Path(source).suffix.lower() in TABLES


def read(path: Path, settings: Mapping[str, Any]) -> Dataset:
    """The set of a file, its columns as the settings say; raises `DataError`."""
    suffix = path.suffix.lower()
    if suffix in TABLES:
        found = table_set(read_table(path), Choice.of(settings))
    elif suffix in ARRAYS:
        found = named_set(path.name, read_npz(path) if suffix == ".npz" else read_npy(path))
    elif idx.is_idx(path):
        found = _images(path)
    else:
        expected = "a table (csv, tsv), arrays (npz, npy) or IDX"
        raise DataError(f"{path.name} of a kind that is not known", expected)
    return replace(found, sequences=frozenset(settings["sequences"]) & found.arrays.keys())


def key(path: Path, settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells that a file would be read the same again."""
    columns = Choice.of(settings) if path.suffix.lower() in TABLES else None
    return (*(stamp(one) for one in files_of(path)), columns, settings["sequences"])


def digest_of(path: Path) -> str:
    """The hash of all files that a set is read from."""
    found = [digest(one) for one in files_of(path)]
    if len(found) == 1:
        return found[0]
    return f"sha256:{hashlib.sha256(' '.join(found).encode()).hexdigest()}"


def files_of(path: Path) -> tuple[Path, ...]:
    """The file, and those beside it that belong to it: an IDX set has up to four."""
    if not idx.is_idx(path):
        return (path,)
    images = idx.images_of(path) or path
    tests = idx.test_of(images)
    found = (images, idx.labels_of(images), tests, tests and idx.labels_of(tests))
    return tuple(one for one in found if one is not None)


def _images(path: Path) -> Dataset:
    names = ("x", "t", "x_test", "t_test")
    images = idx.images_of(path) or path
    tests = idx.test_of(images)
    files = (images, idx.labels_of(images), tests, tests and idx.labels_of(tests))
    pairs = zip(names, files, strict=True)
    arrays = {name: idx.read_idx(one) for name, one in pairs if one is not None}
    return named_set(images.name, arrays)
