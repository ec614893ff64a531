"""Tooltips of the canvas: what lies under the pointer, in plain words."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer
from PySide6.QtWidgets import QToolTip

from graph import Graph, PortRef
from graph.growing import is_next_input
from graph.naming import output_name, port_name
from graph.time import keeps_initial
from gui import focus_tips
from gui.canvas import ways
from gui.canvas.badges import badge_at
from gui.canvas.looks import node_tip
from gui.canvas.wording import tr
from gui.numbers import format_number, format_shape
from gui.pictures import limit_of

if TYPE_CHECKING:
    from gui.canvas.plates import Plate
    from gui.canvas.view import CanvasView
    from gui.canvas.ways import Place


def show_tip(view: CanvasView, pixel: QPoint, screen: QPoint) -> None:
    """Show the tooltip of what lies under a pixel, or hide it."""
    show_text(view, tip_at(view, pixel), screen)


def show_text(view: CanvasView, text: str, screen: QPoint) -> None:
    """Show a text as a tooltip; none hides it."""
    if not text:
        QToolTip.hideText()
        return
    # Whatever comes from a file is plain text: Qt would read tags in it.
    plain = html.escape(text).replace("\n", "<br>")
    QToolTip.showText(screen, f"<p>{plain}</p>", view.viewport())


class PlaceTips(QObject):
    """Shows the tip of the node or port that the keys are on, after the same while as hovering."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._soon = QTimer(self, singleShot=True, interval=focus_tips.pause(view))
        self._soon.timeout.connect(self._show)
        self._place: Place | None = None
        view.focus.changed.connect(self._wait)
        view.document.edited.connect(self._put_off)

    def _wait(self) -> None:
        place = self._view.canvas.focused
        if place == self._place:
            return
        if self._place is not None:
            QToolTip.hideText()
        self._place = place
        if place is None:
            self._soon.stop()
        else:
            self._soon.start()

    def _put_off(self) -> None:
        """An edit: a tip that is open tells what was so before, or stands where a node was."""
        if self._place is None:
            return
        QToolTip.hideText()
        if self._soon.isActive():
            self._soon.start()

    def _show(self) -> None:
        view, box = self._view, None
        if self._place is not None and view.hasFocus():
            box = ways.box_of(view.canvas, self._place)
        if box is not None:
            corner = view.mapFromScene(box.bottomLeft())
            show_text(view, tip_of(view, self._place), view.viewport().mapToGlobal(corner))


def tip_of(view: CanvasView, place: Place) -> str:
    """The words for a node, or for a port with the annotations of its edge."""
    if not isinstance(place, PortRef):
        return _node_text(view, place)
    plates = [_plate_text(view, plate) for plate in view.canvas.field.of(place)]
    return "\n".join([_port_tip(view, place), *plates])


def tip_at(view: CanvasView, pixel: QPoint) -> str:
    """The words for what lies under a pixel: a port, a node, a plate, a frame, or nothing."""
    point = view.mapToScene(pixel)
    scene = view.canvas
    port = scene.port_at(point)
    if port is not None:
        return _port_tip(view, port)
    item = scene.node_at(point)
    if item is not None:
        return _node_text(view, item.id)
    badged = badge_at(scene, point.x(), point.y(), view.zoom)
    if badged is not None:
        return scene.overlays.edge_tip(badged)
    plate = scene.field.at(point)
    if plate is None:
        return _edge_tip(view, point)
    spread = _spread_text(view, plate.port) if plate.kind in ("gradient", "spread") else ""
    over = scene.overlays.edge_tip(plate.port) if plate.kind in ("gradient", "pin") else ""
    return "\n".join(filter(None, (_plate_text(view, plate), spread, over)))


def _edge_tip(view: CanvasView, point: QPointF) -> str:
    """What overlays say of the edge at a point, and its delay; else the frame's words."""
    target, hit = view.edge_at(point), view.frame_at(point)
    if target is not None:
        over = view.canvas.overlays.edge_tip(target)
        told = "\n".join(filter(None, (delay_text(view.document.graph, target), over)))
        if told:
            return told
    return view.framing.describe(hit.number) if hit is not None else ""


def _node_text(view: CanvasView, id_: str) -> str:
    scene = view.canvas
    tip = node_tip(view.document.graph, id_, scene.face(id_))
    parts = (tip, scene.problem_text(id_), scene.overlays.node_tip(id_))
    return "\n".join(filter(None, parts))


def _port_tip(view: CanvasView, port: PortRef) -> str:
    scene = view.canvas
    parts = (_port_text(view, port), scene.problem_text(*port), scene.overlays.edge_tip(port))
    return "\n".join(filter(None, parts))


def _port_text(view: CanvasView, port: PortRef) -> str:
    graph, shown = view.document.graph, view.document.shown
    name, spread = port_name(graph, port), shown.spread(port)
    type_ = graph.types.of(port) if shown.tells_type(port) else None
    text = f"{name}: {type_}" if type_ else name
    if is_next_input(graph, port):
        text = tr("{text}: one more input, made when it is wired").format(text=text)
    if spread is not None:
        text = tr("{text}, broadcast to {shape}").format(text=text, shape=format_shape(spread.to))
    return "\n".join(filter(None, (text, _spread_text(view, port), delay_text(graph, port))))


def delay_text(graph: Graph, target: PortRef) -> str:
    """What an edge that ends at a port waits for, and what it carries before; empty if nothing."""
    edge = graph.incoming(target)
    if edge is None or not edge.delay:
        return ""
    text = tr("Delayed by {count} steps") if edge.delay > 1 else tr("Delayed by 1 step")
    before = tr("zeros")
    if edge.initial is not None:
        before = output_name(graph, edge.initial)
    elif target in graph.tensors and keeps_initial(graph, target):
        before = tr("a tensor of its own")
    words = tr("{delayed}: {source} of an earlier time step, {before} before the first.")
    return words.format(
        delayed=text.format(count=edge.delay), source=output_name(graph, edge.source), before=before
    )


def _spread_text(view: CanvasView, port: PortRef) -> str:
    """What broadcasting does to the edge that ends at a port, there and back; empty if nothing."""
    spread = view.document.shown.spread(port)
    return spread.told if spread is not None else ""


def _plate_text(view: CanvasView, plate: Plate) -> str:
    words = {
        "value": tr("Value of {port}."),
        "sum": tr("Gradient of {port}: the sum over all its edges."),
        "seed": tr("Seed of {port}, the target: its gradient with respect to itself."),
        "gradient": tr("Gradient (cotangent) over the edge to {port}, and its local derivative."),
        "spread": tr("The value is broadcast for {port}."),
        "factor": tr("Local derivative by {port}: what the tangent is multiplied by."),
        "tangent": tr("Tangent of {port}: how it changes per step along the seed."),
        "update": tr("Δ of {port}: what the update adds to it."),
        "pin": tr("Parameter {port}: value and gradient (cotangent)."),
    }
    text = words[plate.kind].format(port=port_name(view.document.graph, plate.port))
    if plate.kind == "sum" and "‖" in plate.labels[0].text:
        note = tr("Its norm ‖…‖ is not the sum of theirs: the parts can point different ways.")
        text = f"{text}\n{note}"
    if plate.picture is not None and (plate.picture.kind != "image" or plate.kind != "value"):
        limit = format_number(limit_of(plate.picture.array))
        legend = tr("Picture: purple below 0, green above, full colour at ±{limit}.")
        text = f"{text}\n{legend.format(limit=limit)}"
    return text
