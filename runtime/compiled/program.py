"""A compiled step: the calls of both passes, bound to their arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runtime.array import Array
from runtime.modules.context import Context

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many calls a unit is, and whether a result of it lies where one of its inputs did."""

    forward: int
    reverse: int
    in_place: bool


@dataclass(frozen=True, eq=False, repr=False)
class Program:
    """Made by `draw`. `calls` are those of both passes in order, the first `turn` of them forward.

    `target` is the array of what is differentiated; `commits` change states, once the step is
    known to be good. `contexts` are those of nodes that draw random numbers. `nbytes` is the size
    of the block in which all buffers lie, `nbytes_alone` what they would take if none shared it.
    `counted` is in the order of the units.
    """

    calls: tuple[Call, ...]
    turn: int
    commits: tuple[Call, ...]
    contexts: tuple[Context, ...]
    target: Array
    nbytes: int
    nbytes_alone: int
    counted: tuple[Counted, ...]

    def __repr__(self) -> str:
        forward, reverse = self.turn, len(self.calls) - self.turn
        return f"<Program of {forward} forward and {reverse} reverse calls>"

    def run(self, training_step: int) -> None:
        """Make all calls; `training_step` keys the masks."""
        for context in self.contexts:
            context.step = training_step
        for call in self.calls:
            call()
