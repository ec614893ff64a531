"""The chain rule of one edge, written out in symbols, then in numbers or shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph import PortRef
from gui.in_words import bracketed
from gui.numbers import format_number, format_shape
from runtime.explaining.naming import input_name, output_in_formula

if TYPE_CHECKING:
    from graph import Graph
    from gui.document import Document
    from gui.shown import Shown
    from runtime.maps import LinearMap

MAX_TERMS = 4


def product_text(document: Document, target: PortRef) -> str:
    """`∂L/∂w = ∂L/∂mul · ∂mul/∂w = 1 × 2 = 2`; of tensors a second line with the shapes.

    The symbols alone while the playhead has not come so far; empty where no gradient can come.
    """
    graph, shown = document.graph, document.shown
    module = graph.module(target.node)
    gradient = shown.gradient(target)
    if module is None or gradient.state not in ("blank", "value"):
        return ""
    outputs = [PortRef(target.node, port.name) for port in module.output_ports]
    maps = _maps(shown, target) if gradient.is_value else {}
    if gradient.is_value:
        outputs = [ref for ref in outputs if shown.port_gradient(ref).is_value and ref.port in maps]
    by = input_name(graph, target)
    terms = [_term(graph, ref, by) for ref in outputs[:MAX_TERMS]]
    if len(outputs) > MAX_TERMS:
        terms.append("…")
    text = f"∂L/∂{by} = " + " + ".join(terms)
    if not gradient.is_value or gradient.array is None or len(outputs) > MAX_TERMS or not outputs:
        return text
    upstream = [shown.port_gradient(ref).array for ref in outputs]
    factors = [maps[ref.port] for ref in outputs]
    if all(linear.rows == linear.columns == 1 for linear in factors):
        return f"{text} = {_numbers(upstream, factors)} = {_number(gradient.array)}"
    shapes = " + ".join(f"1×{linear.rows} · {linear.rows}×{linear.columns}" for linear in factors)
    rows = f"{shapes} = 1×{gradient.array.size}"
    if gradient.array.ndim != 1:
        rows += f", as {format_shape(gradient.array.shape)}"
    return f"{text}\n{rows}"


def _maps(shown: Shown, target: PortRef) -> dict[str, LinearMap]:
    return shown.trace.jacobians(target) if shown.trace is not None else {}


def _term(graph: Graph, output: PortRef, by: str) -> str:
    above = output_in_formula(graph, output)
    return f"∂L/∂{above} · ∂{above}/∂{by}"


def _numbers(upstream: list[np.ndarray], factors: list[LinearMap]) -> str:
    pairs = zip(upstream, factors, strict=True)
    return " + ".join(
        f"{bracketed(_number(array))} × {bracketed(_entry(linear))}" for array, linear in pairs
    )


def _entry(linear: LinearMap) -> str:
    return format_number(np.asarray(linear.window(slice(0, 1), slice(0, 1))).item())


def _number(array: np.ndarray) -> str:
    return format_number(np.asarray(array).item())
