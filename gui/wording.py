"""Formulas in plain text, and numbers put into them: `a × b` and `3 × 2`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph import Graph, PortRef

# LaTeX that has a plain spelling; what is left over after these makes a formula too rich for text.
_SPELLINGS = (
    (re.compile(r"\\frac\{([^{}]+)\}\{([^{}]+)\}"), r"\1 / \2"),
    (re.compile(r"\\(?:cdot|times)\b"), "×"),
    (re.compile(r"\\(?:left|right)\b"), ""),
    (re.compile(r"\\sqrt\{([^{}]+)\}"), r"√\1"),
    (re.compile(r"\\(?:mathrm|operatorname)\{(\w+)\}"), r"\1"),
    (re.compile(r"\\(max|min|sin|cos|tanh|log|ln|exp)\b"), r"\1"),
    (re.compile(r"\\[,;! ]"), " "),
    (re.compile(r"\^(?:2(?!\d)|\{2\})"), "²"),
    (re.compile(r"\^\{([^{}]+)\}"), r"^\1"),
    (re.compile(r"-"), "−"),
)
MAX_FACTOR = 16


def plain_formula(latex: str) -> str | None:
    """The right side of a formula in plain text; None where it needs more than a line of text."""
    name, equals, text = latex.partition("=")
    if not equals or name.strip() != "y":
        return None
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    text = " ".join(text.split())
    return None if re.search(r"[\\{}_=]", text) else text


def put_in(text: str, numbers: Mapping[str, str]) -> str:
    """The formula with numbers for the names of ports; negative ones stand in brackets."""

    def number(found: re.Match[str]) -> str:
        written = numbers.get(found[0], found[0])
        before = text[: found.start()].rstrip()
        stands_alone = not before or before[-1] in "(|,√"
        return written if stands_alone or not written.startswith("−") else f"({written})"

    return re.sub(r"[A-Za-z_]\w*", number, text)


def short_factor(local: str) -> str | None:
    """A local derivative that is short enough to stand in a product, in brackets if need be."""
    if not local or len(local) > MAX_FACTOR or "," in local or " where " in local:
        return None
    return f"({local})" if " " in local else local


def factor_word(graph: Graph, port: PortRef, output: str) -> str:
    """The local derivative of a node's output by an input in symbols: `b`, or `∂y/∂a`."""
    if graph.nodes[port.node].bypassed:
        return "1"
    local = graph.module(port.node).local.get(port.port, "")
    return short_factor(local) or f"∂{output}/∂{port.port}"
