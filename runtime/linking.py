"""The links between two ports of a trace: which local Jacobians their total derivative has."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from graph.initialise import sizes
from graph.port import PortRef
from runtime.errors import NoValue
from runtime.maps import Zero
from runtime.maps.places import Shape
from runtime.paths import connected, first_value
from runtime.samples import ask_sample, count_samples
from runtime.total import Link, TotalJacobian

if TYPE_CHECKING:
    from runtime.plan import Plan
    from runtime.trace import Trace


def total_jacobian(
    trace: Trace, source: PortRef, target: PortRef, sample: int | None = None
) -> TotalJacobian:
    """d(target)/d(source) over all paths, at the values of the trace, or that of one sample.

    From an output or parameter port all edges count, from an input port that is wired its own
    edge alone. Raises `NoValue` where a port or a step between them did not run, or carries no
    gradient; for a sample also `SamplesMix`, and IndexError where there is no such sample.
    """
    links, shapes = find_links(trace, source, target, sample)
    first, end = first_value(trace.plan, source), trace.plan.slot_of[target]
    dtype = trace.plan.slots[end].dtype
    name_of = functools.partial(_name, trace.plan)
    return TotalJacobian(first, end, links, shapes, dtype, name_of)


def find_links(
    trace: Trace, source: PortRef, target: PortRef, sample: int | None = None
) -> tuple[list[Link], dict[int, Shape]]:
    """The local Jacobians on all paths between two ports, and the shapes of the values there.

    In the order of the run; those that are zero by their structure lead nowhere and are left out.
    Raises as `total_jacobian` does.
    """
    plan = trace.plan
    end = floating_slot(trace, target)
    shape = sizes(plan.slots[floating_slot(trace, source)])
    if sample is not None:
        ask_sample(sample, count_samples(plan, source, target))
    first = first_value(plan, source)
    shapes = {first: shape, end: sizes(plan.slots[end])}
    links: list[Link] = []
    for hop in plan.hops(source, end):
        made = trace.local(hop.step, hop.port, hop.output, sample)
        shapes[hop.target] = hop.step.shapes[hop.output]
        links.append(Link(hop.source, hop.target, made, hop))
    if sample is not None:
        shapes = {value: shape[1:] for value, shape in shapes.items()}
    if any(type(link.map) is Zero for link in links):
        links = connected(first, end, [link for link in links if type(link.map) is not Zero])
    return links, shapes


def floating_slot(trace: Trace, ref: PortRef) -> int:
    """The slot of a port that ran and carries a gradient; `NoValue` of any other."""
    slot = trace.plan.slot_of.get(ref)
    if slot is None or slot not in trace.values:
        raise NoValue(f"{ref}: found no value in the run, expected a port that ran.")
    if not trace.plan.slots[slot].is_floating:
        found = trace.plan.slots[slot].dtype
        raise NoValue(f"{ref}: found {found}, expected a floating port. It has no derivative.")
    return slot


def _name(plan: Plan, slot: int) -> str:
    """The port that owns a slot."""
    return next(str(ref) for ref, number in plan.slot_of.items() if number == slot)
