"""Which ports of a run a port's value flows into, as numbers: where a derivative may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.moments import apart
from runtime.over_time import at_last
from runtime.paths import EDGE, first_value

if TYPE_CHECKING:
    from runtime.plan import Plan


def reached_ports(plan: Plan, source: PortRef) -> Iterator[PortRef]:
    """Floating output ports behind a port, in the order of the run, of which it may be a factor.

    From a wired input port only its own edge counts, from an output or parameter port all edges.
    Nothing for a port that is not floating or not in the run; inside time it is the last step's.
    The outputs of an instance stand before those inside it, where the port is its input, and for
    the inner outputs that they are.
    """
    node, source = source.node, at_last(plan, source)
    slot = plan.slot_of.get(source)
    if slot is None or not plan.slots[slot].is_floating:
        return
    told = set(_outputs(plan, node))
    yield from _outputs(plan, node)
    is_edge = first_value(plan, source) == EDGE
    reached = set() if is_edge else {slot}
    own = frozenset(plan.inner_inputs(source) if is_edge else ())
    for step in plan.forward:
        if reached.isdisjoint(step.inputs) and own.isdisjoint(step.reads):
            continue
        for ref, made in zip(step.writes, step.outputs, strict=True):
            if plan.slots[made].is_floating:
                reached.add(made)
                port = plan.flat.outer(apart(ref)[0])
                if port not in told:
                    told.add(port)
                    yield port


def _outputs(plan: Plan, node: str) -> list[PortRef]:
    """The floating outputs of an instance; nothing for any other node."""
    if node not in plan.flat.instances:
        return []
    outputs = [ref for ref in plan.flat.outputs if ref.node == node]
    slots = [plan.slot_of.get(at_last(plan, ref)) for ref in outputs]
    pairs = zip(outputs, slots, strict=True)
    return [ref for ref, slot in pairs if slot is not None and plan.slots[slot].is_floating]
