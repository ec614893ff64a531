"""Definitions inside each other: none inside itself, none too deep, none that grows too large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph.definition import MAX_DEPTH, MAX_FLAT_NODES, MAX_FLAT_PORTS, Blueprint
from graph.errors import BadDefinition

if TYPE_CHECKING:
    from graph.model import Graph


def inner_first(blueprints: Mapping[str, Blueprint]) -> list[str]:
    """Names so that each comes after those that it contains; raises `BadDefinition` at a cycle."""
    ids = dict.fromkeys(blueprints)
    contains = {
        name: dict.fromkeys(node.module for node in blueprint.nodes if node.module in ids)
        for name, blueprint in blueprints.items()
    }
    found: list[str] = []
    waiting = [(name, iter(inner)) for name, inner in reversed(contains.items())]
    done, open_ = set(), set()
    while waiting:
        name, inner = waiting[-1]
        open_.add(name)
        following = next((x for x in inner if x not in done), None)
        if name in done or following is None:
            if name not in done:
                found.append(name)
            done.add(name)
            open_.discard(name)
            waiting.pop()
        elif following in open_:
            raise _inside_itself((name, following))
        else:
            waiting.append((following, iter(contains[following])))
    return found


def check_nesting(graph: Graph) -> None:
    """The same as `check_size`, and for definitions without instances as well."""
    known = graph.scope.sizes
    for name, definition in graph.scope.definitions.items():
        if name not in known:
            known[name] = _measure(graph, definition.body, (name,))
        if known[name][0] >= MAX_DEPTH:
            raise _too_deep(name)
    check_size(graph)


def containing(graph: Graph, name: str) -> tuple[str, ...]:
    """A definition and all that contain it, at any depth, inner ones first."""
    found = {name}
    while True:
        more = {
            other
            for other, definition in graph.scope.definitions.items()
            if other not in found and not found.isdisjoint(definition.body.store.modules)
        }
        if not more:
            break
        found |= more
    check_nesting(graph)
    return tuple(sorted(found, key=lambda other: graph.scope.sizes[other][0]))


def is_wanted(graph: Graph, name: str) -> bool:
    """Whether a node, here or in a definition, is of a module of that name."""
    return any(name in inside.store.modules for inside in (graph, *graph.scope.bodies()))


def check_size(graph: Graph) -> None:
    """Raise `BadDefinition` where definitions contain themselves, nest too deep, or grow too large.

    Counted without drawing anything out, so that a small file cannot ask for much.
    """
    if not graph.scope.definitions:
        return
    depth, nodes, ports = _measure(graph, graph, ())
    if depth > MAX_DEPTH:
        raise _too_deep("definitions")
    for count, most, what in (
        (nodes, MAX_FLAT_NODES, "nodes"),
        (ports, MAX_FLAT_PORTS, "instances and ports of them"),
    ):
        if count > most:
            expected = f"at most {most:,}".replace(",", " ")
            found = f"more {what} than that with all instances drawn out"
            raise BadDefinition(node="definitions", found=found, expected=expected)


def _measure(root: Graph, inside: Graph, path: tuple[str, ...]) -> tuple[int, int, int]:
    """(levels of instances, nodes, instances and their ports) of a graph with all drawn out.

    What has no nodes takes memory as well. The counts end at 2^60.
    """
    depth, nodes, ports, known = 0, 0, 0, root.scope.sizes
    for module, uses in inside.store.modules.items():
        definition = root.scope.definitions.get(module)
        if definition is None:
            nodes += uses
            continue
        if module in path:
            raise _inside_itself((*path[path.index(module) :], module))
        if len(path) > MAX_DEPTH:
            raise _too_deep(module)
        if module not in known:
            known[module] = _measure(root, definition.body, (*path, module))
        inner_depth, inner_nodes, inner_ports = known[module]
        interface = definition.interface
        one = 1 + len(interface.inputs) + len(interface.outputs) + inner_ports
        depth, nodes = max(depth, inner_depth + 1), min(nodes + uses * inner_nodes, 2**60)
        ports = min(ports + uses * one, 2**60)
    return depth, nodes, ports


def _inside_itself(path: tuple[str, ...]) -> BadDefinition:
    found = "a definition inside itself, " + " → ".join(path)
    expected, mend = "definitions that contain others only", "Take that node out of it."
    return BadDefinition(node=path[-1], found=found, expected=expected, mend=mend)


def _too_deep(name: str) -> BadDefinition:
    found = f"more than {MAX_DEPTH} instances inside each other"
    return BadDefinition(node=name, found=found, expected=f"at most {MAX_DEPTH}")
