"""A plan made to serve other numbers: what was worked out for one graph holds for all of its form.

So an edit of a value, and each move of a slider, costs neither a check nor a new plan.
"""

from __future__ import annotations

import copy
from dataclasses import replace

from graph.form import renewed as renewed_check
from graph.model import Graph
from graph.tensor import Tensor
from graph.time import keeps_initial
from runtime.feeds import Source
from runtime.moments import apart
from runtime.plan import Plan


def renewed(plan: Plan, graph: Graph) -> Plan:
    """The plan of a graph that has the form of the one that was planned.

    The steps are shared, and with them what the plan has learnt of its paths.
    """
    check = renewed_check(plan.check, graph)
    flat = check.flat.graph
    sources = tuple([_renewed_source(source, flat) for source in plan.sources])
    found = copy.copy(plan)
    vars(found).update(revision=graph.revision, check=check, sources=sources)
    return found


def _renewed_source(source: Source, graph: Graph) -> Source:
    """The source with the tensor that is kept for it now."""
    if not isinstance(source.origin, Tensor):  # a rule, or a feed
        return source
    ref, _ = apart(source.ref)
    tensor = graph.tensors.get(ref)
    if tensor is None or tensor is source.origin:
        return source
    if graph.incoming(ref) is not None and not keeps_initial(graph, ref):
        return source  # zeros before the first step; the port keeps a parameter
    return replace(source, origin=tensor)
