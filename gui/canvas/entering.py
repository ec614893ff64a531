"""Going into a composite and out of it: what is seen of each place comes back with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Entering(QObject):
    """Shows the inside of composites on a canvas, and what is around them again."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._document = view, view.document
        self._sights: dict[str, tuple[QPointF, float]] = {}  # centre and zoom of places left
        self._document.opened.connect(self._sights.clear)

    def enter(self, id_: str) -> bool:
        """Show the inside of a composite; False where the node is none."""
        graph, place = self._document.graph, self._document.place
        if id_ not in graph or graph.nodes[id_].module not in graph.definitions:
            return False
        return self.go(f"{place}/{id_}" if place else id_)

    def leave(self) -> None:
        """Show what is around the composite, with that selected."""
        around, _, id_ = self._document.place.rpartition("/")
        if id_:
            self.go(around, (id_,))

    def go(self, place: str, chosen: Iterable[str] = ()) -> bool:
        """Show a place as it was left, for the first time all of it; with nodes selected."""
        document, camera = self._document, self._view.camera
        if place == document.place:
            document.selection.set_nodes(chosen)
            return True
        self._sights[document.place] = (camera.centre, camera.zoom)
        if not document.show_place(place, chosen):
            return False
        if place in self._sights:
            camera.look_at(*self._sights[place])
        return True
