"""What the canvas shows of breakpoints: a mark at each node and edge, and where a run holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from graph import PortRef
from graph.addresses import around
from gui.breakpoints.words import found_text, when_text
from gui.canvas.overlay import EdgeMark, NodeMark
from gui.places import address_of

if TYPE_CHECKING:
    from graph.marks import Breakpoint
    from gui.breakpoints.breakpoints import Breakpoints
    from gui.breakpoints.holding import Holding
    from gui.canvas.scene import CanvasScene

KEY = "breakpoints"


class BreakpointMarks(QObject):
    """The overlay of a canvas that draws them; it follows the document's marks and place."""

    def __init__(self, scene: CanvasScene, breakpoints: Breakpoints, holding: Holding) -> None:
        super().__init__(scene)
        self._scene, self._breakpoints, self._holding = scene, breakpoints, holding
        self._by_place: dict[str, Breakpoint] = {}
        self._around: frozenset[str] = frozenset()
        breakpoints.changed.connect(self.follow)
        holding.changed.connect(self.follow)
        scene.document.replaced.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Read the marks anew."""
        self._by_place = {mark.at: mark for mark in self._breakpoints.all}
        self._around = around(mark.node for mark in self._breakpoints.all)
        if self._by_place:
            self._scene.overlays.put(KEY, self)
        else:
            self._scene.overlays.take_away(KEY)

    def edge(self, target: PortRef) -> EdgeMark | None:
        """A mark on the wire that has a breakpoint."""
        mark = self._by_place.get(str(address_of(self._scene.document.place, target)))
        if mark is None:
            return None
        return EdgeMark(badge=icon_of(mark), tip=self._tip(mark))

    def node(self, id_: str) -> NodeMark | None:
        """A mark at the node that has a breakpoint, or has one inside; and what it has found."""
        address = address_of(self._scene.document.place, PortRef(id_, "")).node
        mark = self._by_place.get(address)
        if mark is None:
            inside = address in self._around
            return NodeMark(gutter="breakpoint_inside") if inside else None
        stop = self._holding.stop
        is_held = stop is not None and stop.mark.at == address and stop.found is not None
        text = found_text(self._scene.document.root, stop) if is_held else ""
        drawing = icon_of(mark)
        return NodeMark(text, drawing if text else "", drawing, tip=self._tip(mark))

    def _tip(self, mark: Breakpoint) -> str:
        off = self.tr(" (off)") if mark.off else ""
        return self.tr("Breakpoint: {0}{1}").format(when_text(mark.when), off)


def icon_of(mark: Breakpoint) -> str:
    """The drawing of a breakpoint: plain, with a condition, or without effect."""
    if mark.off:
        return "breakpoint_off"
    return "breakpoint" if mark.when is None else "breakpoint_when"
