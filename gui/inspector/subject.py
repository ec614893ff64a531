"""What a page of the inspector is made for: another subject needs another page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph import Graph
    from gui.document import Document

GRAPH: tuple[str, Any] = ("graph", None)


def shown_subject(document: Document) -> tuple[str, Any]:
    """What is selected: one edge, one node, several nodes, or else the graph itself."""
    selection, graph = document.selection, document.graph
    edge, node = selection.edge, selection.node
    if edge is not None and edge.node in graph:
        wire = graph.incoming(edge)
        return ("edge", (edge, wire.source if wire else None))
    if node is not None and node in graph:
        return subject_of(graph, node)
    if len(selection.nodes) > 1:
        return ("nodes", selection.nodes)
    definition = document.definition
    return GRAPH if definition is None else ("definition", definition.name)


def subject_of(graph: Graph, id_: str) -> tuple[str, Any]:
    """What a page of a node is made for: id and module, and what a composite exposes now."""
    name = graph.nodes[id_].module
    if name not in graph.definitions:
        return ("node", (id_, name))
    specs = graph.catalogue.require(name).attributes
    return ("node", (id_, name, *((spec.name, repr(spec.default)) for spec in specs.values())))
