"""Runs, checks and modules as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from graph.catalogue import Catalogue
from graph.module import Module
from graph.port import PortRef, show_shape
from graph.problem import Problem
from runtime.columns import Columns
from runtime.feeds import Host
from runtime.maps import TooLarge
from runtime.trace import Trace
from runtime.verdict import GradientReport, Verdict

if TYPE_CHECKING:
    from runtime.maps import LinearMap

WRITTEN_OUT = 6
"""Up to this many numbers are written; larger tensors are summed up."""


def console() -> Console:
    """Where tables go; brackets are shapes, not markup."""
    return Console(markup=False, emoji=False, highlight=False)


def print_run(trace: Trace, *, dense: bool = False) -> None:
    """Values and gradients by port, then gradients and Jacobians by edge."""
    out = console()
    phases = [step.phase for step in trace.steps]
    target = f"target {trace.target}" if trace.target else "no target"
    pushed = f", {phases.count('tangent')} tangent" if trace.push is not None else ""
    forward, reverse = phases.count("forward"), phases.count("reverse")
    steps = f"{forward} forward{pushed} and {reverse} reverse steps"
    out.print(f"{target}, {trace.dtype} on {trace.device}, {steps}")
    tangent = ("Tangent",) if trace.push is not None else ()
    ports = Columns("Port", "Shape", "Value", *tangent, "Gradient")
    for ref in trace.ports:
        value = trace.value(ref)
        pushed_on = (_tangent(trace, ref),) if tangent else ()
        cells = (show_shape(value.shape), show(value), *pushed_on, _gradient(trace, ref))
        ports.add(str(ref), *cells)
    ports.print(out)
    edges = Columns("Edge", "Gradient", "Local Jacobian")
    for source, target_port in trace.edges:
        name = f"{source} -> {target_port}" if source else str(target_port)
        edges.add(name, _gradient(trace, target_port), _jacobians(trace, target_port, dense))
    if edges:
        edges.print(out)


def print_check(
    problems: Iterable[Problem], report: GradientReport, sources: dict[str, str | None]
) -> None:
    """Problems, then a verdict per edge and per leaf."""
    out = console()
    for problem in problems:
        out.print(f"{problem.severity}: {problem.message}")
    edges = Columns("Edge", "Verdict", "Error")
    for ref, verdict in report.edges.items():
        source = sources.get(str(ref))
        _add(edges, f"{source} -> {ref}" if source else str(ref), verdict)
    edges.print(out)
    if report.leaves:
        leaves = Columns(f"d {report.target} / d", "Verdict", "Error")
        for ref, verdict in report.leaves.items():
            _add(leaves, str(ref), verdict)
        leaves.print(out)
    elif report.target is None:
        out.print("Leaves were not checked, for there is no target.")
    own = "float32" if report.dtype == "float64" else report.dtype
    worst = max((v.error or 0.0 for v in report.rounding.values()), default=None)
    if worst is not None:
        out.print(f"{own} against float64: error {worst:.2g} at most.")
    counts = [v.word for v in (*report.edges.values(), *report.leaves.values())]
    words = {word: counts.count(word) for word in dict.fromkeys(counts)}
    out.print(", ".join(f"{count} {word}" for word, count in words.items()) or "Nothing to check.")


def print_catalogue(catalogue: Catalogue) -> None:
    """All modules by group, each with its first sentence."""
    out = console()
    table = Columns("Group", "Module", "Does")
    for group, modules in catalogue.groups().items():
        for place, module in enumerate(modules):
            table.add("" if place else group, module.name, _first_sentence(module))
    table.print(out)


def print_module(module: type[Module]) -> None:
    """One module: text, signature, attributes."""
    out = console()
    out.print(f"{module.name} ({module.group})\n\n{module.doc}\n\nPorts: {module.sig.text}")
    if module.attributes:
        table = Columns("Attribute", "Default", "Takes", "Means")
        for spec in module.attributes.values():
            table.add(spec.name, str(spec.default), spec.expected(), spec.doc)
        table.print(out)


def show(array: Host) -> str:
    """A tensor in a cell: numbers, or their range."""
    if array.ndim == 0:
        return _number(array[()])
    if array.size <= WRITTEN_OUT:
        return "[" + ", ".join(_number(entry) for entry in array.flat) + "]"
    if not np.isfinite(array).all():
        return f"{np.count_nonzero(~np.isfinite(array))} of {array.size} not finite"
    return f"{_number(array.min())} to {_number(array.max())}"


def _number(value: object) -> str:
    return f"{float(value):.4g}" if isinstance(value, np.floating) else str(value)


def _tangent(trace: Trace, ref: PortRef) -> str:
    assert trace.push is not None
    found = trace.push.tangent(ref)
    return trace.push.why_none(ref) or "" if found is None else show(found)


def _gradient(trace: Trace, ref: PortRef) -> str:
    found = trace.gradient(ref)
    return (trace.why_no_gradient(ref) or "") if found is None else show(found)


def _jacobians(trace: Trace, ref: PortRef, dense: bool) -> str:
    try:
        found = trace.jacobians(ref)
    except TooLarge:
        return "too large"
    texts = {name: _jacobian(linear, dense) for name, linear in found.items()}
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{name}: {text}" for name, text in texts.items())


def _jacobian(linear: LinearMap, dense: bool) -> str:
    text = linear.describe()
    if linear.rows == linear.columns == 1 or (dense and linear.rows * linear.columns <= 64):
        matrix = linear.dense()
        rows = "; ".join(" ".join(_number(entry) for entry in row) for row in matrix)
        return rows if matrix.size == 1 else f"{text} [{rows}]"
    if dense:
        try:
            return f"{text}, {show(linear.dense())}"
        except TooLarge:
            return f"{text}, too large to write out"
    return text


def _add(table: Columns, name: str, verdict: Verdict) -> None:
    table.add(name, verdict.word, "" if verdict.error is None else f"{verdict.error:.2g}")


def _first_sentence(module: type[Module]) -> str:
    return module.doc.partition("\n")[0].partition(". ")[0].rstrip(".")
