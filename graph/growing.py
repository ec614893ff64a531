"""Nodes with any number of inputs: the one more that a wire makes, and those that go with edges.

The input that a node would grow is no port: it is not checked, not run and not in the file. It
becomes one by the edit that wires it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph import edits as e
from graph.module import MAX_RUN, Module
from graph.port import PortRef, PortType

if TYPE_CHECKING:
    from graph.model import Graph


def next_input(module: Module | None) -> str:
    """The name of the input that a node of a module would grow; empty where it grows none."""
    run = _run(module)
    if module is None or not run or module.more_inputs(None) is None:
        return ""
    count = module.count(run)
    return f"{run}{count}" if count < MAX_RUN else ""


def is_next_input(graph: Graph, target: PortRef) -> bool:
    """Whether a port is the one that its node would grow."""
    module = graph.module(target.node) if target.node in graph else None
    return bool(target.port) and target.port == next_input(module)


def module_with(graph: Graph, target: PortRef, given: PortType | None = None) -> Module | None:
    """A node's module; with one more input if `target` is the one that it would grow.

    `given` is what will arrive there. None for an unknown module.
    """
    module = graph.module(target.node)
    if module is None or target.port != next_input(module):
        return module
    return type(module)(**{**module.settings, **(module.more_inputs(given) or {})})


def growing_edits(
    graph: Graph, target: PortRef, given: PortType | None
) -> tuple[e.SetAttributes, ...]:
    """What has to be done before `target` can be wired: nothing, or one more input."""
    if not is_next_input(graph, target):
        return ()
    module = graph.module(target.node)
    settings = module.more_inputs(given) if module is not None else None
    return (e.SetAttributes(target.node, settings),) if settings else ()


def shrinking_edits(graph: Graph, freed: Iterable[PortRef]) -> tuple[e.SetAttributes, ...]:
    """What follows when edges at these inputs are cut: a last input goes with its edge.

    Unwired ones right before it go too, down to the number that the module has by itself. Others
    stay, for what stands behind them would change its place.
    """
    ports: dict[str, set[str]] = {}
    for port in freed:
        ports.setdefault(port.node, set()).add(port.port)
    edits = (_shrinking_edit(graph, id_, gone) for id_, gone in ports.items())
    return tuple(edit for edit in edits if edit is not None)


def _shrinking_edit(graph: Graph, id_: str, freed: set[str]) -> e.SetAttributes | None:
    module = graph.module(id_) if id_ in graph else None
    run = _run(module)
    if module is None or not run or "inputs" not in module.attributes:
        return None
    count = module.count(run)
    if f"{run}{count - 1}" not in freed:
        return None
    least = module.attributes["inputs"].default
    wired = graph.arriving(id_).keys() - freed
    while count > least and f"{run}{count - 1}" not in wired:
        count -= 1
    if count == module.count(run):
        return None
    return e.SetAttributes(id_, {"inputs": e.RESET if count == least else count})


def _run(module: Module | None) -> str:
    """The name of a module's run of inputs, or nothing."""
    terms = module.sig.inputs if module is not None else ()
    return next((term.name for term in terms if term.run), "")
