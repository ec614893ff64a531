"""Problems and refusals in a person's words: nodes are called as on the canvas."""

from __future__ import annotations

from functools import partial

from graph import Graph, GraphError, Problem
from graph.errors import sentence
from graph.naming import name_of


def told(graph: Graph, problem: Problem) -> str:
    """A problem's message; one about no node begins with a capital, as sentences do."""
    text = problem.told(partial(name_of, graph))
    return text if problem.node else text[:1].upper() + text[1:]


def told_error(graph: Graph, error: Exception) -> str:
    """Why the graph refused something."""
    if not isinstance(error, GraphError) or not error.node:
        return str(error)
    where = ".".join(part for part in (name_of(graph, error.node), error.port) if part)
    return sentence(where, error.found, error.expected, error.mend)
