"""Bypassing what is selected, and letting it compute again: one entry of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import edits as e
from graph.bypassing import why_not_bypass
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from gui.document import Document


def toggle_bypass(document: Document) -> None:
    """Bypass the selected nodes that can be; where all of those are, let them compute again.

    Why a node cannot be bypassed is said through the document.
    """
    graph = document.graph
    chosen = [id_ for id_ in graph.nodes if id_ in document.selection.nodes]
    bypassed = [id_ for id_ in chosen if graph.nodes[id_].bypassed]
    others = [id_ for id_ in chosen if not graph.nodes[id_].bypassed]
    reasons = {id_: why_not_bypass(graph, id_) for id_ in others}
    able = [id_ for id_ in others if reasons[id_] is None]
    if able:
        _set(document, able, True)
    elif bypassed:
        _set(document, bypassed, False)
    refused = [str(reason) for reason in reasons.values() if reason is not None]
    if refused and not (bypassed and not able):
        document.refuse(_told(refused))


def _set(document: Document, ids: list[str], bypassed: bool) -> None:
    one = tr("Bypass {node}") if bypassed else tr("Stop bypassing {node}")
    many = tr("Bypass {count} nodes") if bypassed else tr("Stop bypassing {count} nodes")
    text = one.format(node=ids[0]) if len(ids) == 1 else many.format(count=len(ids))
    edits = [e.SetNode(id_, {"bypassed": bypassed}) for id_ in ids]
    document.do(edits[0] if len(edits) == 1 else e.Batch(tuple(edits)), text)


def _told(reasons: list[str]) -> str:
    if len(reasons) == 1:
        return reasons[0]
    return tr("{reason} So it is with {count} more.").format(
        reason=reasons[0], count=len(reasons) - 1
    )
