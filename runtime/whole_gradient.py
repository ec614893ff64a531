"""The gradient at a port of an instance: what comes back over the edges that are drawn there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.feeds import Host, frozen
from runtime.moments import apart, moment

if TYPE_CHECKING:
    from runtime.trace import Trace


def whole_gradient(trace: Trace, ref: PortRef) -> Host | None:
    """At an instance's input the sum over the inner inputs, at its output over its edges.

    Nodes inside may read what the output hands on; their parts are the inner port's alone.
    """
    plan = trace.plan
    flat, (drawn, t) = plan.flat, apart(ref)
    if drawn in flat.inputs:
        parts = [trace.part(moment(inner, t)) for inner in flat.inputs[drawn]]
    else:
        slot = plan.slot_of[ref]
        parts = [_part_back(trace, target, slot) for target in plan.readers.get(drawn, ())]
        is_end = drawn == plan.target and slot == plan.end and trace.has_reverse
        parts.append(plan.seed_gradient if is_end else None)
    links = (outer for outer, inner in flat.links.items() if inner == drawn)
    return _added([*parts, *(trace.gradient(moment(outer, t)) for outer in links)])


def _part_back(trace: Trace, target: PortRef, slot: int) -> Host | None:
    """What comes back over a drawn edge to a slot that is read over it, at whatever steps."""
    if trace.plan.times(target) is None:
        return trace.part(target)
    return _added([trace.part(ref) for ref in trace.plan.reading(target).get(slot, ())])


def _added(parts: list[Host | None]) -> Host | None:
    kept = [part for part in parts if part is not None]
    total: Host | None = frozen(np.asarray(sum(kept[1:], kept[0]))) if kept else None
    return total
