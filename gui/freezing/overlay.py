"""What the canvas shows of frozen parameters: a lock at the node, or at the pin of one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph import PortRef
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.freezing.freezing import name_at

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.freezing.freezing import Freezing

KEY = "frozen"


class FrozenMarks(QObject):
    """The overlay of a canvas that draws them; it follows the document's training and place."""

    def __init__(self, scene: CanvasScene, freezing: Freezing) -> None:
        super().__init__(scene)
        self._scene, self._freezing = scene, freezing
        freezing.changed.connect(self.follow)
        scene.document.replaced.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Read the names anew."""
        if self._freezing.frozen:
            self._scene.overlays.put(KEY, self)
        else:
            self._scene.overlays.take_away(KEY)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """A lock at a pin that is frozen by itself."""
        place = self._scene.document.place
        if name_at(place, target.node, target.port) not in self._freezing.frozen:
            return None
        if self._freezing.is_frozen(name_at(place, target.node)):
            return None  # the node says it
        return EdgeMark(badge="lock", tip=self.tr("Frozen: training leaves it as it is."))

    def node(self, id_: str) -> NodeMark | None:
        """A lock at a node whose parameters are frozen, an open one where some of them are."""
        name = name_at(self._scene.document.place, id_)
        if self._freezing.is_frozen(name):
            tip = self.tr("Frozen: training leaves its parameters as they are.")
            return NodeMark(gutter="lock", tip=tip)
        if self._freezing.holds_frozen(name):
            return NodeMark(gutter="lock_inside", tip=self.tr("Some of its parameters are frozen."))
        return None
