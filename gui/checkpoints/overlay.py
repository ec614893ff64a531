"""What the canvas shows of checkpoints: a ribbon at each, and a hollow one around those inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph import PortRef
from graph.addresses import around
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.places import address_of

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.checkpoints.checkpoints import Checkpoints
    from gui.window import Window

KEY = "checkpoints"


class ShownCheckpoints(QObject):
    """The ribbons on the canvas, and on that of the unrolled graph once there is one."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, document = window, window.document

        def address(id_: str) -> str:
            return address_of(document.place, PortRef(id_, "")).node

        self._all = [CheckpointMarks(window.canvas.canvas, window.checkpoints, address)]
        window.unrolling.changed.connect(self._meet_copies)

    def _meet_copies(self) -> None:
        view = self._window.unrolling.view
        if view is not None and len(self._all) == 1:
            copies = view.document
            self._all.append(
                CheckpointMarks(
                    view.canvas, self._window.checkpoints, lambda id_: copies.copies.moments[id_][0]
                )
            )


class CheckpointMarks(QObject):
    """The overlay of a canvas that draws them; `address` is what a node of it stands for."""

    def __init__(
        self, scene: CanvasScene, checkpoints: Checkpoints, address: Callable[[str], str]
    ) -> None:
        super().__init__(scene)
        self._scene, self._checkpoints, self._address = scene, checkpoints, address
        self._around: frozenset[str] = frozenset()
        checkpoints.changed.connect(self.follow)
        scene.document.replaced.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Read the marks anew."""
        self._around = around(self._checkpoints.all)
        if self._checkpoints.all:
            self._scene.overlays.put(KEY, self)
        else:
            self._scene.overlays.take_away(KEY)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """Edges bear no checkpoint."""
        return None

    def node(self, id_: str) -> NodeMark | None:
        """A ribbon at a node that is kept, or that has one inside that is."""
        address = self._address(id_)
        if address in self._checkpoints.all:
            tip = self.tr("Checkpoint: its outputs are kept, what lies between is computed again.")
            return NodeMark(gutter="checkpoint", tip=tip)
        if address in self._around:
            return NodeMark(gutter="checkpoint_inside", tip=self.tr("Holds a checkpoint inside."))
        return None
