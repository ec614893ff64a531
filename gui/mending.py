"""Problems are mended at a press: one edit, one entry of the history."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from graph import Graph, Problem
from graph import edits as e
from graph.problem import Mend
from gui.canvas import geometry as geo
from gui.canvas.looks import shape_of
from gui.canvas.making_room import room_for

if TYPE_CHECKING:
    from gui.document import Document

Box = tuple[float, float, float, float]


def tr(text: str) -> str:
    """A text of the mends in the user's language."""
    return QCoreApplication.translate("Mending", text)


def problems_at(document: Document, id_: str) -> list[Problem]:
    """What the check says about a node, the target's problem among it."""
    found = document.check.findings if document.check is not None else ()
    return [problem for problem in found if problem.node == id_]


def mend_now(document: Document, mend: Mend) -> bool:
    """Do what a mend says; a node that is put between two others gets room, and is selected."""
    if not document.is_checked:
        document.refuse(tr("The graph has changed and is being checked. Press again in a moment."))
        return False
    edit = with_room(document.root, _as_now(document.root, mend.edit))
    added = _added(edit)
    if not document.do_at("", edit, mend.text):
        return False
    if added is not None and not document.place:
        document.selection.set_nodes({added.node.id})
    return True


def fill_menu(menu: QMenu, document: Document) -> None:
    """Put the mends of the selected node's problems into its menu."""
    id_ = document.selection.node or ""
    mends = [mend for problem in problems_at(document, id_) for mend in problem.mends]
    for mend in mends:
        action = menu.addAction(tr("Mend: {0}").format(mend.text.replace("&", "&&")))
        action.triggered.connect(partial(_mend_chosen, document, mend))
    if mends:
        menu.addSeparator()


def with_room(graph: Graph, edit: e.Edit) -> e.Edit:
    """An edit that puts a node into an edge, so that it stands there in line and with room."""
    added = _added(edit)
    cut = next((part for part in _parts(edit) if isinstance(part, e.Disconnect)), None)
    edge = graph.incoming(cut.target) if cut is not None else None
    kind = graph.catalogue.get(added.node.module) if added is not None else None
    if added is None or edge is None or kind is None or added.node.at is None:
        return edit
    source, target = _box(graph, edge.source.node), _box(graph, edge.target.node)
    shape = shape_of(kind(**added.node.attributes))
    x = (source[2] + target[0]) / 2 - shape.width / 2
    y = _port_height(graph, edge.source.node, edge.source.port) - _height_of_port(shape)
    at = geo.snapped(x, y)
    box = (*at, at[0] + shape.width, at[1] + shape.height)
    own, pushed = room_for(graph, partial(_box, graph), box, edge)
    placed = replace(added, node=replace(added.node, at=(at[0] + own, at[1])))
    parts = [placed if part is added else part for part in _parts(edit)]
    corners = {id_: _box(graph, id_) for id_ in pushed}
    moves = {id_: (corners[id_][0] + by, corners[id_][1]) for id_, by in pushed.items()}
    return e.Batch((*parts, e.Move(moves))) if moves else e.Batch(tuple(parts))


def _as_now(graph: Graph, edit: e.Edit) -> e.Edit:
    """An edit that exchanges a node, with place, label and note as they are now.

    A check does not look at these, so that it may be older.
    """
    added = _added(edit)
    if added is None or added.node.id not in graph:
        return edit
    now = graph.nodes[added.node.id]
    node = replace(added.node, at=now.at, label=now.label, note=now.note)
    parts = (replace(added, node=node) if part is added else part for part in _parts(edit))
    return e.Batch(tuple(parts))


def _mend_chosen(document: Document, mend: Mend, _checked: bool = False) -> None:
    mend_now(document, mend)


def _parts(edit: e.Edit) -> tuple[e.Edit, ...]:
    return edit.edits if isinstance(edit, e.Batch) else (edit,)


def _added(edit: e.Edit) -> e.AddNode | None:
    return next((part for part in _parts(edit) if isinstance(part, e.AddNode)), None)


def _box(graph: Graph, id_: str) -> Box:
    x, y = graph.nodes[id_].at or (0.0, 0.0)
    module = graph.module(id_)
    if module is None:
        return (x, y, x + geo.COMPACT[0], y + geo.COMPACT[1])
    shape = shape_of(module)
    return (x, y, x + shape.width, y + shape.bottom)


def _port_height(graph: Graph, id_: str, port: str) -> float:
    y = (graph.nodes[id_].at or (0.0, 0.0))[1]
    module = graph.module(id_)
    place = shape_of(module).port(port) if module is not None else None
    return y + (place[1] if place is not None else geo.COMPACT[1] / 2)


def _height_of_port(shape: geo.NodeShape) -> float:
    places = shape.inputs.values()
    return next(iter(places))[1] if places else shape.height / 2
