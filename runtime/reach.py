"""Which ports of a run a port's value flows into, as numbers: where a derivative may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.port import PortRef

if TYPE_CHECKING:
    from runtime.plan import Plan


def reached_ports(plan: Plan, source: PortRef) -> tuple[PortRef, ...]:
    """Floating output ports behind a port, in the order of the run, of which it may be a factor.

    From a wired input port only its own edge counts, from an output or parameter port all edges.
    Nothing for a port that is not floating or not in the run.
    """
    slot = plan.slot_of.get(source)
    if slot is None or not plan.slots[slot].is_floating:
        return ()
    is_edge = plan.edges.get(source) is not None
    reached = set() if is_edge else {slot}
    found = []
    for step in plan.forward:
        starts = is_edge and step.node == source.node and source.port in step.input_names
        if not starts and reached.isdisjoint(step.inputs):
            continue
        for name, made in zip(step.output_names, step.outputs, strict=True):
            if plan.slots[made].is_floating:
                reached.add(made)
                found.append(PortRef(step.node, name))
    return tuple(found)
