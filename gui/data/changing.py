"""The edit that gives a Data node another set: what belonged to the old one goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph import Graph
from graph.edits import RESET, Edit

OF_A_SET = (
    "options", "x_columns", "t_columns", "t_is", "x_texts", "missing", "sequences", "gives",
    "samples", "hash",
)  # fmt: skip
"""Settings that belong to one set."""
READ_ANEW = ("t_is", "x_texts", "missing", "sequences")
"""Settings in the form of attributes under which a file is read: when one changes, it is again."""
SHOWN_THERE = frozenset({"source", *OF_A_SET} - set(READ_ANEW))
"""Settings that the inspector's section of the set shows in its own way."""


def changed_set(graph: Graph, id_: str, settings: Mapping[str, Any]) -> Edit:
    """The edit; `settings` are those of the new set."""
    old = (name for name in OF_A_SET if name in graph.nodes[id_].attributes)
    return graph.attribute_edit(id_, dict.fromkeys(old, RESET) | dict(settings))
