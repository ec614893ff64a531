"""Files outside a document's folder that the person at this machine has allowed to be read.

A document is somebody else's word: by itself it opens nothing but what lies beside it. What is
allowed here holds for the whole process; who keeps it longer is the window's settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.data.nodes import data_nodes

if TYPE_CHECKING:
    from graph.model import Graph

_allowed: set[str] = set()


def allow(paths: Iterable[str | Path]) -> None:
    """Let these files be read wherever a document names them."""
    _allowed.update(str(Path(path).resolve()) for path in paths)


def allowed() -> frozenset[str]:
    """The files that are allowed, as absolute paths without symbolic links."""
    return frozenset(_allowed)


def links_of(graph: Graph) -> dict[str, str]:
    """The sources of Data nodes that are read only because they are allowed, by address.

    Another process knows nothing of what is allowed here: it is given these as overrides.
    """
    folder, found = graph.folder, {}
    for id_, module in data_nodes(graph).items():
        path = Path(module.settings["source"])
        is_outside = folder is None or not path.resolve().is_relative_to(folder.resolve())
        if path.is_absolute() and is_outside and is_allowed(path.resolve()):
            found[id_] = str(path)
    return found


def is_allowed(path: Path) -> bool:
    """Whether a resolved path is one of them."""
    return str(path) in _allowed
