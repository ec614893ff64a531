"""Removing what is selected, as one entry of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from graph import edits as e
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
    """Remove nodes with their edges."""
    if len(ids) == 1:
        document.do(e.RemoveNode(ids[0]), tr("Delete {node}").format(node=ids[0]))
        return
    edit = e.Batch(tuple(map(e.RemoveNode, ids)))
    document.do(edit, tr("Delete {count} nodes").format(count=len(ids)))


def cut_edge(document: Document, target: PortRef) -> None:
    """Remove the edge that ends at a port, if there is one."""
    if document.graph.incoming(target) is not None:
        document.do(e.Disconnect(target), tr("Cut the edge"))
