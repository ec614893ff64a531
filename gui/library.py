"""The user's own composites: files in a folder of theirs, each with one instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, Signal

from graph import Graph, save
from graph.fragment import cut_out
from gui.dropped_files import SUFFIX
from gui.reading import read

PREFIX = "library:"  # of what a drag of an entry carries, before the entry's name
UNSAFE = re.compile(r"[^\w\-]+")


def home() -> Path:
    """The folder of the library."""
    return Path(platformdirs.user_data_dir("gradwire", appauthor=False)) / "library"


def entry_of(name: str) -> str | None:
    """The entry that a palette's row or a drag stands for; None for a module."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


class Library(QObject):
    """Reads and writes the entries; all windows share it. `changed` tells of another entry."""

    changed = Signal()

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self.folder = folder or home()
        self.entries: tuple[str, ...] = ()
        self.look()

    def look(self) -> None:
        """Find the entries anew, sorted by name: other programs can have written some."""
        self.entries = tuple(sorted(self._found(), key=str.casefold))

    def path(self, name: str) -> Path:
        """Where an entry is, or would be: letters that files must not have become lines."""
        stem = UNSAFE.sub("_", name).strip("_") or "composite"
        return self.folder / f"{stem}{SUFFIX}"

    def keep(self, graph: Graph, id_: str) -> Path:
        """Write a composite node with its definition and parameters; raises `FileError`."""
        path = self.path(graph.nodes[id_].module)
        self.folder.mkdir(parents=True, exist_ok=True)
        save(cut_out(graph, [id_]), path)
        self.look()
        self.changed.emit()
        return path

    def load(self, name: str) -> Graph:
        """What an entry holds; raises `FileError`."""
        return read(self.path(name))

    def _found(self) -> Iterator[str]:
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.suffix == SUFFIX and path.is_file():
                    yield path.stem
