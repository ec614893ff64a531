"""What the canvas shows of two runs: the edges that differ are lit, with the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.comparing.words import by_text, ends_text
from gui.places import address_of

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.comparing.comparing import Comparing

KEY = "comparing"
WIDTH = 4.0  # pixels
SAME = EdgeMark(dimmed=True)


class DifferenceMarks(QObject):
    """The overlay while a run is pinned: edges without a difference stand back."""

    def __init__(self, scene: CanvasScene, comparing: Comparing) -> None:
        super().__init__(scene)
        self._scene, self._comparing = scene, comparing
        comparing.changed.connect(self.follow)
        scene.document.playhead_moved.connect(self._step)

    def follow(self) -> None:
        """Lay it over the canvas while there are differences."""
        comparison = self._comparing.comparison
        if comparison is not None and comparison.differences:
            self._scene.overlays.put(KEY, self)
        else:
            self._scene.overlays.take_away(KEY)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """Lit with the difference that has come last: of the gradient, else of the value."""
        address = address_of(self._scene.document.place, target)
        difference = self._comparing.difference(address)
        if difference is None:
            return SAME
        told, tip = "", []
        for of, word in (("value", self.tr("value")), ("gradient", self.tr("gradient"))):
            if self._comparing.tells(difference, of):
                change = getattr(difference, of)
                told = by_text(change) if of == "value" else f"∂ {by_text(change)}"
                tip.append(f"{word} {ends_text(change)}, {by_text(change)}")
        if not told:
            return SAME
        lines = self.tr("Since the pinned run: {0}").format("; ".join(tip))
        return EdgeMark(WIDTH, "text", told, tip=lines)

    def node(self, id_: str) -> NodeMark | None:
        """Nodes are left as they are."""
        return None

    def _step(self) -> None:
        comparison = self._comparing.comparison
        if comparison is not None and comparison.differences:
            self._scene.overlays.refresh()
