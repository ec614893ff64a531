"""From an edge to the nodes at its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class EdgeEnds(QObject):
    """Selects and shows the node that the selected edge comes from, or goes to."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view

    @property
    def has_edge(self) -> bool:
        """Whether an edge is selected, and not a pin that nothing is wired to."""
        document = self._view.document
        edge = document.selection.edge
        return edge is not None and document.graph.incoming(edge) is not None

    def go_to_source(self) -> None:
        """Select the node that the edge comes from."""
        document = self._view.document
        self._go(document.graph.incoming(document.selection.edge).source.node)

    def go_to_target(self) -> None:
        """Select the node that the edge goes to."""
        self._go(self._view.document.selection.edge.node)

    def _go(self, id_: str) -> None:
        self._view.document.selection.set_nodes({id_})
        self._view.reveal(id_)
