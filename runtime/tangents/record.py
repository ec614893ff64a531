"""What a pushed tangent leaves behind: steps, and a tangent in every slot that it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from graph.initialise import sizes
from graph.port import PortRef
from runtime.array import Array
from runtime.backend import to_numpy
from runtime.errors import NoValue
from runtime.feeds import Host, frozen
from runtime.moments import moment
from runtime.over_time import address
from runtime.records import Step
from runtime.tangents.seeding import Seed, is_state

if TYPE_CHECKING:
    from runtime.plan import Plan

WhyNoTangent = Literal["no path", "not differentiable"]


@dataclass(frozen=True, eq=False, repr=False)
class Push:
    """One pass of forward mode: d(value) along `seed` of everything that the seed leads to.

    `steps` are those of the pass, in order, of the phase "tangent"; `tangents` are by slot,
    `edges` by the address of the input ports where a seed entered at one edge alone.
    """

    plan: Plan
    seed: Seed
    steps: tuple[Step, ...]
    tangents: Mapping[int, Array]
    edges: Mapping[PortRef, Array]
    _host: dict[PortRef, Host | None] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Push from {self.seed.port}: {len(self.steps)} steps>"

    @cached_property
    def place_of(self) -> Mapping[tuple[str, int | None], int]:
        """Which of `steps` is that of a node at a time step."""
        return {(step.node, step.t): step.index for step in self.steps}

    def tangent(self, port: str | PortRef, t: int | None = None) -> Host | None:
        """The tangent of a value; at an input port of what arrives there. None where none came.

        Of a port inside time it is that at step `t`, or that of all steps with time as axis 0,
        zeros where none came. Raises `NoValue` where the run has no such port.
        """
        ref = address(self.plan, PortRef.parse(port), t)
        if ref not in self._host:
            times = self.plan.drawn_times(ref)
            self._host[ref] = self._at(ref) if times is None else self._over(ref, times)
        return self._host[ref]

    def why_none(self, port: str | PortRef, t: int | None = None) -> WhyNoTangent | None:
        """Why there is no tangent; None where there is one."""
        if self.tangent(port, t) is not None:
            return None
        ref = PortRef.parse(port)
        times = self.plan.times(ref)
        slot = self.plan.slot_of[ref if times is None else moment(ref, times[0])]
        floats = self.plan.slots[slot].is_floating and not is_state(self.plan, ref)
        return "no path" if floats else "not differentiable"

    def _at(self, ref: PortRef) -> Host | None:
        if ref not in self.plan.slot_of:
            raise NoValue(f"{ref}: found no such port in the run.")
        edge = self.plan.inner_inputs(ref) if self.edges else ()
        found = next((self.edges[port] for port in edge if port in self.edges), None)
        if self._takes(ref):
            found = joined(self.tangents.get(self.plan.slot_of[ref]), found)
        return None if found is None else frozen(to_numpy(found))

    def _takes(self, ref: PortRef) -> bool:
        """Whether a tangent goes in at an input port: truncation stops it as it stops gradients."""
        step, name = self.plan.reader(ref)
        if step is None or ref not in step.reads or not name:
            return True
        return step.need[step.reads.index(ref)]

    def _over(self, ref: PortRef, times: range) -> Host | None:
        found = [self._at(moment(ref, t)) for t in times]
        if all(part is None for part in found):
            return None
        slot = self.plan.slot_of[moment(ref, times[0])]
        zeros = np.zeros(sizes(self.plan.slots[slot]), self.plan.dtype)
        stack: Host = frozen(np.stack([zeros if part is None else part for part in found]))
        return stack


def joined(one: Array | None, other: Array | None) -> Array | None:
    """The sum of what came by two ways; None stands for nothing."""
    if one is None or other is None:
        return one if other is None else other
    both = one + other
    return frozen(np.asarray(both) if isinstance(both, np.generic) else both)
