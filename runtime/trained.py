"""Which tensors of a plan training changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.initialise import trained
from graph.port import PortRef
from runtime.moments import apart

if TYPE_CHECKING:
    from runtime.plan import Plan


def trained_slots(plan: Plan) -> dict[PortRef, int]:
    """The slot of every floating tensor that a node of the plan owns and training changes."""
    graph, found = plan.flat.graph, {}
    for source in plan.sources:
        ref, _ = apart(source.ref)
        module = graph.module(ref.node)
        if module is not None and source.type.is_floating and ref.port in trained(module):
            found[ref] = source.slot
    return found
