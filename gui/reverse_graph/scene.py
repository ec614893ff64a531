"""The scene of the reverse graph: the same nodes in the same places, seen from the reverse pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QObject

from graph import Graph, PortRef
from gui.canvas.looks import Mood
from gui.canvas.plates import Layout
from gui.canvas.scene import CanvasScene
from gui.canvas.sight import Sight
from gui.document import Document
from gui.reverse_graph.plates import ReverseLayout
from gui.reverse_graph.wires import SHARES, paint_turned
from gui.shown import Reading, Shown
from gui.theme import Theme

ENDS = ("no path", "not differentiable")  # why a node has no part in the reverse graph


class ReverseScene(CanvasScene):
    """Draws a document's reverse graph, as far as the playhead has built it.

    A node is muted until its cotangent is there; one that none reaches stands back.
    """

    paint_wires, chevron_shares = staticmethod(paint_turned), SHARES

    def __init__(self, document: Document, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(document, theme, parent)
        self.unfolding.phases = ("reverse",)

    def layout(
        self, sight: Sight, _graph: Graph, _shown: Shown, theme: Theme, zoom: float
    ) -> Layout:
        """What lays out the annotations."""
        return ReverseLayout(self.document, sight, theme, zoom)

    def rebuild(self) -> None:
        """Throw everything away and build it from the graph."""
        self._known: dict[str, bool] = {}
        self._known_of: Shown | None = None
        super().rebuild()

    may_dim = True

    def revise(self) -> None:
        """Sums are spelled out part by part, so that all are laid out anew."""
        self.refresh()

    def stepped_from(self, before: Shown | None) -> None:
        """Any node may look otherwise: whether it has a part in the reverse graph comes late."""

    def dims(self, id_: str) -> bool:
        """Whether a node stands back behind others, or has no part in the reverse graph."""
        return super().dims(id_) or self._is_outside(id_)

    def texts(self, id_: str) -> tuple[str, str]:
        """The module line and the shape line; shapes are read from right to left here."""
        module, shape = super().texts(id_)
        return module, shape.replace(" → ", " ← ")

    def mood(self, id_: str) -> Mood:
        """Marks, ring and borders of a node at this moment."""
        mood = super().mood(id_)
        muted = not any(reading.is_value for reading in self._gradients(id_))
        is_back = mood.progress is not None and mood.progress[0] == "reverse"
        return replace(
            mood,
            muted=muted,
            was_muted=muted,
            ring=mood.ring if mood.ring == "reverse" else "",
            progress=mood.progress if is_back else None,
        )

    def _gradients(self, id_: str) -> Iterator[Reading]:
        shown, outputs = self.document.shown, self.face(id_).shape.outputs
        return (shown.port_gradient(PortRef(id_, name)) for name in outputs)

    def _is_outside(self, id_: str) -> bool:
        """Whether no gradient comes to a node; known as soon as the reverse pass has begun."""
        shown = self.document.shown
        if self._known_of is not shown:
            self._known_of, self._known = shown, {}
        if id_ not in self._known:
            found = [reading.state for reading in self._gradients(id_)]
            self._known[id_] = bool(found) and all(state in ENDS for state in found)
        return self._known[id_]
