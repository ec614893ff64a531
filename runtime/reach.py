"""Which ports of a run a port's value flows into, as numbers: where a derivative may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.paths import EDGE, first_value

if TYPE_CHECKING:
    from runtime.plan import Plan


def reached_ports(plan: Plan, source: PortRef) -> Iterator[PortRef]:
    """Floating output ports behind a port, in the order of the run, of which it may be a factor.

    From a wired input port only its own edge counts, from an output or parameter port all edges.
    Nothing for a port that is not floating or not in the run. The outputs of an instance stand
    before those inside it, where the port is its input, and for the inner outputs that they are.
    """
    slot = plan.slot_of.get(source)
    if slot is None or not plan.slots[slot].is_floating:
        return
    told = set(_outputs(plan, source.node))
    yield from _outputs(plan, source.node)
    is_edge = first_value(plan, source) == EDGE
    reached = set() if is_edge else {slot}
    inner = plan.flat.inputs.get(source, (source,)) if is_edge else ()
    ends = {ref.node for ref in inner}
    for step in plan.forward:
        if reached.isdisjoint(step.inputs) and step.node not in ends:
            continue
        for name, made in zip(step.output_names, step.outputs, strict=True):
            if plan.slots[made].is_floating:
                reached.add(made)
                port = plan.flat.outer(PortRef(step.node, name))
                if port not in told:
                    yield port


def _outputs(plan: Plan, node: str) -> list[PortRef]:
    """The floating outputs of an instance; nothing for any other node."""
    if node not in plan.flat.instances:
        return []
    outputs = (ref for ref in plan.flat.outputs if ref.node == node)
    return [ref for ref in outputs if plan.slots[plan.slot_of[ref]].is_floating]
