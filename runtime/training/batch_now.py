"""The batch that a training stands at, with all that its step depends on: a copy to look into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.feeds import Host
from runtime.training import keeping
from runtime.training.moment import Position
from runtime.training.schedules import share_at
from runtime.training.session import Session
from runtime.updates import Learning

if TYPE_CHECKING:
    from graph.model import Graph


@dataclass(frozen=True, eq=False)
class BatchNow:
    """A batch before its step. The step made of it has the numbers of the training, to the bit.

    `position` says which batch of `graph` it is, `feeds` are its samples by port, `parameters`
    and `state` the tensors by address, `learning` with what its update is done; its `count` is
    what keys the masks of a training step.
    """

    graph: Graph
    position: Position
    feeds: Mapping[str, Host]
    parameters: Mapping[str, Host]
    state: Mapping[str, Host]
    learning: Learning


def batch_at(
    graph: Graph,
    place: Path | None,
    folder: Path | None = None,
    overrides: Mapping[str, str] | None = None,
) -> BatchNow:
    """The batch that comes next at a moment that is kept at `place`; without it, the first one.

    Samples may have to be read, and it is made on the CPU: not for a window's thread. Raises as
    `Session`, and `FileError`.
    """
    session = Session(graph, folder, overrides=overrides)
    trainer, settings = session.trainer, session.training
    if place is not None:
        session.go_to(keeping.read(place).fitting(trainer.memory))
    learning = Learning(
        trainer.optimizer,
        trainer.clip,
        settings.frozen,
        settings.lr_factors,
        share_at(trainer.schedule, trainer.count),
        trainer.count,
        trainer.memory if trainer.count else {},
    )
    found = trainer.parameters, trainer.state
    return BatchNow(graph, session.position, session.feeds(), *found, learning)
