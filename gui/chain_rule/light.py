"""What a line tells of, lit on the canvas: the edge where it ends, or those that leave its port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.chain_rule.flow import INKS
from gui.places import seen_from
from runtime.moments import apart

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.explaining import Of

WIDTH = 4.0
AT_INPUT = ("gradient", "jacobian")


@dataclass(frozen=True)
class LineOverlay:
    """Some edges in one ink; everything else stays as it is."""

    targets: frozenset[PortRef]
    ink: str

    def edge(self, target: PortRef) -> EdgeMark | None:
        """The mark of an edge that is lit."""
        return EdgeMark(WIDTH, self.ink) if target in self.targets else None

    def node(self, id_: str) -> NodeMark | None:
        """Nodes stay as they are."""
        return None


def place_of(document: Document, of: Of) -> PortRef | None:
    """The port that a line tells of, as the place that is shown calls it; None if it is elsewhere.

    A port inside a composite of the place is that composite's business.
    """
    port = seen_from(document.place, apart(of.port)[0])
    is_here = port is not None and port.node in document.graph
    return port if is_here else None


def overlay_of(document: Document, of: Of) -> LineOverlay | None:
    """What lights it; None where there is no edge to light."""
    port = place_of(document, of)
    if port is None:
        return None
    targets = {edge.target for edge in document.graph.outgoing(port)}
    if of.told in AT_INPUT or not targets:
        targets = {port}
    return LineOverlay(frozenset(targets), INKS.get(of.told, "text"))


def choose(document: Document, of: Of) -> None:
    """Select it: the edge that ends at the port, else the node."""
    port = place_of(document, of)
    if port is None:
        return
    if of.told in AT_INPUT:
        document.selection.set_edge(port)
    else:
        document.selection.set_nodes([port.node])
