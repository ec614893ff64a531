"""What an update leaves behind: steps, and for each parameter all quantities of the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.feeds import Host
from runtime.records import Step

if TYPE_CHECKING:
    from runtime.updates.learning import Learning


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What an update did to one parameter. Arrays have its shape and the run's dtype, read-only.

    `gradient` is dL/d(parameter) as it came back, zeros where no path led there; `taken` is what
    the rule works with, after bounds were laid on it. `delta` is what the rule adds, `after` the
    parameter behind the update. `quantities` are the rule's own, by their names in `rules`, and
    `memory` what the optimizer remembered before. `rate` is this parameter's learning rate.
    """

    ref: PortRef
    before: Host
    gradient: Host
    taken: Host
    delta: Host
    after: Host
    quantities: Mapping[str, Host]
    memory: Mapping[str, Host]
    rate: float


@dataclass(frozen=True, eq=False, repr=False)
class Update:
    """One update of all trained parameters.

    `number` counts from 1. `norm` is that of all gradients together before they were bounded,
    `shrunk` by how much they were scaled for the bound on it; 1 where they were not. `memory` is
    what the optimizer remembers behind it, as `Learning.memory` has it. `steps` are those of the
    phase "update", one a parameter in the plan's order; `frozen` has no step.
    """

    learning: Learning
    number: int
    norm: float
    shrunk: float
    moved: Mapping[PortRef, Moved]
    memory: Mapping[str, Host]
    frozen: tuple[PortRef, ...]
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        return f"<Update {self.number} by {self.learning.optimizer.name}: {len(self.steps)} steps>"

    @cached_property
    def place_of(self) -> Mapping[PortRef, int]:
        """Which of `steps` is that of a parameter."""
        return {PortRef(step.node, step.port): at for at, step in enumerate(self.steps)}
