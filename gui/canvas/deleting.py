"""Removing what is selected, as one entry of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from graph import edits as e
from graph.growing import shrinking_edits
from graph.reconnecting import reconnection
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from gui.document import Document


def delete_selection(document: Document) -> None:
    """Remove the selected nodes, or cut the selected edge; a pin without an edge stays."""
    selection = document.selection
    nodes = [id_ for id_ in document.graph.nodes if id_ in selection.nodes]
    if nodes:
        delete_nodes(document, nodes)
    elif selection.edge is not None:
        cut_edge(document, selection.edge)


def delete_nodes(document: Document, ids: list[str]) -> None:
    """Remove nodes with their edges, and the inputs that go with these."""
    graph, gone = document.graph, frozenset(ids)
    leaving = (edge for id_ in ids for edge in graph.store.edges_at(id_))
    freed = [edge.target for edge in leaving if edge.target.node not in gone]
    edits = (*map(e.RemoveNode, ids), *shrinking_edits(graph, freed))
    text = tr("Delete {node}") if len(ids) == 1 else tr("Delete {count} nodes")
    edit = edits[0] if len(edits) == 1 else e.Batch(edits)
    document.do(edit, text.format(node=ids[0], count=len(ids)))


def delete_and_reconnect(document: Document) -> None:
    """Remove the selected nodes and wire what fed them to what they fed, where shapes fit.

    What nothing fits is said through the document.
    """
    graph = document.graph
    ids = [id_ for id_ in graph.nodes if id_ in document.selection.nodes]
    if not ids:
        return
    found = reconnection(graph, frozenset(ids))
    edits = (*map(e.RemoveNode, ids), *map(e.Connect, found.edges))
    one, many = tr("Delete {node} and reconnect"), tr("Delete {count} nodes and reconnect")
    text = one.format(node=ids[0]) if len(ids) == 1 else many.format(count=len(ids))
    if document.do(e.Batch(edits), text) and found.loose:
        ports = ", ".join(map(str, found.loose))
        sentence = tr("{ports}: found nothing that fits in place of {nodes}. Wire it anew.")
        document.refuse(sentence.format(ports=ports, nodes=", ".join(ids)))


def cut_edge(document: Document, target: PortRef) -> None:
    """Remove the edge that ends at a port, if there is one, and a last input with it."""
    if document.graph.incoming(target) is None:
        return
    shrinking = shrinking_edits(document.graph, (target,))
    edit = e.Batch((e.Disconnect(target), *shrinking)) if shrinking else e.Disconnect(target)
    document.do(edit, tr("Cut the edge"))
