"""What a run writes down: its steps, what each node left behind, and where it ended early."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runtime.array import Array

if TYPE_CHECKING:
    from runtime.modules.context import Context
    from runtime.numbering import PlanStep

Phase = Literal["forward", "tangent", "reverse", "update"]
Watch = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: a node's forward, tangent or reverse, or the update of a parameter.

    `t` is the time step, if any; `port` is the parameter that is updated.
    """

    index: int
    phase: Phase
    node: str
    t: int | None = None
    port: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a run ended early: node, index of the step, and a sentence."""

    node: str
    step: int
    message: str


@dataclass(slots=True)
class Record:
    """What one node computed, and from what; the reverse half is None before its step."""

    step: PlanStep
    context: Context
    ins: tuple[Array, ...]
    outs: tuple[Array, ...]
    gouts: tuple[Array | None, ...] | None = None
    parts: tuple[Array | None, ...] | None = None

    def kept(self) -> Mapping[str, Array]:
        """All ports by name, and what the module kept besides: a trace keeps everything."""
        ports = dict(zip(self.step.module.kept_names, self.ins + self.outs, strict=True))
        return {**ports, **self.context.kept} if self.context.kept else ports

    def needed(self) -> Mapping[str, Array]:
        """What of it the module reads again, as its `keeps` says."""
        if not self.step.module.keeps:
            return self.context.kept
        arrays = self.ins + self.outs
        ports = {name: arrays[place] for name, place in self.step.module.kept_places}
        return {**ports, **self.context.kept} if self.context.kept else ports
