"""The paths between two ports of a plan: the steps they go through, and by which ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from graph.port import PortRef

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.plan import Plan

EDGE = -1  # the number of the value at an input port that stands for one edge alone


class Way(Protocol):
    """Anything that leads from one numbered value to another."""

    @property
    def source(self) -> int: ...

    @property
    def target(self) -> int: ...


AnyWay = TypeVar("AnyWay", bound=Way)


@dataclass(frozen=True, slots=True)
class Hop:
    """A way through one step; `source` and `target` number the values at its two ports."""

    step: PlanStep
    port: str
    output: str
    source: int
    target: int


def first_value(plan: Plan, source: PortRef) -> int:
    """The number that paths from a port begin with: of a wired input port its edge counts alone."""
    return EDGE if plan.feeder(source) is not None else plan.slot_of[source]


def find_hops(plan: Plan, source: PortRef, end: int) -> list[Hop]:
    """All hops on paths from a port to a slot, in the order of the run; floating ports alone.

    An edge that ends at an instance counts for all inner inputs that read it.
    """
    first = first_value(plan, source)
    own = frozenset(plan.inner_inputs(source) if first == EDGE else ())
    reached = {first}
    found: list[Hop] = []
    if first == end:
        return found
    for step in plan.forward:
        if reached.isdisjoint(step.inputs) and own.isdisjoint(step.reads):
            continue
        new = _through(plan, step, reached, own)
        reached.update(hop.target for hop in new)
        found += new
        if end in reached:
            break
    return towards(end, found)


def connected(first: int, end: int, ways: list[AnyWay]) -> list[AnyWay]:
    """Those that lie on a path from one value to another, in their order."""
    reached, kept = {first}, []
    for way in ways:
        if way.source in reached:
            reached.add(way.target)
            kept.append(way)
    return towards(end, kept)


def towards(end: int, ways: list[AnyWay]) -> list[AnyWay]:
    """Those that lie on a path to a value, in their order."""
    needed, kept = {end}, []
    for way in reversed(ways):
        if way.target in needed:
            needed.add(way.source)
            kept.append(way)
    return kept[::-1]


def count_paths(first: int, end: int, ways: Sequence[Way]) -> int:
    """How many paths lead from one value to another; exact, however many. One to itself.

    `ways` stand in the order of the run, here and below.
    """
    return 1 if first == end else paths_from(first, ways).get(end, 0)


def paths_from(first: int, ways: Sequence[Way]) -> dict[int, int]:
    """How many paths lead from a value to each other."""
    count = {first: 1}
    for way in ways:
        count[way.target] = count.get(way.target, 0) + count.get(way.source, 0)
    return count


def paths_to(end: int, ways: Sequence[Way]) -> dict[int, int]:
    """How many paths lead from each value to one."""
    count = {end: 1}
    for way in reversed(ways):
        count[way.source] = count.get(way.source, 0) + count.get(way.target, 0)
    return count


def _through(plan: Plan, step: PlanStep, reached: set[int], own: frozenset[PortRef]) -> list[Hop]:
    """The hops of one step from what is reached already; `own` are the inputs of one edge."""
    found = []
    outputs = [
        (name, slot)
        for name, slot in zip(step.output_names, step.outputs, strict=True)
        if plan.slots[slot].is_floating
    ]
    for name, ref, slot in zip(step.input_names, step.reads, step.inputs, strict=True):
        number = EDGE if ref in own else slot
        if number in reached and plan.slots[slot].is_floating:
            found += [Hop(step, name, output, number, target) for output, target in outputs]
    return found
