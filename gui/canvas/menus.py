"""Menus at the canvas: what can be done with a node or an edge, and the question of the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from graph import PortRef
from graph import edits as e
from gui.canvas.deleting import cut_edge, delete_nodes
from gui.canvas.wording import tr
from gui.icons import icon

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


def show_menu(view: CanvasView, pixel: QPoint, screen: QPoint) -> None:
    """Open the menu of what lies under a pixel of the viewport."""
    point = view.mapToScene(pixel)
    item = view.canvas.node_at(point)
    target = None if item is not None else view.edge_at(point)
    menu = _menu(view)
    if item is not None:
        if item.id not in view.document.selection.nodes:
            view.document.selection.set_nodes({item.id})
        _fill_for_nodes(view, menu, item.id)
    elif target is not None:
        view.document.selection.set_edge(target)
        cut = menu.addAction(_icon(view, "cut"), tr("Cut the edge"))
        cut.setEnabled(view.document.graph.incoming(target) is not None)
        cut.triggered.connect(lambda: cut_edge(view.document, target))
    else:
        menu.addAction(_icon(view, "fit"), tr("Zoom to fit"), view.zoom_to_fit)
        menu.addAction(tr("Select all"), view.select_all)
    menu.popup(screen)


def _fill_for_nodes(view: CanvasView, menu: QMenu, id_: str) -> None:
    document = view.document
    if len(document.selection.nodes) == 1:
        for port in possible_targets(view, id_):
            text = tr("Make this the target")
            if len(possible_targets(view, id_)) > 1:
                text = tr("Make {port} the target").format(port=port)
            action = menu.addAction(_icon(view, "target"), text)
            action.triggered.connect(lambda _=False, port=port: make_target(view, port))
        if document.graph.target is not None:
            menu.addAction(tr("Find the target by itself")).triggered.connect(
                lambda: document.do(e.SetGraph({"target": None}), tr("Find the target by itself"))
            )
        menu.addSeparator()
    ids = [node for node in document.graph.nodes if node in document.selection.nodes]
    text = tr("Delete") if len(ids) == 1 else tr("Delete {count} nodes").format(count=len(ids))
    menu.addAction(_icon(view, "delete"), text).triggered.connect(
        lambda: delete_nodes(document, ids)
    )


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
        action = menu.addAction(_icon(view, "target"), str(port))
        action.triggered.connect(lambda _=False, port=port: make_target(view, port))
        action.hovered.connect(lambda port=port: view.document.selection.set_nodes({port.node}))
    menu.popup(view.viewport().mapToGlobal(_place_for(view, candidates)))
    menu.setFocus(Qt.FocusReason.PopupFocusReason)


def make_target(view: CanvasView, port: PortRef) -> None:
    """Differentiate this output from now on."""
    text = tr("Make {port} the target").format(port=port)
    view.document.do(e.SetGraph({"target": str(port)}), text)


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
