"""Wiring two ports, by whatever hand: one entry of the history, a replaced edge included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import Edge, PortRef
from graph import edits as e
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from gui.document import Document


def connect(
    document: Document, source: PortRef, target: PortRef, loosened: PortRef | None = None
) -> bool:
    """Draw an edge from an output to an input and select it; False where it is refused.

    An edge that ends at `target` gives way, and so does the one at `loosened`, whose end was
    taken off. The sentence of a refusal goes through the document.
    """
    graph = document.graph
    if graph.incoming(target) is None and loosened is None:
        done = document.do(e.Connect(Edge(source, target)), tr("Connect"))
    else:
        edits = connecting_edits(document, source, target, loosened)
        done = document.do(e.Batch(edits), tr("Rewire"))
    if done:
        document.selection.set_edge(target)
    return done


def connecting_edits(
    document: Document, source: PortRef, target: PortRef, loosened: PortRef | None = None
) -> tuple[e.Edit, ...]:
    """The edits that `connect` makes one of."""
    taken = target if document.graph.incoming(target) is not None else None
    cut = sorted({port for port in (taken, loosened) if port is not None})
    return (*map(e.Disconnect, cut), e.Connect(Edge(source, target)))
