"""The Data nodes of a graph, by their address: those inside composites too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.flattening import flatten

if TYPE_CHECKING:
    from graph.model import Graph
    from graph.module import Module

DATA = "Data"


def has_data(graph: Graph) -> bool:
    """Whether there is a Data node, or an inside with one; told at once, however large it is."""
    stores = [graph.store, *(found.body.store for found in graph.definitions.values())]
    return any(store.modules.get(DATA) for store in stores)


def data_nodes(graph: Graph) -> dict[str, Module]:
    """The modules of all Data nodes, in the graph's order."""
    if not has_data(graph):
        return {}
    flat = flatten(graph).graph
    found = {id_: flat.module(id_) for id_, node in flat.nodes.items() if node.module == DATA}
    return {id_: module for id_, module in found.items() if module is not None}
