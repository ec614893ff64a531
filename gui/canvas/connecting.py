"""Wiring two ports, by whatever hand: one entry of the history, a replaced edge included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import Edge, PortRef
from graph import edits as e
from graph.growing import growing_edits, shrinking_edits
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from graph.port import PortType
    from gui.document import Document


def connect(
    document: Document,
    source: PortRef,
    target: PortRef,
    loosened: PortRef | None = None,
    delay: int = 0,
) -> bool:
    """Draw an edge from an output to an input and select it; False where it is refused.

    With a delay it carries the value of so many time steps before.

    An edge that ends at `target` gives way, and so does the one at `loosened`, whose end was
    taken off. A `target` that its node is yet to grow is made first. The sentence of a refusal
    goes through the document.
    """
    graph = document.graph
    edits = connecting_edits(document, source, target, loosened, graph.types.of(source), delay)
    is_new = graph.incoming(target) is None and loosened is None
    edit = edits[0] if len(edits) == 1 else e.Batch(edits)
    text = tr("Connect") if is_new else tr("Rewire")
    done = document.do(edit, tr("Carry to the next time step") if delay else text)
    if done:
        document.selection.set_edge(target)
    return done


def connecting_edits(
    document: Document,
    source: PortRef,
    target: PortRef,
    loosened: PortRef | None = None,
    given: PortType | None = None,
    delay: int = 0,
) -> tuple[e.Edit, ...]:
    """The edits that `connect` makes one of; `given` is what the source gives, if that is known."""
    graph = document.graph
    taken = target if graph.incoming(target) is not None else None
    cut = sorted({port for port in (taken, loosened) if port is not None})
    shrinking = shrinking_edits(graph, {loosened} - {target}) if loosened is not None else ()
    return (
        *map(e.Disconnect, cut),
        *shrinking,
        *growing_edits(graph, target, given),
        e.Connect(Edge(source, target).delayed(delay)),
    )
