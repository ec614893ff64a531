"""`gradwire code`: the program of a graph as its file and the command line say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph import edits as e
from graph.port import PortRef
from graph.tensor import Tensor
from runtime.as_numpy.anatomy import Anatomy
from runtime.as_numpy.updates import Recipe
from runtime.as_numpy.writing import UPDATES, write_numpy
from runtime.feeds import host_feeds
from runtime.training.clipping import Clip
from runtime.training.optimizers import optimizer_of
from runtime.training.parameters import meant
from runtime.training.schedules import schedule_of

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
    training = graph.training
    every = Anatomy(graph).parameters
    recipe = Recipe(
        optimizer_of(training.optimizer),
        schedule_of(training.schedule, UPDATES),
        Clip(training.clip.value, training.clip.norm),
        {
            str(ref): factor
            for name, factor in training.lr_factors.items()
            for ref in meant(every, [name], "lr_factors")
        },
    )
    return write_numpy(graph, recipe, frozen=tuple(meant(every, training.frozen, "frozen")))
