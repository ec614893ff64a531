"""Definitions that go along with nodes: out of one graph, into another that may have its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from graph import edits as e
from graph.definition import Blueprint
from graph.free_ids import free_definition_name

if TYPE_CHECKING:
    from graph.model import Graph


def needed(graph: Graph, modules: Iterable[str]) -> list[Blueprint]:
    """The definitions among these modules and all that they contain, inner ones first."""
    found: dict[str, Blueprint] = {}

    def add(name: str) -> None:
        definition = graph.definitions.get(name)
        if definition is None or name in found:
            return
        for node in definition.body.nodes.values():
            add(node.module)
        found[name] = definition.blueprint()

    for module in modules:
        add(module)
    return list(found.values())


def carried(graph: Graph, fragment: Graph) -> tuple[list[e.Edit], dict[str, str]]:
    """Edits that define in a graph what a fragment's nodes are made of, and the names there.

    A definition that the graph has already is used as it is; one that differs from the graph's
    of that name gets another name.
    """
    edits: list[e.Edit] = []
    names: dict[str, str] = {}
    taken = graph.copy()
    for blueprint in needed(fragment, (node.module for node in fragment.nodes.values())):
        nodes = tuple(
            replace(node, module=names.get(node.module, node.module)) for node in blueprint.nodes
        )
        own = taken.definitions.get(blueprint.name)
        wanted = replace(blueprint, nodes=nodes)
        if own is not None and own.blueprint() == wanted:
            continue
        name = free_definition_name(taken, blueprint.name)
        edit = e.Define(replace(wanted, name=name))
        taken.apply(edit)
        edits.append(edit)
        if name != blueprint.name:
            names[blueprint.name] = name
    return edits, names
