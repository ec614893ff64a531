"""The links between two ports of a trace: which local Jacobians their total derivative has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.initialise import sizes
from graph.port import PortRef
from runtime.errors import NoValue
from runtime.maps import Zero
from runtime.total import Link, TotalJacobian

if TYPE_CHECKING:
    from runtime.plan import PlanStep
    from runtime.trace import Trace

SOURCE = -1  # the number of an input port that stands for one edge alone


def total_jacobian(trace: Trace, source: PortRef, target: PortRef) -> TotalJacobian:
    """d(target)/d(source) over all paths, at the values of the trace.

    From an output or parameter port all edges count, from an input port that is wired its own
    edge alone. Raises `NoValue` where a port or a step between them did not run, or carries no
    gradient.
    """
    plan = trace.plan
    start, end = (_floating_slot(trace, ref) for ref in (source, target))
    is_edge = plan.edges.get(source) is not None
    reached = {SOURCE if is_edge else start}
    links: list[Link] = []
    for step in plan.forward:
        for link in _links(trace, step, reached, source if is_edge else None):
            reached.add(link.target)
            links.append(link)
    first = SOURCE if is_edge else start
    kept = _towards(end, links)
    shapes = {slot: sizes(type_) for slot, type_ in enumerate(plan.slots)}
    shapes[SOURCE] = shapes[start]
    if is_edge and end == start:
        kept = []
    names = {slot: str(ref) for ref, slot in reversed(list(plan.slot_of.items()))}
    return TotalJacobian(first, end, kept, shapes, plan.slots[end].dtype, lambda slot: names[slot])


def _links(trace: Trace, step: PlanStep, reached: set[int], source: PortRef | None) -> list[Link]:
    """The links of one step from what is reached already."""
    found = []
    for name, slot in zip(step.input_names, step.inputs, strict=True):
        port = PortRef(step.node, name)
        number = SOURCE if port == source else slot
        if number not in reached or not trace.plan.slots[slot].is_floating:
            continue
        for output, target in zip(step.output_names, step.outputs, strict=True):
            made = trace.jacobian(port, output)
            if made is not None and not isinstance(made, Zero):
                found.append(Link(number, target, made))
    return found


def _towards(target: int, links: list[Link]) -> list[Link]:
    """Those links that lie on a path to the target, in their order."""
    needed, kept = {target}, []
    for link in reversed(links):
        if link.target in needed:
            needed.add(link.source)
            kept.append(link)
    return kept[::-1]


def _floating_slot(trace: Trace, ref: PortRef) -> int:
    slot = trace.plan.slot_of.get(ref)
    if slot is None or slot not in trace.values:
        raise NoValue(f"{ref}: found no value in the run, expected a port that ran.")
    if not trace.plan.slots[slot].is_floating:
        found = trace.plan.slots[slot].dtype
        raise NoValue(f"{ref}: found {found}, expected a floating port. It has no derivative.")
    return slot
