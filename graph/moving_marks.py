"""Marks that go with nodes which get another address, as when they are grouped or come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from graph import edits as e

if TYPE_CHECKING:
    from graph.model import Graph


def with_marks(
    graph: Graph, edits: Sequence[e.Edit], name: Callable[[str], str]
) -> tuple[e.Edit, ...]:
    """The edits of a group that moves nodes, and the marks at them moved alike.

    `name` gives an address what it is called afterwards. The marks leave before and come back
    behind, so that at every moment, also on the way back, all are at nodes that are there.
    """
    marks = graph.marks
    if all(name(at) == at for at in marks.nodes()):
        return tuple(edits)
    stay = marks.among(lambda at: name(at) == at)
    return e.SetMarks(stay), *edits, e.SetMarks(marks.called(name))


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
