"""`gradwire code`: the program of a graph as its file and the command line say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph import edits as e
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.as_numpy.updates import Recipe
from runtime.as_numpy.writing import write_numpy
from runtime.feeds import host_feeds
from runtime.training.optimizers import Adam

if TYPE_CHECKING:
    from graph.model import Graph


def program_of(graph: Graph, feeds: Mapping[str, Any]) -> str:
    """The program of a graph, with `feeds` as the values of its inputs.

    Raises as `write_numpy`, and `FeedError` naming the node.
    """
    fed = host_feeds(graph, feeds)
    if fed:
        graph = graph.copy()
        graph.apply(
            e.Batch(
                tuple(
                    e.SetTensor(PortRef(id_, "y"), Tensor.of(array)) for id_, array in fed.items()
                )
            )
        )
    return write_numpy(graph, Recipe(Adam()))
