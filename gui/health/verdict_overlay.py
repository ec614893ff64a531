"""Badges of the gradient check: what finite differences say of every edge, and the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.inspector.verdicts import ICONS, edge_verdict

if TYPE_CHECKING:
    from gui.document import Document


class VerdictOverlay:
    """A badge per edge that was compared; edges that carry no gradient have none."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def edge(self, target: PortRef) -> EdgeMark | None:
        """The verdict's drawing, and its sentence on hover."""
        report = self._document.report
        verdict = report.edges.get(target) if report is not None else None
        if verdict is None or verdict.word not in ICONS:
            return None
        return EdgeMark(
            badge=ICONS[verdict.word], tip=f"{edge_verdict(self._document, target)[0]}."
        )

    def node(self, id_: str) -> NodeMark | None:
        """Nodes have none: their edges do."""
        return None
