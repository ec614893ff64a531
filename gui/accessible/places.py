"""Nodes and ports of a canvas as a screen reader walks them: a tree, in topological order.

An interface holds an id and a weak hand on its canvas; everything it says is read when it is
asked. Qt owns what is registered, so the tree keeps each one until it tells Qt to delete it.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from shiboken6 import VoidPtr

from graph import PortRef
from gui.accessible import words
from gui.canvas import menus, ways
from gui.canvas.ways import Place, node_of

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Text, Role = QAccessible.Text, QAccessible.Role
FOCUS, PRESS = "SetFocus", "Press"  # names that Qt's bridges know


class Places:
    """The interfaces of one canvas by place, made when they are first asked for."""

    def __init__(self, view: CanvasView) -> None:
        self._view = weakref.ref(view)
        self._made: dict[Place, PlaceInterface] = {}

    @property
    def view(self) -> CanvasView | None:
        """The canvas, as long as it lives."""
        return self._view()

    def of(self, place: Place) -> PlaceInterface | None:
        """The interface of a node or port; None where there is no such thing."""
        view = self.view
        if view is None or not ways.exists(view.canvas, place):
            return None
        if place not in self._made:
            self._made[place] = PlaceInterface(self, place)
            QAccessible.registerAccessibleInterface(self._made[place])
        return self._made[place]

    def known(self, place: Place) -> PlaceInterface | None:
        """The interface of a place where somebody has asked for it."""
        return self._made.get(place)

    def prune(self) -> None:
        """Delete the interfaces of what is gone."""
        view = self.view
        gone = [p for p in self._made if view is None or not ways.exists(view.canvas, p)]
        for place in gone:
            self._delete(self._made.pop(place))

    def clear(self) -> None:
        """Delete all interfaces."""
        while self._made:
            self._delete(self._made.popitem()[1])

    @staticmethod
    def _delete(interface: PlaceInterface) -> None:
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(interface))


class PlaceActions(QAccessibleActionInterface):
    """What can be done with a place: give it the focus, or press it to make it the target."""

    def __init__(self, places: Places, place: Place) -> None:
        super().__init__()
        self._places, self._place = places, place

    def actionNames(self) -> list[str]:
        """Going there; a node can also be pressed."""
        return [FOCUS] if isinstance(self._place, PortRef) else [FOCUS, PRESS]

    def localizedActionName(self, name: str) -> str:
        """What an action is called."""
        return {FOCUS: words.tr("Go there"), PRESS: words.tr("Make it the target")}.get(name, name)

    def localizedActionDescription(self, name: str) -> str:
        """What an action does."""
        if name == PRESS:
            return words.tr("Differentiates this node's output.")
        return words.tr("Selects it and takes the keys there.")

    def doAction(self, name: str) -> None:
        """Do it, as the keys would."""
        view = self._places.view
        if view is None or not ways.exists(view.canvas, self._place):
            return
        if name == FOCUS:
            view.focus.enter_at(self._place)
        elif name == PRESS:
            menus.choose_target(view, node_of(self._place))

    def keyBindingsForAction(self, name: str) -> list[str]:
        """They are in the list of keys."""
        return []


class PlaceInterface(QAccessibleInterface):
    """One node, or one port below its node."""

    def __init__(self, places: Places, place: Place) -> None:
        super().__init__()
        self._places, self.place = places, place
        self._actions = PlaceActions(places, place)

    # --- what it is ----------------------------------------------------------------------

    def isValid(self) -> bool:
        """Whether the node or port is still there."""
        view = self._places.view
        return view is not None and ways.exists(view.canvas, self.place)

    def role(self) -> QAccessible.Role:
        """An item of a tree."""
        return Role.TreeItem

    def text(self, kind: QAccessible.Text) -> str:
        """Name, description and value, in words."""
        if not self.isValid():
            return ""
        scene, place = self._places.view.canvas, self.place
        if isinstance(place, PortRef):
            read = {
                Text.Name: words.port_name,
                Text.Description: words.port_description,
                Text.Value: words.port_values,
            }
        else:
            read = {
                Text.Name: words.node_name,
                Text.Description: words.node_description,
                Text.Value: words.node_values,
            }
        if kind == Text.Identifier:
            return str(place)
        return read[kind](scene, place) if kind in read else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Texts are the graph's; the inspector changes them."""

    def state(self) -> QAccessible.State:
        """Focusable, selectable, and what of this it is."""
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = True
            return state
        view, selection = self._places.view, self._places.view.document.selection
        is_node = not isinstance(self.place, PortRef)
        state.focusable = state.selectable = True
        state.selected = self.place in selection.nodes if is_node else self.place == selection.edge
        state.focused = view.hasFocus() and view.canvas.focused == self.place
        if is_node:
            state.expandable = state.expanded = bool(self.childCount())
        seen = QRect(view.viewport().mapToGlobal(QPoint(0, 0)), view.viewport().size())
        state.offscreen = not seen.intersects(self.rect())
        return state

    def rect(self) -> QRect:
        """Where it is on the screen."""
        view = self._places.view
        box = ways.box_of(view.canvas, self.place) if view is not None else None
        if box is None:
            return QRect()
        pixels = view.mapFromScene(box).boundingRect()
        return QRect(view.viewport().mapToGlobal(pixels.topLeft()), pixels.size())

    # --- where it stands -----------------------------------------------------------------

    def object(self) -> None:
        """There is no QObject behind it."""

    def window(self):
        """The window of the canvas."""
        view = self._places.view
        return view.window().windowHandle() if view is not None else None

    def parent(self) -> QAccessibleInterface | None:
        """A port's node, a node's canvas."""
        if isinstance(self.place, PortRef):
            return self._places.of(self.place.node)
        return QAccessible.queryAccessibleInterface(self._places.view)

    def childCount(self) -> int:
        """A node has its ports."""
        return len(self._ports())

    def child(self, index: int) -> QAccessibleInterface | None:
        """A port: inputs, pins, outputs."""
        ports = self._ports()
        return self._places.of(ports[index]) if 0 <= index < len(ports) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which of the ports it is, else -1."""
        place, ports = getattr(child, "place", None), self._ports()
        return ports.index(place) if place in ports else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        """The port at a point of the screen."""
        children = (self.child(index) for index in range(self.childCount()))
        return next((child for child in children if child.rect().contains(x, y)), None)

    def focusChild(self) -> QAccessibleInterface | None:
        """The port that the keys are on."""
        view = self._places.view
        place = view.canvas.focused if view is not None and view.hasFocus() else None
        is_own = isinstance(place, PortRef) and place.node == self.place
        return self._places.of(place) if is_own else None

    def relations(self, match=None) -> list:
        """Edges are told in the names of ports."""
        return []

    def interface_cast(self, kind: QAccessible.InterfaceType):
        """Its actions; a null pointer for the rest, for None would be taken for a pointer."""
        return self._actions if kind == QAccessible.InterfaceType.ActionInterface else VoidPtr(0)

    def _ports(self) -> tuple[Place, ...]:
        if isinstance(self.place, PortRef) or not self.isValid():
            return ()
        return ways.stops(self._places.view.canvas, self.place)[1:]
