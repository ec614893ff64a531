"""A step of forward mode explained: each input's tangent through the local Jacobian, added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph.port import PortRef
from runtime.errors import NoValue
from runtime.explaining.explanation import Explanation, Line, Of
from runtime.explaining.expression import (
    DOT,
    Expression,
    Name,
    Symbol,
    added,
    derivative,
    guarded,
    joined,
    row,
)
from runtime.explaining.latex import visible
from runtime.explaining.naming import Names
from runtime.explaining.pulling import each
from runtime.explaining.tensors import tensor
from runtime.explaining.troubles import not_finite
from runtime.moments import at

if TYPE_CHECKING:
    from runtime.feeds import Host
    from runtime.numbering import PlanStep
    from runtime.records import Step
    from runtime.trace import Trace

SENTENCE = "Each tangent that arrives goes through the local Jacobian; they add up."
MAX_TERMS = 12


def explain_tangent(trace: Trace, step: Step) -> Explanation:
    """The tangent step of a node, of a trace with a pushed tangent; raises `NoValue` of another."""
    key = at(step.node, step.t)
    planned = trace.plan.step_of.get(key)
    if trace.push is None or planned is None:
        raise NoValue(f"{key}: found no tangent step in the run.")
    names = Names(trace, key.rpartition("/")[0])
    lines = [
        _line(trace, names, planned, output, found)
        for output, ref in zip(planned.output_names, planned.writes, strict=True)
        if (found := trace.push.tangent(ref)) is not None
    ]
    module = trace.plan.flat.graph.module(step.node)
    kind = "" if module is None else f" ({module.name})"
    lead = f"Tangent, step {step.index + 1} of {len(trace.steps)}, "
    words = f"{lead}{visible(names.node(key))}{kind}: {SENTENCE}"
    notes = [not_finite(line.result, "The tangent") for line in lines]
    about = {"phase": "tangent", "node": key}
    return Explanation(about, words, tuple(lines), tuple(note for note in notes if note), lead)


def differential(of: Expression) -> Expression:
    """`d of`: how it moves along the seed."""
    return row(Symbol("d"), of)


def _line(trace: Trace, names: Names, step: PlanStep, output: str, found: Host) -> Line:
    """`d y = ∂y/∂a · d a + ∂y/∂b · d b`, with the numbers where all are numbers."""
    left = Name(names.output(PortRef(step.key, output)))
    arrived = [ref for ref in dict.fromkeys(step.reads) if _tangent(trace, ref) is not None]
    symbols: list[Expression] = [
        row(derivative(left, Name(names.part(ref))), DOT, differential(Name(names.value(ref))))
        for ref in arrived[:MAX_TERMS]
    ]
    numbers = [_product(trace, step, ref, output) for ref in arrived[:MAX_TERMS]]
    if len(arrived) > MAX_TERMS:
        symbols.append(Symbol(r"\dots"))
        numbers.append(Symbol(r"\dots"))
    shown = tensor(found)
    spelled = [part for part in numbers if part is not None]
    filled = [added(spelled), shown] if spelled and len(spelled) == len(numbers) else [shown]
    of = Of("tangent", step.writes[step.output_names.index(output)])
    return Line(differential(left), (added(symbols),), each(filled), "", found, of)


def _product(trace: Trace, step: PlanStep, ref: PortRef, output: str) -> Expression | None:
    """`2 · 1`: of one input, where both are numbers."""
    tangent = _tangent(trace, ref)
    port = step.input_names[step.reads.index(ref)]
    if tangent is None or tangent.ndim or step.shapes[output]:
        return None
    local = np.asarray(trace.local(step, port, output).dense()).reshape(())
    factors = joined([tensor(local), tensor(tangent)], DOT)
    return guarded(factors)


def _tangent(trace: Trace, ref: PortRef) -> Host | None:
    assert trace.push is not None
    return trace.push.tangent(ref)
