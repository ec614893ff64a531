"""Problems in a person's words: nodes are called as on the canvas."""

from __future__ import annotations

from functools import partial

from graph import Graph, Problem
from graph.naming import name_of


def told(graph: Graph, problem: Problem) -> str:
    """A problem's message; one about no node begins with a capital, as sentences do."""
    text = problem.told(partial(name_of, graph))
    return text if problem.node else text[:1].upper() + text[1:]
