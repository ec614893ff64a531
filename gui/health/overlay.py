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
    from gui.unrolled.document import UnrolledDocument
    from runtime.health import Finding, Health


MOST_TOLD = 4  # findings that a tip names
RATIOS = ("vanishing", "exploding", "vanishing over time", "exploding over time")


class HealthOverlay:
    """Reads the figures at the document's place and time step, as far as the playhead is."""

    def __init__(self, document: Document, diagnosis: Diagnosis) -> None:
        self._document, self._diagnosis = document, diagnosis

    def edge(self, target: PortRef) -> EdgeMark | None:
        """As wide as its gradient; an edge without one stays as it is."""
        health = self._diagnosis.health
        if health is None or not self._document.shown.gradient(target).is_value:
            return None
        norm = health.edge(*self._located(target))
        if norm is None:
            return None
        if not math.isfinite(norm):
            return EdgeMark(self._diagnosis.scale.width(math.inf), "error", tip=edge_text(norm))
        ink = "reverse" if norm else "muted"
        return EdgeMark(self._diagnosis.scale.width(norm), ink, tip=edge_text(norm))

    def node(self, id_: str) -> NodeMark | None:
        """The worst that was found at a node, or inside a composite."""
        health = self._diagnosis.health
        address = self._located(PortRef(id_, ""))[0].node
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

    def _located(self, port: PortRef) -> tuple[PortRef, int | None]:
        """A port's address in the run, and the time step that is shown of it."""
        return address_of(self._document.place, port), self._document.playhead.t

    def _inside(self, address: str, found: dict[str, list[Finding]]) -> list[Finding]:
        """What was found inside a composite."""
        check = self._document.whole_check
        if check is None or address not in check.flat.instances:
            return []
        start = f"{address}/"
        return [one for node, some in found.items() if node.startswith(start) for one in some]

    def _told(self, finding: Finding, health: Health) -> str:
        return sentence(finding, health, self._document.root)


class UnrolledHealthOverlay(HealthOverlay):
    """The same in the unrolled view, where each copy has its own time step."""

    def __init__(self, document: UnrolledDocument, diagnosis: Diagnosis) -> None:
        super().__init__(document, diagnosis)
        self._unrolled = document

    def _located(self, port: PortRef) -> tuple[PortRef, int | None]:
        copies = self._unrolled.copies
        if copies is None or port.node not in copies.moments:
            return port, None
        if not port.port:
            return PortRef(copies.moments[port.node][0], ""), None
        return copies.origin(port)
