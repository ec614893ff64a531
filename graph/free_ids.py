"""Names that nothing has yet: ids for nodes that come in, and names for definitions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from graph.nesting import is_wanted
from graph.records import MAX_NAME

if TYPE_CHECKING:
    from graph.model import Graph

_NUMBER = re.compile(r"\d+$")


def free_definition_name(graph: Graph, stem: str = "Composite") -> str:
    """A name that no module has, known or not: the stem, or with the next free number."""
    name, count = stem, 1
    while name in graph.scope or is_wanted(graph, name):
        count += 1
        name = f"{stem}{count}"
    return name


def free_names(graph: Graph, ids: Iterable[str]) -> dict[str, str]:
    """A free id for each one: itself, or its stem with the next free number."""
    ids = tuple(ids)
    taken = {id_ for id_ in ids if id_ not in graph}
    names, counts = {}, dict[str, int]()
    for id_ in ids:
        if id_ in taken:
            names[id_] = id_
            continue
        stem = _NUMBER.sub("", id_)[: MAX_NAME - 8]
        names[id_] = next(name for name in _counted(stem, counts) if _is_free(name, graph, taken))
        taken.add(names[id_])
    return names


def _counted(stem: str, counts: dict[str, int]) -> Iterator[str]:
    """The stem with 2, 3, ...; goes on where it was left for the same stem."""
    while True:
        counts[stem] = counts.get(stem, 1) + 1
        yield f"{stem}{counts[stem]}"


def _is_free(name: str, graph: Graph, taken: Collection[str]) -> bool:
    return name not in graph and name not in taken
