"""Definitions inside each other: none inside itself, none too deep, none that grows too large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph.definition import MAX_DEPTH, MAX_FLAT_NODES, Blueprint
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
    known: dict[str, tuple[int, int]] = {}
    for name, definition in graph.scope.definitions.items():
        if name not in known:
            known[name] = _measure(graph, definition.body, known, (name,))
        if known[name][0] >= MAX_DEPTH:
            raise _too_deep(name)
    check_size(graph)


def check_size(graph: Graph) -> None:
    """Raise `BadDefinition` where definitions contain themselves, nest too deep, or grow too large.

    Counted without drawing anything out, so that a small file cannot ask for much.
    """
    if not graph.scope.definitions:
        return
    depth, count = _measure(graph, graph, {}, ())
    if depth > MAX_DEPTH:
        raise _too_deep("definitions")
    if count > MAX_FLAT_NODES:
        expected = f"at most {MAX_FLAT_NODES:,}".replace(",", " ")
        found = "more nodes than that with all instances drawn out"
        raise BadDefinition(node="definitions", found=found, expected=expected)


def _measure(
    root: Graph, inside: Graph, known: dict[str, tuple[int, int]], path: tuple[str, ...]
) -> tuple[int, int]:
    """(levels of instances, nodes) of a graph with all drawn out; the count ends at 2^60."""
    depth, count = 0, 0
    for node in inside.nodes.values():
        definition = root.scope.definitions.get(node.module)
        if definition is None:
            count += 1
            continue
        if node.module in path:
            raise _inside_itself((*path[path.index(node.module) :], node.module))
        if len(path) > MAX_DEPTH:
            raise _too_deep(node.module)
        if node.module not in known:
            known[node.module] = _measure(root, definition.body, known, (*path, node.module))
        inner_depth, inner_count = known[node.module]
        depth, count = max(depth, inner_depth + 1), min(count + inner_count, 2**60)
    return depth, count


def _inside_itself(path: tuple[str, ...]) -> BadDefinition:
    found = "a definition inside itself, " + " → ".join(path)
    expected, mend = "definitions that contain others only", "Take that node out of it."
    return BadDefinition(node=path[-1], found=found, expected=expected, mend=mend)


def _too_deep(name: str) -> BadDefinition:
    found = f"more than {MAX_DEPTH} instances inside each other"
    return BadDefinition(node=name, found=found, expected=f"at most {MAX_DEPTH}")
