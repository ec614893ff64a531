"""Files outside a document's folder that the person at this machine has allowed to be read.

A document is somebody else's word: by itself it opens nothing but what lies beside it. What is
allowed here holds for the whole process; who keeps it longer is the window's settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_allowed: set[str] = set()


def allow(paths: Iterable[str | Path]) -> None:
    """Let these files be read wherever a document names them."""
    _allowed.update(str(Path(path).resolve()) for path in paths)


def allowed() -> frozenset[str]:
    """The files that are allowed, as absolute paths without symbolic links."""
    return frozenset(_allowed)


def is_allowed(path: Path) -> bool:
    """Whether a resolved path is one of them."""
    return str(path) in _allowed
