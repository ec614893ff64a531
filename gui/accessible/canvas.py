"""The canvas for a screen reader: a tree whose items are the nodes in topological order."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget, QWidget

from gui.accessible import words
from gui.accessible.places import Places
from gui.canvas.view import CanvasView


class CanvasInterface(QAccessibleWidget):
    """Nodes first, then what lies over the canvas: zoom, minimap, notices."""

    def __init__(self, view: CanvasView, places: Places) -> None:
        super().__init__(view, QAccessible.Role.Tree, view.accessibleName())
        self._places = places

    def text(self, kind: QAccessible.Text) -> str:
        """How much there is."""
        view = self._places.view
        if kind != QAccessible.Text.Description or view is None:
            return super().text(kind)
        graph = view.document.graph
        text = words.tr("Nodes: {0}. Edges: {1}. Tab goes through nodes and ports.")
        text = text.format(len(graph.nodes), len(graph.edges))
        frames = view.canvas.frames.drawn()
        return ". ".join([text.rstrip("."), *map(view.framing.describe, frames)]) + "."

    def childCount(self) -> int:
        """Nodes, and widgets over them."""
        view = self._places.view
        return 0 if view is None else len(view.canvas.order) + len(_widgets(view))

    def child(self, index: int) -> QAccessibleInterface | None:
        """The node or the widget of a place in the tree."""
        view = self._places.view
        if view is None or index < 0:
            return None
        order = view.canvas.order
        if index < len(order):
            return self._places.of(order[index])
        widgets = _widgets(view)
        index -= len(order)
        return _interface(widgets[index]) if index < len(widgets) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """The place in the tree, else -1."""
        view = self._places.view
        if view is None or child is None:
            return -1
        order = view.canvas.order
        place = getattr(child, "place", None)
        if place is not None:
            return order.index(place) if place in order else -1
        widgets = _widgets(view)
        found = child.object()
        return len(order) + widgets.index(found) if found in widgets else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        """What is at a point of the screen: a widget, a port, a node."""
        view = self._places.view
        if view is None:
            return None
        for widget in reversed(_widgets(view)):
            if widget.rect().contains(widget.mapFromGlobal(QPoint(x, y))):
                return _interface(widget)
        pixel = view.viewport().mapFromGlobal(QPoint(x, y))
        point = QPointF(view.mapToScene(pixel))
        port, item = view.canvas.port_at(point), view.canvas.node_at(point)
        if port is not None:
            return self._places.of(port)
        return self._places.of(item.id) if item is not None else None

    def focusChild(self) -> QAccessibleInterface | None:
        """The node or port that the keys are on."""
        view = self._places.view
        if view is None or not view.hasFocus() or view.canvas.focused is None:
            return super().focusChild()
        return self._places.of(view.canvas.focused)


def _interface(widget: QWidget) -> QAccessibleInterface | None:
    return QAccessible.queryAccessibleInterface(widget)


def _widgets(view: QAbstractScrollArea) -> list[QWidget]:
    """What stands over the canvas; the viewport itself only where it holds something."""
    found = [child for child in view.children() if _is_shown(child) and child != view.viewport()]
    if any(map(_is_shown, view.viewport().children())):
        found.append(view.viewport())
    return found


def _is_shown(child) -> bool:
    return isinstance(child, QWidget) and not child.isHidden() and not child.isWindow()
