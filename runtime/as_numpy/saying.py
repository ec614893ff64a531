"""The comments: what a node is, and its rule in signs, as the catalogue has them."""

from __future__ import annotations

from collections.abc import Iterator

from graph.module import Module
from graph.port import PortRef
from runtime.as_numpy.anatomy import Anatomy
from runtime.as_numpy.names import comment
from runtime.explaining.plain import plain
from runtime.explaining.pulling import pullback_of
from runtime.explaining.reading import read_latex
from runtime.explaining.substituting import without_absent

LONGEST = 90


def forward_words(anatomy: Anatomy, id_: str) -> str:
    """`hidden (Linear): y = x Wᵀ + b`, with the node's label where it has one."""
    node, module = anatomy.graph.nodes[id_], anatomy.module(id_)
    label = f' "{comment(node.label)}"' if node.label and node.label != id_ else ""
    if anatomy.is_bypassed(id_):
        return f"{id_}{label} ({module.name}, bypassed): its input goes through"
    formula = in_signs(module.formula, module)
    return f"{id_}{label} ({module.name})" + (f": {formula}" if formula else "")


def backward_words(anatomy: Anatomy, id_: str, need: tuple[str, ...]) -> Iterator[str]:
    """`back through hidden: x gets g W, weight gets gᵀ x`, g being what arrived."""
    module = anatomy.module(id_)
    yield from _fan_out(anatomy, id_)
    if anatomy.is_bypassed(id_):
        yield f"back through {id_}, unchanged"
        return
    rules = []
    for port in need:
        formula = in_signs(pullback_of(module, port) or "", module)
        if formula:
            rules.append(f"{port} gets {formula}")
    said = "; ".join(rules)
    line = f"back through {id_}" + (f": {said}" if said else "")
    yield line if len(line) <= LONGEST else f"back through {id_} ({module.name})"


def _fan_out(anatomy: Anatomy, id_: str) -> Iterator[str]:
    """That gradients of several edges were added, where a value is read several times."""
    for name in anatomy.module(id_).output_names:
        count = sum(
            1
            for edge in anatomy.graph.store.leaving[id_].values()
            if edge.source == PortRef(id_, name)
        )
        if count > 1:
            yield f"{id_}.{name} is read {count} times: its gradient is the sum over {count} edges"


def in_signs(latex: str, module: Module) -> str:
    """A formula of the catalogue on one line; empty where it takes several, or too many signs."""
    if not latex:
        return ""
    box = plain(without_absent(read_latex(latex), module))
    text = str(box)
    return text if box.is_line and len(text) <= LONGEST else ""
