"""Where a link stands in the graph as it is drawn: its step, its ports, its edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.port import PortRef
from runtime.chains.records import DrawnEdge, PathHop
from runtime.moments import apart
from runtime.total import Link

if TYPE_CHECKING:
    from runtime.plan import Plan


def drawn_hop(plan: Plan, link: Link, start: PortRef) -> PathHop:
    """The hop of a link that comes straight from a step, on a path that begins at a port."""
    assert link.hop is not None
    step = link.hop.step
    port, read_t = apart(step.reads[step.input_names.index(link.hop.port)])
    output, t = PortRef(step.node, link.hop.output), step.t
    edges = tuple(_inward(plan, port, apart(start)[0]))[::-1]
    return PathHop(port, output, t, read_t, edges, link.map)


def _inward(plan: Plan, port: PortRef, start: PortRef) -> Iterator[DrawnEdge]:
    """The drawn edges over which a value comes to an input port, innermost first.

    It comes in at instances' inputs, and through instances that are bypassed.
    """
    flat = plan.flat
    while True:
        source = plan.edges.get(port)
        yield source, port
        if source is None or port == start:
            return
        while source in flat.links and source != start:
            source = flat.links[source]
        if source not in flat.inputs:
            return
        port = source
