"""What is done with a file off the window's thread: it is copied if wanted, and read."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.background import Progress
from runtime.errors import DataError
from runtime.modules.sources import Data

BESIDE = ".data"
"""What the folder of a document's own files is called after: `NAME.data`."""


@dataclass(frozen=True)
class Wanted:
    """A file that is to become a set. `folder` is the document's, `copies` where copies go.

    Without `copies` the file is read where it lies.
    """

    path: Path
    folder: Path | None
    copies: Path | None = None


@dataclass(frozen=True)
class Taken:
    """A set that was read: the settings of its Data node, and what was done to it on its way in."""

    settings: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()


def is_data(path: Path) -> bool:
    """Whether what was let go looks like a set: a file that is known, or folders of images."""
    if path.is_dir():
        return data_file(path) != path or any(entry.is_dir() for entry in path.iterdir())
    from runtime.data.files.reading import is_readable

    return is_readable(path)


def data_file(path: Path) -> Path:
    """The file that stands for a folder of IDX files; any other path itself."""
    if path.is_dir():
        from runtime.data.files import idx

        for found in sorted(path.iterdir()):
            if found.name.startswith("train-") and "images" in found.name and idx.is_idx(found):
                return found
    return path


def copies_of(document: Path) -> Path:
    """The folder for copies beside a document."""
    return document.with_name(document.stem + BESIDE)


def is_inside(path: Path, folder: Path | None) -> bool:
    """Whether a path lies in a document's folder, links followed."""
    return folder is not None and path.resolve().is_relative_to(folder.resolve())


def take(wanted: Wanted, progress: Progress) -> Taken:
    """Copy what is to be copied, and read the set; raises `DataError`."""
    from gui.data.images_by_class import write_images

    path = data_file(wanted.path)
    try:
        if path.is_dir():
            if wanted.copies is None:
                found = f"{path.name} where it lies"
                raise DataError(found, "a copy beside the document")
            path = write_images(path, _folder(wanted.copies) / f"{path.name}.npz", progress)
        elif wanted.copies is not None:
            path = _copied(path, _folder(wanted.copies), progress)
    except OSError as error:
        raise DataError(f"{path.name}, which cannot be copied ({error})", "a copy") from None
    return described(_source(path, wanted.folder), wanted.folder, is_chosen=True)


def described(source: str, folder: Path | None, *, is_chosen: bool, **settings: Any) -> Taken:
    """Read a file under these settings; those of the answer also say what it holds.

    `is_chosen` says that the person named the file now. Raises `DataError`.
    """
    from runtime.data.files.reading import files_of
    from runtime.data.opening import open_set

    asked = Data(source=source, **settings).settings
    opened = open_set(asked, 0, folder, is_trusted=is_chosen)
    path = Path(source) if folder is None else folder / source
    found = {"source": source, **settings, **opened.described()}
    return Taken(found, opened.data.notes, files_of(path))


def _source(path: Path, folder: Path | None) -> str:
    """A path as the document names it: from its folder on, else whole."""
    if folder is not None and is_inside(path, folder):
        return path.resolve().relative_to(folder.resolve()).as_posix()
    return str(path.resolve())


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path


def _copied(path: Path, folder: Path, progress: Progress) -> Path:
    """Copy a file and those that belong to it; what is there already is taken."""
    from runtime.data.files.reading import files_of

    files = files_of(path)
    for done, one in enumerate(files):
        target = folder / one.name
        if not target.exists():
            shutil.copyfile(one, target)
        elif not filecmp.cmp(one, target, shallow=False):
            mend = "Rename one of the two."
            raise DataError(f"another {one.name} in {folder.name}", "the same or none", mend)
        progress((done + 1) / len(files))
    return folder / path.name
