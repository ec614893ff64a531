"""Health on the canvas: edges as wide as their gradients, marks where something is wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.health.words import ICONS, ORDER, edge_text, sentence, short, tr
from gui.places import address_of

if TYPE_CHECKING:
    from gui.document import Document
    from gui.health.diagnosis import Diagnosis
    from runtime.health import Finding, Health


class HealthOverlay:
    """Reads the figures at the document's place and time step, as far as the playhead is."""

    def __init__(self, document: Document, diagnosis: Diagnosis) -> None:
        self._document, self._diagnosis = document, diagnosis

    def edge(self, target: PortRef) -> EdgeMark | None:
        """As wide as its gradient; an edge without one stays as it is."""
        health, document = self._diagnosis.health, self._document
        if health is None or not document.shown.gradient(target).is_value:
            return None
        norm = health.edge(address_of(document.place, target), document.playhead.t)
        if norm is None:
            return None
        if not math.isfinite(norm):
            return EdgeMark(self._diagnosis.scale.width(math.inf), "error", tip=edge_text(norm))
        ink = "reverse" if norm else "muted"
        return EdgeMark(self._diagnosis.scale.width(norm), ink, tip=edge_text(norm))

    def node(self, id_: str) -> NodeMark | None:
        """The worst that was found at a node, or inside a composite."""
        health, place = self._diagnosis.health, self._document.place
        address = address_of(place, PortRef(id_, "")).node
        found = self._diagnosis.seen_findings()
        own = found.get(address) or self._inside(address, found)
        if not own or health is None:
            return None
        worst = min(own, key=lambda finding: ORDER.index(finding.trouble))
        tip = "\n".join(self._told(finding, health) for finding in own[:MOST_TOLD])
        if worst.node != address:
            return NodeMark(tr("{0} inside").format(len(own)), ICONS[worst.trouble], tip=tip)
        is_ratio = worst.trouble in RATIOS
        text = ("×" if is_ratio else "") + short(worst, health)
        return NodeMark(text, ICONS[worst.trouble], tip=tip)

    def _inside(self, address: str, found: dict[str, list[Finding]]) -> list[Finding]:
        """What was found inside a composite."""
        check = self._document.whole_check
        if check is None or address not in check.flat.instances:
            return []
        start = f"{address}/"
        return [one for node, some in found.items() if node.startswith(start) for one in some]

    def _told(self, finding: Finding, health: Health) -> str:
        return sentence(finding, health, self._document.root)


MOST_TOLD = 4  # findings that a tip names
RATIOS = ("vanishing", "exploding", "vanishing over time", "exploding over time")
