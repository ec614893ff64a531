"""A run, a check and the catalogue as plain data, ready for JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from graph.attributes import AttributeSpec, written
from graph.checking import Check
from graph.module import Module
from graph.port import PortRef
from graph.signature import PortTerm
from runtime.feeds import Host
from runtime.maps import DENSE_BUDGET, LinearMap, TooLarge, ask_budget
from runtime.trace import Trace
from runtime.verdict import GradientReport, Verdict

Plain = dict[str, Any]


def as_json(data: Plain | list[Plain]) -> str:
    """One JSON text; strict JSON, for numbers that it cannot write are strings already."""
    return json.dumps(data, allow_nan=False)


def numbers(array: Host) -> Any:
    """An array as nested lists, a number if it has no axes; non-finite numbers as words."""
    found = array.tolist()
    if array.dtype.kind != "f" or all(map(math.isfinite, array.flat)):
        return found
    return worded(found)


def run_report(trace: Trace, *, dense: bool = False) -> Plain:
    """A trace as one object; `dense` adds Jacobians number by number, where not too large."""
    return {
        "target": None if trace.target is None else str(trace.target),
        "dtype": trace.dtype,
        "device": trace.device,
        "steps": [_step(step.phase, step.node, step.t) for step in trace.steps],
        "ports": {str(ref): _port(trace, ref) for ref in trace.ports},
        "edges": [_edge(trace, source, target, dense) for source, target in trace.edges],
    }


def check_report(checked: Check, report: GradientReport | None, trace_edges: Plain) -> Plain:
    """Problems and verdicts as one object; `trace_edges` maps input ports to their sources."""
    found: Plain = {
        "ok": report is not None and report.ok,
        "target": str(checked.target) if checked.target else None,
        "problems": [
            {
                "severity": problem.severity,
                "code": problem.code,
                "node": problem.node,
                "port": problem.port,
                "message": problem.message,
            }
            for problem in checked.findings
        ],
    }
    if report is not None:
        found["edges"] = [
            {"from": trace_edges.get(str(ref)), "to": str(ref), **_verdict(verdict)}
            for ref, verdict in report.edges.items()
        ]
        found["leaves"] = _verdicts(report.leaves)
        found["rounding"] = _verdicts(report.rounding)
    return found


def module_report(module: type[Module]) -> Plain:
    """A module's declaration as one object."""
    return {
        "name": module.name,
        "group": module.group,
        "doc": module.doc,
        "formula": module.formula,
        "inputs": [_term(term, _role(module, term)) for term in module.sig.inputs],
        "outputs": [_term(term, "output") for term in module.sig.outputs],
        "attributes": [_attribute(spec) for spec in module.attributes.values()],
    }


def worded(value: Any) -> Any:
    """A number, or nested lists of them, with words for what JSON cannot hold."""
    if isinstance(value, list):
        return [worded(entry) for entry in value]
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _step(phase: str, node: str, t: int | None) -> Plain:
    return {"phase": phase, "node": node} | ({} if t is None else {"t": t})


def _port(trace: Trace, ref: PortRef) -> Plain:
    value, gradient = trace.value(ref), trace.gradient(ref)
    found: Plain = {
        "shape": list(value.shape),
        "dtype": value.dtype.name,
        "value": numbers(value),
        "gradient": None if gradient is None else numbers(gradient),
    }
    if trace.push is not None:
        tangent = trace.push.tangent(ref)
        found["tangent"] = None if tangent is None else numbers(tangent)
    return found


def _edge(trace: Trace, source: PortRef | None, target: PortRef, dense: bool) -> Plain:
    gradient = trace.part(target)
    return {
        "from": None if source is None else str(source),
        "to": str(target),
        "gradient": None if gradient is None else numbers(gradient),
        "jacobians": _jacobians(trace, target, dense),
    }


def _jacobians(trace: Trace, target: PortRef, dense: bool) -> Plain | None:
    if not trace.types[target].is_floating or not trace.has_run(target.node):
        return None
    found = {}
    for output in trace.plan.floating_outputs(target.node):
        try:
            linear = trace.jacobian(target, output)
        except TooLarge as error:
            found[output] = _refused(trace, target, output, error)
            continue
        if linear is not None:
            found[output] = _jacobian(trace, target, output, linear, dense)
    return found


def _jacobian(trace: Trace, target: PortRef, output: str, linear: LinearMap, dense: bool) -> Plain:
    """Inside time `linear` is that of the last step; the matrices are those of all."""
    shape = [list(linear.out_shape), list(linear.in_shape)]
    found: Plain = {
        "structure": linear.structure,
        "shape": shape,
        "stored": linear.stored,
        "dense": None,
    }
    if dense:
        try:
            found["dense"] = numbers(_dense(trace, target, output, linear))
        except TooLarge as error:
            found["refused"] = str(error)
    return found


def _dense(trace: Trace, target: PortRef, output: str, linear: LinearMap) -> Host:
    """The matrix, by output shape then input shape; inside time those of all steps together."""
    shape = linear.out_shape + linear.in_shape
    times = trace.plan.times(target)
    if times is None:
        matrix: Host = linear.dense()
        return matrix.reshape(shape)
    count, size = math.prod(linear.out_shape), math.prod(linear.in_shape)
    ask_budget(len(times) * count, size, linear.dtype.itemsize, DENSE_BUDGET)
    found = (trace.jacobian(target, output, t=t) for t in times)
    return np.stack([each.dense().reshape(shape) for each in found if each is not None])


def _refused(trace: Trace, target: PortRef, output: str, error: TooLarge) -> Plain:
    shapes = trace.plan.step_of[target.node].shapes
    return {
        "structure": "dense",
        "shape": [list(shapes[output]), list(shapes[target.port])],
        "stored": error.entries,
        "dense": None,
        "refused": str(error),
    }


def _verdicts(verdicts: Mapping[PortRef, Verdict]) -> list[Plain]:
    return [{"port": str(ref), **_verdict(verdict)} for ref, verdict in verdicts.items()]


def _verdict(verdict: Verdict) -> Plain:
    return {"verdict": verdict.word, "error": verdict.error}


def _term(term: PortTerm, role: str) -> Plain:
    return {
        "name": term.name + ("..." if term.run else ""),
        "role": role,
        "kind": term.kind,
        "shape": list(term.dims),
    }


def _role(module: type[Module], term: PortTerm) -> str:
    if term.name in module.parameters:
        return "parameter"
    return "state" if term.name in module.states else "input"


def _attribute(spec: AttributeSpec) -> Plain:
    return {
        "name": spec.name,
        "type": spec.type,
        "default": written(spec.default),
        "expected": spec.expected(),
        "doc": spec.doc,
    }
