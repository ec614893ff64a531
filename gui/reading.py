"""Reading a file for a window: what has no place yet gets one."""

from __future__ import annotations

from pathlib import Path

from graph import Catalogue, Graph, arrange, load
from graph import edits as e


def read(path: Path, catalogue: Catalogue | None = None) -> Graph:
    """Load a file and place the nodes that have no place; fit to run in another thread.

    Raises `FileError`.
    """
    graph = load(path, catalogue)
    if any(node.at is None for node in graph.nodes.values()):
        homeless = [id_ for id_, node in graph.nodes.items() if node.at is None]
        graph.apply(e.Move(arrange(graph, homeless)))
    return graph
