"""Where the keys are on the canvas: on a node or on one of its ports.

The place is the selection's where one thing is selected, so that every command acts on it; it is
drawn only when it was reached by key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal

from graph import PortRef
from graph.naming import port_name
from gui.canvas import ways
from gui.canvas.deleting import cut_edge
from gui.canvas.ways import Place, node_of
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

How = Literal["select", "add", "keep"]  # what going somewhere does to the selection
Reason = Qt.FocusReason
KEYED = (Reason.TabFocusReason, Reason.BacktabFocusReason, Reason.ShortcutFocusReason)
BACK = (Reason.ActiveWindowFocusReason, Reason.PopupFocusReason, Reason.MenuBarFocusReason)


class KeyFocus(QObject):
    """The node or port that the keys are on."""

    changed = Signal()  # the place, or whether it is drawn

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._scene = view, view.canvas
        self.place: Place | None = None
        self._is_keyed = False  # the last thing done here was done by key
        self._came: Place | None = None  # from where the last arrow led away
        self._siblings: list[Place] = []  # what that arrow could have led to
        self._is_going = False
        view.document.selection_changed.connect(self._follow)
        view.document.edited.connect(self._follow)
        view.document.replaced.connect(self._start_anew)

    # --- going ---------------------------------------------------------------------------

    def step(self, forward: bool) -> bool:
        """Tab: on to the next node or port; False beyond the ends, where the focus moves on."""
        found = ways.next_stop(self._scene, self.place, forward)
        if found is None:
            self.place = None  # who comes back comes to the first, or to the last
            return False
        self.go(found)
        return True

    def along(self, dx: int, dy: int, how: How = "select") -> None:
        """An arrow: along an edge, else to the nearest node in that direction."""
        if self.place is None:
            middle = self._view.camera.centre
            found = ways.nearest_to(self._scene, middle.x(), middle.y())
            if found is not None:
                self.go(found, how)
            return
        came = self.place
        found, siblings = self._across(came, dx > 0) if dx else (self._beside(came, dy > 0), None)
        found = found or ways.nearest(self._scene, came, dx, dy)
        if found is None:
            return
        self.go(found, how)
        self._came = came
        if siblings is not None:
            self._siblings = siblings

    def go(self, place: Place, how: How = "select") -> None:
        """Be at a place, show it, and select it unless told otherwise."""
        self._siblings = self._siblings if place in self._siblings else []
        self.place, self._came = place, None
        self._is_going = True
        if how == "select":
            self._select(place)
        elif how == "add":
            selection = self._view.document.selection
            selection.set_nodes(selection.nodes | {node_of(place)})
        self._is_going = False
        self._view.reveal(place)
        self._tell(is_keyed=True)

    def toggle(self) -> None:
        """Take the node into the selection, or out of it."""
        if self.place is not None:
            self._is_going = True
            self._view.document.selection.toggle(node_of(self.place))
            self._is_going = False
            self._tell(is_keyed=True)

    def cut(self) -> bool:
        """Cut the edge at the port that the keys are on; False where they are on no port."""
        port = self.place
        if not isinstance(port, PortRef) or not self._is_keyed:
            return False
        graph = self._view.document.graph
        leaving = graph.outgoing(port)
        if graph.incoming(port) is not None:
            cut_edge(self._view.document, port)
        elif len(leaving) == 1:
            cut_edge(self._view.document, leaving[0].target)
        else:
            self._refuse_cut(port, len(leaving))
        self._select(port)
        return True

    # --- coming and leaving --------------------------------------------------------------

    def enter(self, reason: Qt.FocusReason) -> None:
        """The canvas got the focus."""
        selection = self._view.document.selection
        is_keyed = reason in KEYED or (reason in BACK and self._is_keyed)
        if is_keyed and self.place is None:
            found = ways.next_stop(self._scene, None, reason != Reason.BacktabFocusReason)
            if found is not None:
                passing = reason not in (Reason.TabFocusReason, Reason.BacktabFocusReason)
                self.go(found, "keep" if passing or selection.nodes else "select")
        self._tell(is_keyed=is_keyed)

    def enter_at(self, place: Place) -> None:
        """Take the keys to a place of the canvas."""
        self._view.setFocus(Reason.ShortcutFocusReason)
        self.go(place)

    def leave(self) -> None:
        """The keys go elsewhere."""
        self._tell(is_keyed=self._is_keyed)

    def let_go(self) -> None:
        """The mouse takes over."""
        self._tell(is_keyed=False)

    # --- inside --------------------------------------------------------------------------

    def _across(self, came: Place, onward: bool) -> tuple[Place | None, list[Place]]:
        found = ways.across(self._scene, came, onward)
        if self._came in found:
            return self._came, found
        return (found[0] if found else None), found

    def _beside(self, came: Place, down: bool) -> Place | None:
        if came in self._siblings:
            index = self._siblings.index(came) + (1 if down else -1)
            if 0 <= index < len(self._siblings):
                return self._siblings[index]
        return ways.beside(self._scene, came, down) if isinstance(came, PortRef) else None

    def _select(self, place: Place) -> None:
        selection, graph = self._view.document.selection, self._view.document.graph
        if isinstance(place, PortRef):
            pins = self._scene.items_by_id[place.node].outline.pins
            if place.port in pins or graph.incoming(place) is not None:
                selection.set_edge(place)
                return
        selection.set_nodes({node_of(place)})

    def _refuse_cut(self, port: PortRef, edges: int) -> None:
        text = tr("{port}: found no edge to cut.")
        if edges:
            text = tr("{port}: found {count} edges. Go to the end of the one to cut.")
        self._view.document.refuse(
            text.format(port=port_name(self._view.document.graph, port), count=edges)
        )

    def _follow(self) -> None:
        """Stand where the selection is, as far as that is one place."""
        if self._is_going:
            return
        selection, before = self._view.document.selection, self.place
        if selection.edge is not None:
            self.place = selection.edge
        elif selection.node is not None and (before is None or node_of(before) != selection.node):
            self.place = selection.node
        elif not selection.nodes and not self._is_keyed:
            self.place = None
        if self.place is not None and not ways.exists(self._scene, self.place):
            self.place = None
        self._tell(is_keyed=self._is_keyed)

    def _start_anew(self) -> None:
        self.place, self._came, self._siblings = None, None, []
        self._tell(is_keyed=self._is_keyed)

    def _tell(self, *, is_keyed: bool) -> None:
        self._is_keyed = is_keyed
        self._scene.show_focus(self.place if is_keyed and self._view.hasFocus() else None)
        self.changed.emit()
