"""Mouse gestures: one object from press to release, ending in one edit or none.

A gesture draws what it would do and changes nothing until `finish`; `cancel` leaves no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from graph import edits as e
from gui.canvas import geometry as geo
from gui.canvas.bend_moves import move_edit
from gui.canvas.inserting import Insertion
from gui.canvas.node_item import NodeItem
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from graph import Edge, PortRef
    from gui.canvas.view import CanvasView


class Gesture:
    """The parent of all gestures. Points are in canvas units, `pixel` in the viewport's.

    `modifiers` are the keys held with the mouse's last event.
    """

    cursor: Qt.CursorShape | None = None
    modifiers = Qt.KeyboardModifier.NoModifier

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.scene = view.canvas
        self.document = view.document

    @property
    def pans_at_border(self) -> bool:
        """Whether the canvas goes on by itself while the pointer is at its border."""
        return True

    def move(self, point: QPointF, pixel: QPoint) -> None:
        """The pointer moved."""

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        """The button was released after a drag."""

    def click(self) -> None:
        """The button was released where it was pressed."""

    def cancel(self) -> None:
        """Esc, or the window lost the mouse."""

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw above the nodes what the gesture is about to do."""


class Pan(Gesture):
    """Middle button, or space and the left one: the canvas follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: CanvasView, pixel: QPoint) -> None:
        super().__init__(view)
        self._last = pixel

    @property
    def pans_at_border(self) -> bool:
        return False

    def move(self, point: QPointF, pixel: QPoint) -> None:
        self.view.camera.pan(pixel - self._last)
        self._last = pixel


class Band(Gesture):
    """A rubber band on empty canvas selects the nodes it meets, or the only edge it does."""

    def __init__(self, view: CanvasView, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        super().__init__(view)
        self._start = self._end = point
        self._before = self.document.selection.nodes
        self._adds = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._toggles = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        self._edge = self.document.selection.edge
        if not (self._adds or self._toggles):
            self.document.selection.clear()

    def move(self, point: QPointF, pixel: QPoint) -> None:
        self._end = point
        rect = self._rect()
        touched = self._nodes(rect)
        found = touched
        if self._toggles:
            found = self._before ^ touched
        elif self._adds:
            found = self._before | touched
        edges = self._edges(rect) if not found and not touched else ()
        if len(edges) == 1:
            self.document.selection.set_edge(edges[0])
        else:
            self.document.selection.set_nodes(found)
        self.scene.show()

    def cancel(self) -> None:
        if self._edge is not None:
            self.document.selection.set_edge(self._edge)
        else:
            self.document.selection.set_nodes(self._before)

    def paint(self, painter: QPainter, zoom: float) -> None:
        theme = self.scene.theme
        painter.setPen(QPen(theme.color("text"), 1 / zoom, Qt.PenStyle.DashLine))
        painter.setBrush(theme.color("selected", 0.35))
        painter.drawRect(self._rect())

    def _nodes(self, rect: QRectF) -> set[str]:
        """The nodes whose body the band meets; pins do not count."""
        boxes, items = self.scene.boxes, self.scene.items_by_id
        ids = (boxes.ids[row] for row in geo.meeting(boxes.array, rect.getCoords()).tolist())
        return {id_ for id_ in ids if items[id_].y() + items[id_].outline.height >= rect.top()}

    def _edges(self, rect: QRectF) -> tuple[PortRef, ...]:
        return self.scene.wires.touching(rect.getCoords())

    def _rect(self) -> QRectF:
        return QRectF(self._start, self._end).normalized()


class MoveNodes(Gesture):
    """Dragging a node moves all selected ones, snapped to the grid; Alt lets them stand anywhere.

    A node without edges that is dropped on an edge comes to stand in it, unless Shift is held.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, view: CanvasView, held: NodeItem, point: QPointF) -> None:
        super().__init__(view)
        ids = self.document.selection.nodes
        items = self.scene.items_by_id
        self._start = point
        self._held = held
        self._places = {id_: (items[id_].x(), items[id_].y()) for id_ in ids if id_ in items}
        self._moved = False
        self._insertion = self._may_insert()

    def move(self, point: QPointF, pixel: QPoint) -> None:
        dx, dy = self._shift(point)
        self._moved = self._moved or bool(dx or dy)
        if not self._moved:
            return
        hand = self.scene.hand
        if not hand:
            hand.take(self._places)
        hand.move(dx, dy)
        if self._insertion is not None:
            x, y = self._places[self._held.id]
            is_held_off = bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)
            self._insertion.look((x + dx, y + dy), point, self.view.zoom, is_held_off)

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        self.move(point, pixel)
        insertion = self._insertion
        edge = insertion.edge if insertion is not None else None
        if insertion is not None:
            insertion.leave()
        self.scene.hand.let_go()
        done = self._insert(insertion, edge) if insertion and edge else self._move(point)
        if not done:
            self.cancel()

    def click(self) -> None:
        """A click on one of many selected nodes leaves that one."""
        if not self.modifiers:
            self.document.selection.set_nodes({self._held.id})

    def cancel(self) -> None:
        if self._insertion is not None:
            self._insertion.leave()
        if self._moved:
            self.scene.hand.put_back()
            self.scene.sync_places(self._places)

    def paint(self, painter: QPainter, zoom: float) -> None:
        if self._insertion is not None:
            self._insertion.paint(painter, zoom)

    # --- inside --------------------------------------------------------------------------

    def _may_insert(self) -> Insertion | None:
        """A single node that nothing is wired to can come to stand in an edge."""
        graph, id_ = self.document.graph, self._held.id
        module = graph.module(id_)
        if len(self._places) > 1 or module is None or graph.store.edges_at(id_):
            return None
        return Insertion(self.scene, module, self._held.outline)

    def _insert(self, insertion: Insertion, edge: Edge) -> bool:
        id_ = self._held.id
        at, wiring = insertion.edits(id_, edge)
        text = tr("Put {node} into the edge").format(node=id_)
        return self.document.do(e.Batch((e.Move({id_: at}), *wiring)), text)

    def _move(self, point: QPointF) -> bool:
        dx, dy = self._shift(point)
        if not (dx or dy):
            return False
        places = {id_: (x + dx, y + dy) for id_, (x, y) in self._places.items()}
        text = tr("Move") if len(places) == 1 else tr("Move {count} nodes")
        return self.document.do(
            move_edit(self.document.graph, places), text.format(count=len(places))
        )

    def _shift(self, point: QPointF) -> geo.Point:
        """How far to move so that the held node stands on the grid."""
        x, y = self._places[self._held.id]
        away = point - self._start
        if self.modifiers & Qt.KeyboardModifier.AltModifier:
            return (float(round(away.x())), float(round(away.y())))
        to_x, to_y = self.scene.snapped(x + away.x(), y + away.y())
        return to_x - x, to_y - y
