"""A moment of a training: all that is needed to go on from there, to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from runtime.feeds import Host
from runtime.training.history import Epoch


class Position(NamedTuple):
    """The batch that comes next, its epoch, both from 0, and how many updates were made."""

    epoch: int
    batch: int
    update: int


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a session knew at a position. Arrays are by address; none of them changes any more.

    `memory` is the optimizer's, `schedule` that of one which remembers, `losses` the sum over the
    samples of the epoch that is under way. `best` is the number of the best epoch, `best_figure`
    its figure, `kept` its parameters and state where they are kept.
    """

    position: Position
    parameters: Mapping[str, Host]
    state: Mapping[str, Host]
    memory: Mapping[str, Host]
    schedule: Mapping[str, Any]
    losses: float
    epochs: tuple[Epoch, ...]
    best: int
    best_figure: float | None
    kept: Mapping[str, Host]
    why_ended: str

    def fitting(self, memory: Mapping[str, Host]) -> Moment:
        """The same for an optimizer that begins with `memory`: another one remembers nothing."""
        shapes, others = ({k: a.shape for k, a in m.items()} for m in (self.memory, memory))
        return self if shapes == others else replace(self, memory=memory)

    @property
    def learned(self) -> Mapping[str, Host]:
        """Parameters and state as the training leaves them: the best epoch's where it keeps them.

        By address.
        """
        return self.kept or {**self.parameters, **self.state}
