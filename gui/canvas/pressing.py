"""What the left button begins, by what lies under the pointer: a gesture, or what opens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from graph import PortRef
from gui.canvas.bends import MoveBend
from gui.canvas.cut_stroke import CutStroke
from gui.canvas.frame_gestures import CURSORS, frame_at, frame_gesture
from gui.canvas.gestures import Band, Gesture, MoveNodes
from gui.canvas.inline_edit import edit_value
from gui.canvas.levels import PORTS_FROM
from gui.canvas.wiring import Wiring

if TYPE_CHECKING:
    from gui.canvas.node_item import NodeItem
    from gui.canvas.view import CanvasView

REACH = 6  # pixels from a wire at which it is still hit
LOOSE = 24  # pixels from its port within which the end of an edge can be taken off


def gesture_at(view: CanvasView, point: QPointF, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    """The gesture that begins at a point; None where the press is only a click."""
    bend = view.bends.at(point)
    if bend is not None and view.canvas.node_at(point) is None:
        return MoveBend(view, bend)
    port = wire_end_at(view, point)
    if port is not None and not modifiers & Qt.KeyboardModifier.AltModifier:
        return Wiring(view, port)
    item = view.canvas.node_at(point)
    if item is not None:
        return _hold(view, item, point, modifiers)
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return CutStroke(view, point)
    target, hit = edge_at(view, point), frame_at(view.canvas, point, view.zoom)
    if hit is not None and (target is None or hit.is_corner):  # a wire can be met elsewhere
        return frame_gesture(view, hit, point)
    if target is None:
        view.canvas.frames.choose(None)
        return Band(view, point, modifiers)
    view.document.selection.set_edge(target)
    return None


def wire_end_at(view: CanvasView, point: QPointF) -> PortRef | None:
    """The port at which a press begins to draw a wire, or takes off the end of one."""
    if view.zoom < PORTS_FROM:
        return None
    port = view.canvas.port_at(point)
    if port is not None:
        return port
    hit = frame_at(view.canvas, point, view.zoom)
    if view.canvas.node_at(point) is not None or (hit is not None and hit.is_corner):
        return None
    target = edge_at(view, point)
    return target if target is not None and _is_loose_end(view, target, point) else None


def edge_at(view: CanvasView, point: QPointF) -> PortRef | None:
    """The target of the edge under a point, or the pin whose annotation lies there."""
    plate = view.canvas.field.at(point)
    if plate is not None and plate.kind in ("gradient", "factor", "pin", "spread"):
        return plate.port
    if plate is not None:
        edges = view.document.graph.outgoing(plate.port)
        if len(edges) == 1:
            return edges[0].target
    return view.canvas.wires.hit(point.x(), point.y(), REACH / view.zoom)


def cursor_at(view: CanvasView, point: QPointF) -> Qt.CursorShape:
    """The shape of the pointer: what a press would begin."""
    if view.navigation.is_space_held:
        return Qt.CursorShape.OpenHandCursor
    if view.bends.at(point) is None and wire_end_at(view, point) is not None:
        return Qt.CursorShape.CrossCursor
    if view.bends.at(point) is not None:
        return Qt.CursorShape.SizeAllCursor
    hit = frame_at(view.canvas, point, view.zoom)
    if hit is None or view.canvas.node_at(point) is not None:
        return Qt.CursorShape.ArrowCursor
    return CURSORS[hit.part]


def is_empty_at(view: CanvasView, point: QPointF) -> bool:
    """Whether neither a port nor a node lies under a point; an edge may."""
    taken = view.canvas.port_at(point), view.canvas.node_at(point)
    return not view.navigation.is_space_held and taken == (None, None)


def _is_loose_end(view: CanvasView, target: PortRef, point: QPointF) -> bool:
    place = view.canvas.port_place(target)
    if place is None or view.document.graph.incoming(target) is None:
        return False
    return math.hypot(point.x() - place[0], point.y() - place[1]) <= LOOSE / view.zoom


def _hold(
    view: CanvasView, item: NodeItem, point: QPointF, modifiers: Qt.KeyboardModifier
) -> Gesture | None:
    selection = view.document.selection
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        selection.toggle(item.id)
    elif modifiers & Qt.KeyboardModifier.ShiftModifier:
        selection.set_nodes(selection.nodes | {item.id})
    elif item.id not in selection.nodes:
        selection.set_nodes({item.id})
    return MoveNodes(view, item, point) if item.id in selection.nodes else None


def open_at(view: CanvasView, point: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
    """Open what was double-clicked; False where it is nothing to be opened.

    A source's value is edited, a composite's inside shown; on empty canvas a module is searched.
    """
    item = view.canvas.node_at(point)
    if item is not None:
        return edit_value(view, item.id) or view.entering.enter(item.id)
    if not is_empty_at(view, point):
        return False
    if view.bends.remove_at(point) or view.framing.edit_title_at(point):
        return True
    if modifiers & Qt.KeyboardModifier.ShiftModifier and view.edge_at(point):
        view.bends.add_at(point)
        return True
    view.cancel_gesture()
    view.placer.ask(point)
    return True
