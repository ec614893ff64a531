"""What a run without feeds gives Data nodes: the first training batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from graph.problem import Problem
from runtime.data.nodes import data_nodes
from runtime.feeds import Host

if TYPE_CHECKING:
    from graph.model import Graph


class FirstBatch:
    """The first batches of the Data nodes of a graph as it stands at a revision.

    What is wrong with a set becomes a problem of its node, which then does not run.
    """

    def __init__(self, graph: Graph) -> None:
        self.revision = graph.revision
        self._feeds: dict[str, dict[str, Host]] = {}
        self._problems: dict[str, Problem] = {}
        nodes = data_nodes(graph)
        if nodes:
            from runtime.data.feeding import Feeder  # late: most graphs have no data

            self._feeds, self._problems = Feeder.first_batches(graph, nodes)

    def beside(self, fed: Mapping[str, Host]) -> dict[str, Host]:
        """What is fed, and the batches of the nodes that nobody feeds."""
        found = dict(fed)
        for node, feeds in self._feeds.items():
            if not _is_fed(node, fed):
                found |= feeds
        return found

    def problems(self, fed: Collection[str]) -> tuple[Problem, ...]:
        """What is wrong with the sets that are needed, and all that is to be said of the others."""
        return tuple(
            problem
            for node, problem in self._problems.items()
            if problem.severity != "error" or not _is_fed(node, fed)
        )


def _is_fed(node: str, fed: Collection[str] | Mapping[str, Any]) -> bool:
    return any(name.partition(".")[0] == node for name in fed)
