"""One path of the chain rule: the product of the Jacobians along it, and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.explaining.explanation import Explanation, Line
from runtime.explaining.expression import (
    DOT,
    Expression,
    Name,
    Scripts,
    Symbol,
    derivative,
    joined,
)
from runtime.explaining.latex import visible
from runtime.explaining.naming import Names
from runtime.explaining.pulling import LOSS
from runtime.explaining.tensors import number, tensor
from runtime.feeds import Host, frozen
from runtime.maps import LinearMap

if TYPE_CHECKING:
    from runtime.numbering import PlanStep
    from runtime.trace import Trace

MAX_HOPS = 12

Factor = tuple["PlanStep", str, str]
"""A step, and the names there of the input and the output between which a path goes."""
Way = tuple[PortRef, PortRef]
"""The input and the output between which a path goes through a step, by addresses in the run."""
PATH = Name("p")


def product_line(
    trace: Trace,
    names: Names,
    left: Expression,
    by: Expression,
    factors: Sequence[Factor],
    lead: str,
) -> Line:
    """The product along one path from `by`, from the target back to the source."""
    symbols: list[Expression] = []
    before = by
    for step, _, output in factors:
        after = Name(names.output(step.writes[step.output_names.index(output)]))
        symbols.insert(0, derivative(after, before))
        before = after
    way = " → ".join(visible(names.node(step.key)) for step, *_ in factors[:MAX_HOPS])
    way += " → …" if len(factors) > MAX_HOPS else ""
    words = f"{lead}, {way}"
    maps = [trace.local(*factor) for factor in reversed(factors)]
    if any(linear.rows != 1 or linear.columns != 1 for linear in maps):
        return Line(left, (_shortened(symbols),), (), words)
    numbers = [np.asarray(linear.dense()).item() for linear in maps]
    result = np.asarray(np.prod(numbers))
    written: list[Expression] = [_shortened([number(value) for value in numbers])]
    if len(factors) > 1:
        written.append(number(result.item()))
    return Line(left, (_shortened(symbols),), tuple(written), words, result)


def _shortened(factors: Sequence[Expression]) -> Expression:
    """The product of the factors, with dots for those beyond the first."""
    shown = list(factors[:MAX_HOPS])
    return joined([*shown, Symbol(r"\dots")] if len(factors) > MAX_HOPS else shown, DOT)


def explain_path(trace: Trace, source: PortRef, ways: Sequence[Way]) -> Explanation:
    """One path from a port, by the ways through its steps: its product, and what it adds.

    What it adds to the gradient is the seed gradient at the run's target, ones elsewhere, times
    the product. Raises `NoValue` where the run does not have such a path.
    """
    if not ways:
        raise NoValue(f"{source}: found a path without steps, expected one to another port.")
    names = Names(trace)
    factors = [_factor(trace, way) for way in ways]
    end = ways[-1][1]
    is_edge = trace.plan.feeder(source) is not None
    by = Name(names.part(source) if is_edge else names.output(source))
    lines = [product_line(trace, names, PATH, by, factors, "the product")]
    seed = trace.plan.seed_gradient if trace.plan.slot_of[end] == trace.plan.end else None
    of: Expression = LOSS if seed is not None else Name(names.output(end))
    added = _pulled(trace, factors, seed)
    is_whole = lines[0].result is not None and added.shape == () == lines[0].result.shape
    if not (is_whole and added == lines[0].result):
        left = Scripts(derivative(of, by), PATH)
        rule = (derivative(of, Name(names.output(end))), PATH) if seed is not None else ()
        symbols = (joined(list(rule), DOT),) if rule else ()
        lines.append(Line(left, symbols, (tensor(added),), "what it adds", added))
    words = f"One path from {source} to {end}: along it the Jacobians multiply."
    about = {"from": str(source), "to": str(end), "path": " ".join(map(str, _ports(ways)))}
    return Explanation(about, visible(words), tuple(lines))


def _ports(ways: Sequence[Way]) -> list[PortRef]:
    return [port for port, _ in ways]


def _factor(trace: Trace, way: Way) -> Factor:
    port, output = way
    step, name = trace.plan.reader(port)
    known = step is not None and step.key in trace.records and output.port in step.output_names
    if step is None or not known or not name:
        raise NoValue(f"{port}: found no way from it to {output} in the run.")
    return step, name, output.port


def _pulled(trace: Trace, factors: Sequence[Factor], seed: Host | None) -> Host:
    """The cotangent at the end of a path, times the Jacobians along it."""
    maps: list[LinearMap] = [trace.local(*factor) for factor in reversed(factors)]
    found: Host = np.ones(maps[0].out_shape) if seed is None else np.asarray(seed, "float64")
    with np.errstate(all="ignore"):
        for linear in maps:
            found = np.asarray(linear.vjp(found))
    made: Host = frozen(np.array(found))
    return made
