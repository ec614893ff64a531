"""The derivative of one port by another explained: the paths between them, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.chains.wording import paths_text
from runtime.explaining.explanation import Explanation, Line
from runtime.explaining.expression import (
    Expression,
    Name,
    added,
    derivative,
)
from runtime.explaining.latex import visible
from runtime.explaining.naming import Names
from runtime.explaining.products import product_line
from runtime.explaining.tensors import matrix, number
from runtime.maps import Zero
from runtime.over_time import at_last
from runtime.paths import Hop, connected, first_value

if TYPE_CHECKING:
    from runtime.total import TotalJacobian
    from runtime.trace import Trace

MAX_PATHS = 8
"""More paths are counted; these are written out."""
MAX_WORK = 50_000_000
"""A total derivative that takes more multiply-adds than this is not multiplied out."""


def explain_ports(trace: Trace, source: PortRef, target: PortRef) -> Explanation:
    """d(target)/d(source): a line for each path, and the total. Inside time both at the last step.

    Raises `NoValue` where either has no value in the run or is not floating.
    """
    total = trace.total(source, target)
    source, target = at_last(trace.plan, source), at_last(trace.plan, target)
    names = Names(trace)
    is_edge = trace.plan.feeder(source) is not None
    by = Name(names.part(source) if is_edge else names.value(source))
    if source in trace.plan.slot_of and source in _outputs(trace):
        by = Name(names.output(source))
    of = Name(names.output(target))
    whole = derivative(of, by)
    paths = _paths(trace, source, target)
    lines = []
    for place, hops in enumerate(paths, 1):
        factors = [(hop.step, hop.port, hop.output) for hop in hops]
        left = Name(f"p{place}")
        lines.append(product_line(trace, names, left, by, factors, f"path {place}"))
    lines.append(_total_line(whole, total, lines, listed=len(paths)))
    words = f"From {source} to {target}: {paths_text(total.paths)}, whose products add up."
    if total.paths == 1:
        words = f"From {source} to {target}: one path, along which the Jacobians multiply."
    notes = []
    if source == target:
        words = f"From {source} to itself: the derivative is the identity."
    elif not total.paths:
        words = f"From {source} to {target}: no path, so the derivative is 0."
    elif total.paths > len(paths):
        notes.append(f"{paths_text(total.paths - len(paths))} more are not written out.")
    about = {"from": str(source), "to": str(target)}
    return Explanation(about, visible(words), tuple(lines), tuple(notes))


def _outputs(trace: Trace) -> set[PortRef]:
    """The ports that a value stands at as an output."""
    return {ref for ref in trace.plan.slot_of if trace.plan.feeder(ref) is None}


def _paths(trace: Trace, source: PortRef, target: PortRef) -> list[tuple[Hop, ...]]:
    """The first paths, depth first; hops over which nothing comes are left out."""
    plan = trace.plan
    start, end = first_value(plan, source), plan.slot_of[target]
    hops = [
        hop
        for hop in plan.hops(source, end)
        if type(trace.local(hop.step, hop.port, hop.output)) is not Zero
    ]
    leaving: dict[int, list[Hop]] = {}
    for hop in connected(start, end, hops):
        leaving.setdefault(hop.source, []).append(hop)
    found: list[tuple[Hop, ...]] = []
    waiting: list[tuple[int, tuple[Hop, ...]]] = [(start, ())]
    while waiting and len(found) < MAX_PATHS:
        value, way = waiting.pop()
        if value == end and way:
            found.append(way)
            continue
        waiting += [(hop.target, (*way, hop)) for hop in reversed(leaving.get(value, []))]
    return found


def _total_line(
    whole: Expression, total: TotalJacobian, paths: Sequence[Line], *, listed: int
) -> Line:
    symbols: tuple[Expression, ...] = ()
    if 0 < total.paths == listed:
        symbols = (added([line.left for line in paths]),)
    if total.cost.chosen.multiply_adds > MAX_WORK:
        return Line(whole, symbols, (), "the total; it is too large to be multiplied out")
    numbers: list[Expression] = []
    products = [line.result for line in paths if line.result is not None]
    if listed > 1 and symbols and len(products) == listed:
        numbers.append(added([number(product.item()) for product in products]))
    numbers.append(matrix(total))
    result = None
    if total.rows == total.columns == 1:
        result = np.asarray(np.asarray(total.dense()).item())
    words = "the total" if result is not None else f"the total, {total.rows} × {total.columns}"
    return Line(whole, symbols, tuple(numbers), words, result)
