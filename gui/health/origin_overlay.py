"""The node at which NaN or infinity first appears, marked on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.numbers import format_number
from gui.places import address_of
from gui.told import told
from runtime import origin as origins

if TYPE_CHECKING:
    from gui.document import Document
    from runtime.origin import Origin


class OriginOverlay:
    """Marks one node, or the composite around it."""

    def __init__(self, document: Document, origin: Origin) -> None:
        self._place, self._origin = document.place, origin
        self._told = told(document.root, origins.problem_of(origin))

    def edge(self, target: PortRef) -> EdgeMark | None:
        """Edges are left as they are."""
        return None

    def node(self, id_: str) -> NodeMark | None:
        """What it became first, and how, on hover."""
        address = address_of(self._place, PortRef(id_, "")).node
        if address != self._origin.node and not self._origin.node.startswith(f"{address}/"):
            return None
        return NodeMark(format_number(self._origin.number), "warning", tip=self._told)
