"""Drafts: autosaved documents in the user's state folder, each locked by its process.

A draft is a folder of its own with the graph as an ordinary file, a few facts beside it, and a
lock. The system takes a lock back when its process ends, however that ends, so a lock that can be
taken tells that the draft was left behind; a process id could have been given to another.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs

from graph import FileError, Graph, save
from graph.files import disk
from graph.records import MAX_NAME, bad_character

GRAPH, ABOUT, LOCK = "document.gradwire", "about.json", "lock"
MAX_ABOUT = 64 * 1024  # bytes
MOST = 100  # drafts that are offered at once, the newest ones
STRANDED_AFTER = 24 * 3600  # seconds, for folders in which nothing ever came to stand


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a document came from, as it was when it was read or written last.

    `sha256` is known once a draft was written; it tells a file that was only touched.
    """

    path: str
    mtime_ns: int
    size: int
    sha256: str = ""

    @classmethod
    def of(cls, path: Path | None) -> Origin | None:
        """The origin as it is now; None without a file."""
        try:
            status = os.stat(path) if path is not None else None
        except (OSError, ValueError):
            return None
        if status is None:
            return None
        return cls(str(Path(str(path)).absolute()), status.st_mtime_ns, status.st_size)

    @property
    def is_as_it_was(self) -> bool:
        """Whether the file has not changed since."""
        now = Origin.of(Path(self.path))
        if now is None or now.size != self.size:
            return False
        return now.mtime_ns == self.mtime_ns or (bool(self.sha256) and self.sha256 == digest(now))

    def with_digest(self) -> Origin:
        """The origin with its digest, if it is still as it was."""
        now = Origin.of(Path(self.path))
        is_same = now is not None and (now.mtime_ns, now.size) == (self.mtime_ns, self.size)
        return replace(self, sha256=digest(self)) if is_same and not self.sha256 else self


def digest(origin: Origin) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(disk.read(origin.path)).hexdigest()
    except (OSError, FileError):
        return ""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a draft beside its graph. `changed` is a time in seconds since 1970."""

    title: str
    changed: float
    pid: int = 0
    origin: Origin | None = None


class Draft:
    """One draft, held by its lock until `remove` or `release`."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder, self._lock = folder, lock

    @classmethod
    def make(cls, home: Path) -> Draft:
        """A new draft, still empty; raises `FileError`."""
        folder = home / uuid.uuid4().hex
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(mode=0o700)
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise disk.refusal(error, home, "a folder that can be written", "") from None
        return cls(folder, handle)

    @classmethod
    def claim(cls, folder: Path) -> Draft | None:
        """The draft in a folder, if no process holds it."""
        try:
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = os.path.samestat(os.fstat(handle), os.stat(folder / LOCK))
        except OSError:  # held, or removed meanwhile by the one who held it
            is_there = False
        if not is_there:
            os.close(handle)
            return None
        return cls(folder, handle)

    @property
    def graph_path(self) -> Path:
        """Where its graph stands."""
        return self.folder / GRAPH

    @property
    def about(self) -> About:
        """What is known of it; of a broken description only the time of its graph."""
        try:
            changed = self.graph_path.stat().st_mtime
        except OSError:
            changed = 0.0
        return _read_about(self.folder / ABOUT) or About("", changed)

    def write(self, graph: Graph, about: About) -> None:
        """Write both files, the description first: a graph is never without one.

        Raises `FileError`; what was written before then stays.
        """
        facts = json.dumps(asdict(about), indent=2, ensure_ascii=False)
        disk.write(self.folder / ABOUT, facts.encode("utf-8", "replace"))
        save(graph, self.graph_path)

    def remove(self) -> None:
        """Nobody needs it any more."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.release()

    def release(self) -> None:
        """Let go of it; the next start will offer it."""
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1


def home() -> Path:
    """Where drafts are kept."""
    return Path(platformdirs.user_state_dir("gradwire", appauthor=False)) / "autosave"


def left_behind(place: Path) -> list[Draft]:
    """The drafts whose processes are gone, the last changed first; all of them are held."""
    found: list[Draft] = []
    for folder in _newest(place):
        has_graph = (folder / GRAPH).is_file()
        is_stranded = not has_graph and time.time() - _changed(folder) > STRANDED_AFTER
        draft = Draft.claim(folder) if has_graph or is_stranded else None
        if draft is not None and is_stranded:
            draft.remove()
        elif draft is not None:
            found.append(draft)
        if len(found) == MOST:
            break
    return found


def _newest(place: Path) -> list[Path]:
    try:
        folders = [Path(entry) for entry in os.scandir(place) if entry.is_dir()]
    except OSError:
        return []
    return sorted(folders, key=_changed, reverse=True)


def _changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _read_about(path: Path) -> About | None:
    """A description as it was written; None for anything else: it is data, and may be hostile."""
    try:
        data = disk.read(path) if path.stat().st_size <= MAX_ABOUT else b""
        facts = json.loads(data)
        origin = facts["origin"]
        about = About(
            _plain(facts["title"]),
            float(facts["changed"]),
            int(facts["pid"]),
            None if origin is None else _origin(origin),
        )
    except (
        OSError,
        FileError,
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        RecursionError,
    ):
        return None
    return about if 0 <= about.changed < 2**33 else None


def _origin(facts: dict[str, Any]) -> Origin:
    path = _plain(facts["path"], 4096)
    if not os.path.isabs(path):
        raise ValueError(path)
    sha256 = _plain(facts["sha256"])
    return Origin(path, int(facts["mtime_ns"]), int(facts["size"]), sha256)


def _plain(text: object, most: int = MAX_NAME) -> str:
    if not isinstance(text, str) or len(text) > most or bad_character(text):
        raise ValueError("no plain text")
    return text
