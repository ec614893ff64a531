"""`gradwire code`: the program of a graph as its file and the command line say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runtime.as_numpy.samples import Dealt
from runtime.as_numpy.updates import Recipe
from runtime.as_numpy.writing import UPDATES, write_numpy
from runtime.engine import Engine
from runtime.trained import trained_slots
from runtime.training.clipping import Clip
from runtime.training.optimizers import optimizer_of
from runtime.training.parameters import named
from runtime.training.schedules import schedule_of

if TYPE_CHECKING:
    from graph.model import Graph


def program_of(graph: Graph, feeds: Mapping[str, Any]) -> str:
    """The program of a graph that trains as its `training` says; `feeds` as an engine takes them.

    With Data nodes it trains as many epochs over their batches, else `UPDATES` times.

    Raises as `write_numpy`, and `BadSetting` where the training names what is no parameter.
    """
    training = graph.training
    plan = Engine(graph, "cpu").plan(feeds)
    dealt = Dealt.of(graph, feeds) if trained_slots(plan) else None
    updates = UPDATES
    if dealt is not None and dealt.fits:
        updates = training.epochs * dealt.feeder.updates_per_epoch
    recipe = Recipe(
        optimizer_of(training.optimizer),
        schedule_of(training.schedule, updates),
        Clip(training.clip.value, training.clip.norm),
        {
            str(ref): factor
            for name, factor in training.lr_factors.items()
            for ref in named(plan, [name], "lr_factors")
        },
    )
    frozen = tuple(named(plan, training.frozen, "frozen"))
    return write_numpy(graph, recipe, frozen=frozen, feeds=feeds, updates=updates, dealt=dealt)
