"""Menus at the canvas: what a right click is about, and the question of the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from graph import PortRef
from graph import edits as e
from graph.naming import output_name
from gui.canvas.wording import tr
from gui.icons import icon

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Kind = Literal["canvas", "node", "nodes", "edge", "frame", "place"]  # what a menu is about


def look_under(view: CanvasView, pixel: QPoint) -> Kind:
    """Select what lies under a pixel of the viewport, as the press of a button does."""
    point, selection = view.mapToScene(pixel), view.document.selection
    item = view.canvas.node_at(point)
    if item is not None:
        if item.id not in selection.nodes:
            selection.set_nodes({item.id})
        return _kind(view)
    plate = view.canvas.field.at(point)
    if plate is not None and plate.kind in ("value", "sum"):
        selection.set_nodes({plate.port.node})
        return _kind(view)
    target = view.edge_at(point) if plate is None else plate.port
    if target is None:
        hit = view.frame_at(point)
        view.canvas.frames.choose(hit.number if hit is not None else None)
        return "canvas" if hit is None else "frame"
    selection.set_edge(target)
    return "edge"


def look_at_selection(view: CanvasView) -> tuple[Kind, QPoint]:
    """What the keys would act on, and where its menu opens in the viewport."""
    selection, scene = view.document.selection, view.canvas
    seen = view.viewport().rect().adjusted(0, 0, -160, -120)
    if selection.edge is not None:
        place = scene.port_place(selection.edge)
    else:
        boxes = [scene.items_by_id[id_].box() for id_ in selection.nodes]
        if scene.frames.current is not None:
            boxes = [scene.frames.drawn_box(scene.frames.current)]
        place = min(((box[0], box[3]) for box in boxes), default=None)
    pixel = view.mapFromScene(*place) if place is not None else seen.center()
    return _kind(view), pixel if seen.contains(pixel) else seen.center()


def _kind(view: CanvasView) -> Kind:
    kind = view.document.selection.kind
    if view.canvas.frames.current is not None:
        return "frame"
    return "canvas" if kind == "graph" else kind


def possible_targets(view: CanvasView, id_: str) -> list[PortRef]:
    """The floating outputs of a node."""
    graph = view.document.graph
    module = graph.module(id_)
    refs = [PortRef(id_, port.name) for port in module.output_ports] if module else []
    types = [graph.types.of(ref) for ref in refs]
    return [ref for ref, type_ in zip(refs, types, strict=True) if type_ and type_.is_floating]


def ask_target(view: CanvasView, candidates: Sequence[PortRef]) -> None:
    """Ask which output is the target, in a small menu at the first candidate in sight."""
    menu = _menu(view)
    title = menu.addAction(tr("Which output is the target?"))
    title.setEnabled(False)
    menu.addSeparator()
    for port in candidates:
        name = output_name(view.document.graph, port)
        action = menu.addAction(_icon(view, "target"), name)
        action.triggered.connect(lambda _=False, port=port: make_target(view, port))
        action.hovered.connect(lambda port=port: view.document.selection.set_nodes({port.node}))
    menu.popup(view.viewport().mapToGlobal(_place_for(view, candidates)))
    menu.setFocus(Qt.FocusReason.PopupFocusReason)


def choose_target(view: CanvasView, id_: str) -> None:
    """Differentiate a node's output; of several, ask which."""
    ports = possible_targets(view, id_)
    if len(ports) > 1:
        view.ask_target(ports)
    elif ports:
        make_target(view, ports[0])
    else:
        text = tr("{node}: has no floating output, so it cannot be the target.")
        view.document.refuse(text.format(node=id_))


def make_target(view: CanvasView, port: PortRef) -> None:
    """Differentiate this output from now on."""
    text = tr("Make {port} the target").format(port=output_name(view.document.graph, port))
    view.document.do(e.SetGraph({"target": str(port)}), text)


def forget_target(view: CanvasView) -> None:
    """Differentiate the only scalar output from now on, if there is one."""
    view.document.do(e.SetGraph({"target": None}), tr("Find the target by itself"))


def _place_for(view: CanvasView, candidates: Sequence[PortRef]) -> QPoint:
    seen = view.viewport().rect().adjusted(0, 0, -160, -120)
    for port in candidates:
        place = view.canvas.port_place(port)
        if place is not None:
            pixel = view.mapFromScene(*place)
            if seen.contains(pixel):
                return pixel + QPoint(12, 12)
    return seen.center()


def _menu(view: CanvasView) -> QMenu:
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _icon(view: CanvasView, name: str):
    return icon(name, view.theme.color("text"))
