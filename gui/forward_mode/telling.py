"""A step of forward mode in a sentence: whose tangents came, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from graph import PortRef
from gui.in_words import bracketed, describe, scalar
from gui.places import SeenTrace
from gui.wording import factor_word

if TYPE_CHECKING:
    from graph import Graph
    from runtime.trace import Trace


def tr(text: str) -> str:
    """A text of the sentence in the user's language."""
    return QCoreApplication.translate("Sentence", text)


def told_tangent(graph: Graph, trace: Trace | SeenTrace, id_: str) -> str:
    """What a node's tangent step does: `tangent of y = b × tangent of a = 2 × 1 = 2`."""
    module = graph.module(id_)
    arrived = {
        port.name: tangent
        for port in module.wired_ports
        if (tangent := _tangent(trace, PortRef(id_, port.name))) is not None
    }
    outputs = [port.name for port in module.output_ports]
    found = {name: _tangent(trace, PortRef(id_, name)) for name in outputs}
    found = {name: tangent for name, tangent in found.items() if tangent is not None}
    if not found:
        return tr("no tangent goes on")
    if len(found) == 1 and all(t.size == 1 for t in (*arrived.values(), *found.values())):
        product = _product(graph, trace, id_, next(iter(found)), arrived)
        if product:
            return product
    made = "; ".join(
        f"{tr('tangent of {0}').format(name)} {describe(t)}" for name, t in found.items()
    )
    names = ", ".join(f"{name} {describe(t)}" for name, t in arrived.items())
    return tr("{0} from the tangents of {1}").format(made, names) if names else made


def _product(
    graph: Graph, trace: Trace | SeenTrace, id_: str, output: str, arrived: dict[str, Any]
) -> str:
    """The sum of products in symbols, then in numbers; empty where a factor is no number."""
    symbols, numbers = [], []
    for name, tangent in arrived.items():
        local = trace.jacobian(PortRef(id_, name), output)
        if local is None or local.rows != 1 or local.columns != 1:
            return ""
        word = factor_word(graph, PortRef(id_, name), output)
        symbols.append(f"{word} × {tr('tangent of {0}').format(name)}")
        factor = scalar(np.asarray(local.dense()))
        factor = bracketed(factor) if numbers else factor
        numbers.append(f"{factor} × {bracketed(scalar(tangent))}")
    found = scalar(_tangent(trace, PortRef(id_, output)))
    lead = tr("tangent of {0}").format(output)
    return f"{lead} = {' + '.join(symbols)} = {' + '.join(numbers)} = {found}"


def _tangent(trace: Trace | SeenTrace, ref: PortRef) -> Any:
    try:
        return trace.tangent(ref) if isinstance(trace, SeenTrace) else trace.push.tangent(ref)
    except LookupError:
        return None
