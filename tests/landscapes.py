"""Two landscapes to look at, and short names for their parameters and feeds."""

from __future__ import annotations

from pathlib import Path

from graph import Graph, PortRef, load
from runtime.training.landscape.directions import Directions, chosen_entries
from runtime.training.landscape.objective import Entry, Objective
from tests.training_cases import numbers

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


def example(name: str) -> Graph:
    return load(EXAMPLES / f"{name}.gradwire")


def entry(port: str, *index: int) -> Entry:
    return Entry(PortRef.parse(port), index)


def fed(name: str) -> dict:
    return {key: numbers(name)[key] for key in "xt"}


def line() -> tuple[Objective, Directions]:
    """Linear regression with its plane of weight and bias."""
    objective = Objective(example("linear_regression"))
    entries = [entry("line.weight", 0, 0), entry("line.bias", 0)]
    return objective, chosen_entries(objective, entries, objective.start)


def valley() -> tuple[Objective, Directions]:
    """The ball in the valley, seen from above."""
    objective = Objective(example("ball_in_the_valley"))
    entries = [entry("x.y"), entry("y.y")]
    return objective, chosen_entries(objective, entries, objective.start)
