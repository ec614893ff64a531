"""The examples that are trained reach what they are made to reach; the slow ones are measured by
`benchmarks/learning.py`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from graph import load
from runtime.training.figures import figures
from runtime.training.session import Session

FOLDER = Path(str(files("assets"))) / "examples"


def trained(name: str, seed: int) -> Session:
    """An example's training to its end, begun with other parameters, another deal and order."""
    graph = load(FOLDER / f"{name}.gradwire")
    graph.configure(seed=seed)
    session = Session(graph)
    while not session.is_over:
        session.step()
    return session


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_xor_is_solved_in_less_than_500_updates(seed):
    session = trained("learn_xor", seed)
    assert session.trainer.count < 500
    assert session.history.figure("train", "accuracy")[-1] == 1


def test_irises_that_were_not_trained_on_are_told():
    session = trained("learn_iris", seed=1)
    found = figures(session.trainer, session.feeder, "validation", ("accuracy",))
    assert session.feeder.length("validation") == 45
    assert found["accuracy"] > 0.95
    assert session.history.figure("validation", "accuracy")[-1] == found["accuracy"]
