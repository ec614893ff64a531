"""Marks and training follow nodes that get another address, as when they are grouped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from graph import edits as e

if TYPE_CHECKING:
    from graph.model import Graph


def with_marks(
    graph: Graph, edits: Sequence[e.Edit], name: Callable[[str], str]
) -> tuple[e.Edit, ...]:
    """The edits of a group that moves nodes; marks at them, and what training says, move alike.

    `name` gives an address what it is called afterwards. They leave before and come back behind,
    so that at every moment, also on the way back, all are at nodes that are there.
    """
    first: list[e.Edit] = []
    last: list[e.Edit] = []
    stays: Callable[[str], bool] = lambda at: name(at) == at  # noqa: E731
    marks, training = graph.marks, graph.training
    if not all(map(stays, marks.nodes())):
        first.append(e.SetMarks(marks.among(stays)))
        last.append(e.SetMarks(marks.called(name)))
    if not all(map(stays, training.nodes())):
        first.append(e.SetGraph({"training": training.among(stays)}))
        last.append(e.SetGraph({"training": training.called(name)}))
    return *first, *edits, *last


def renaming(heads: Mapping[str, str]) -> Callable[[str], str]:
    """What an address is called where these nodes, and all inside them, have other ones."""

    def name(at: str) -> str:
        end = len(at)
        while end > 0:
            if at[:end] in heads:
                return heads[at[:end]] + at[end:]
            end = at.rfind("/", 0, end)
        return at

    return name
