"""Placing modules: by the search box, from the palette, alone, at a wire or in an edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QPainter

from graph import Edge, Module, PortRef
from graph import edits as e
from graph.fitting import Fit, after_output, before_input, inside_edge, ports_inside
from gui.canvas import adding
from gui.canvas import geometry as geo
from gui.canvas.connecting import connecting_edits
from gui.canvas.inserting import inserting_edits
from gui.canvas.looks import shape_of
from gui.canvas.making_room import COLUMN
from gui.canvas.wire_paint import paint_loose_wire
from gui.canvas.wording import tr
from gui.search_box import SearchBox

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.settings import Settings

MOST_REMEMBERED = 5
STEP_ASIDE = 32  # how far a node steps aside, down and right, from one that stands there


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the search box is open, and what the choice is wired to.

    `port` is the fixed end of a loose wire; `loosened` where its other end was; `edge` is one
    that the choice comes to stand in.
    """

    point: QPointF
    port: PortRef | None = None
    loosened: PortRef | None = None
    edge: Edge | None = None


class Placer(QObject):
    """Adds nodes, and opens the search box that asks for one.

    `used_last` are the modules placed last, the newest first.
    """

    turned = Signal()  # the search box came or went

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._document = view, view.document
        self._settings: Settings | None = None
        self.used_last: list[str] = []
        self.box: SearchBox | None = None
        self._opening = Opening(QPointF())
        self._fits: dict[str, Fit] = {}
        view.document.edited.connect(self.close)
        view.document.replaced.connect(self.close)

    def keep_in(self, settings: Settings) -> None:
        """Remember between two starts what was used last."""
        self._settings = settings
        self.used_last = settings.used_modules[:MOST_REMEMBERED]

    # --- the search box ------------------------------------------------------------------

    def add(self) -> None:
        """Open the search box by keyboard: for the mark or the edge, else for a free place."""
        mark, edge = self._view.marking.mark, self._selected_edge()
        if mark is not None:
            self._view.marking.leave()
            self.ask_for_wire(self._place_beside(mark.port), mark.port)
        elif edge is not None:
            line = self._view.canvas.wires.line(edge.target)
            self._open(Opening(QPointF(*geo.point_on_wire(line, 0.5)[0]), edge=edge))
        else:
            self._open(Opening(self.free_place()))

    def ask(self, point: QPointF) -> None:
        """Open the search box at a point: for the edge that lies there, else for the place."""
        target = self._view.edge_at(point)
        edge = self._document.graph.incoming(target) if target is not None else None
        self._open(Opening(point, edge=edge))

    def ask_for_wire(self, point: QPointF, port: PortRef, loosened: PortRef | None = None) -> None:
        """Open it for a wire that was dropped in space: what fits its other end."""
        self._open(Opening(point, port, loosened))

    def close(self) -> None:
        """Close the search box, if it is open."""
        if self.box is not None:
            self.box.close_box()

    def keep_inside(self) -> None:
        """The canvas has another size: the box stays on it."""
        if self.box is not None:
            self.box.keep_inside(self._view.viewport().rect())

    def paint(self, painter: QPainter) -> None:
        """While the box is open, the wire that waits for it."""
        port = self._opening.port
        start = self._view.canvas.port_place(port) if self.box and port else None
        if start is None:
            return
        end = (self._opening.point.x(), self._opening.point.y())
        ends = (start, end) if self._is_output(port) else (end, start)
        paint_loose_wire(painter, *ends, self._view.theme, self._view.zoom, False)

    # --- placing -------------------------------------------------------------------------

    def place(self, kind: type[Module], point: QPointF) -> str | None:
        """Add a node with its middle at a point; its id, or None where refused."""
        fit = Fit(kind)
        corner = adding.corner_at(self._view.canvas, shape_of(fit.make()), point)
        return self._add(adding.adding_edit(self._document.graph, fit, corner))

    def place_inside(self, kind: type[Module], point: QPointF, edge: Edge) -> str | None:
        """Add a node in an edge, with its middle at a point; its followers make room."""
        fit, scene = Fit(kind), self._view.canvas
        ports = ports_inside(self._document.graph, fit.make(), edge)
        if ports is None:
            return self.place(kind, point)
        shape = shape_of(fit.make())
        corner = adding.corner_at(scene, shape, point)
        id_ = self._document.graph.free_id(kind.name)
        corner, wiring = inserting_edits(scene, id_, shape, corner, edge, ports)
        return self._add(adding.adding_edit(self._document.graph, fit, corner), wiring)

    def free_place(self) -> QPointF:
        """A place for a node's middle: right of what is selected, else in the middle."""
        return self._free_place(self._place_for_keys())

    # --- inside --------------------------------------------------------------------------

    def _open(self, opening: Opening) -> None:
        self.close()
        view = self._view
        self._opening = opening
        self._fits = {fit.module.name: fit for fit in self._fitting(opening)}
        view.canvas.mending.hide_wire(opening.loosened)
        modules = [fit.module for fit in self._fits.values()]
        # Before an input sources come first, and they are the first group.
        wants_source = opening.port is not None and not self._is_output(opening.port)
        used = [] if wants_source else self.used_last
        box = SearchBox(modules, used, view.theme, view, self._hint(opening))
        box.chosen.connect(self._choose)
        box.closed.connect(self._leave)
        self.box = box
        self.turned.emit()
        box.open_at(view.mapFromScene(opening.point) + QPoint(4, 4), view.viewport().rect())
        view.canvas.show()

    def _fitting(self, opening: Opening) -> list[Fit]:
        graph = self._document.graph
        if opening.edge is not None:
            return inside_edge(graph, opening.edge)
        if opening.port is None:
            return [Fit(kind) for kind in graph.catalogue]
        return (after_output if self._is_output(opening.port) else before_input)(
            graph, opening.port
        )

    def _hint(self, opening: Opening) -> str:
        if opening.edge is not None:
            text = tr("What can stand between {0} and {1}")
            return text.format(opening.edge.source, opening.edge.target)
        if opening.port is None:
            return ""
        type_ = self._document.graph.types.of(opening.port)
        port = f"{opening.port} ({type_})" if type_ is not None else str(opening.port)
        text = tr("What takes {0}") if self._is_output(opening.port) else tr("What can feed {0}")
        return text.format(port)

    def _choose(self, name: str) -> None:
        self.box = None
        self.turned.emit()
        opening, fit = self._opening, self._fits[name]
        self._view.canvas.mending.hide_wire(None)
        if opening.edge is not None:
            id_ = self.place_inside(fit.module, opening.point, opening.edge)
        elif opening.port is not None:
            id_ = self._place_at_wire(fit, opening.point, opening.port, opening.loosened)
        else:
            id_ = self.place(fit.module, opening.point)
        self._view.setFocus(Qt.FocusReason.PopupFocusReason)
        if id_ is not None:
            self._view.reveal(id_)
        self._view.canvas.show()

    def _place_at_wire(
        self, fit: Fit, point: QPointF, port: PortRef, loosened: PortRef | None
    ) -> str | None:
        """Add a node whose port lies at the loose end, and wire the two."""
        own = fit.takes or fit.gives
        scene = self._view.canvas
        corner = adding.corner_at(scene, shape_of(fit.make()), point, own)
        adding_it = adding.adding_edit(self._document.graph, fit, corner)
        new = PortRef(adding_it.node.id, own)
        source, target = (port, new) if fit.takes else (new, port)
        given = fit.gives_type(self._document.graph) if fit.gives else None
        wiring = connecting_edits(self._document, source, target, loosened, given)
        return self._add(adding_it, wiring)

    def _add(self, adding_it: e.AddNode, wiring: tuple[e.Edit, ...] = ()) -> str | None:
        """Add a node with what goes with it, as one entry; select it and remember its module."""
        node = adding_it.node
        edit = e.Batch((adding_it, *wiring)) if wiring else adding_it
        if not self._document.do(edit, tr("Add {module}").format(module=node.module)):
            return None
        self._document.selection.set_nodes({node.id})
        others = [other for other in self.used_last if other != node.module]
        self.used_last = [node.module, *others][:MOST_REMEMBERED]
        if self._settings is not None:
            self._settings.used_modules = self.used_last
        return node.id

    def _leave(self, returns_focus: bool) -> None:
        self.box = None
        self.turned.emit()
        self._view.canvas.mending.hide_wire(None)
        if returns_focus:
            self._view.setFocus(Qt.FocusReason.PopupFocusReason)
        self._view.canvas.show()

    def _is_output(self, port: PortRef) -> bool:
        item = self._view.canvas.items_by_id.get(port.node)
        return item is not None and port.port in item.outline.outputs

    def _place_beside(self, port: PortRef) -> QPointF:
        """A free place for the port of a node that a column separates from another port."""
        x, y = self._view.canvas.port_place(port) or (0.0, 0.0)
        half = geo.COMPACT[0] / 2
        away = COLUMN + half if self._is_output(port) else -COLUMN - half
        middle = self._free_place(QPointF(x + away, y))
        return middle - QPointF(half if away > 0 else -half, 0)

    def _selected_edge(self) -> Edge | None:
        target = self._document.selection.edge
        is_drawn = target is not None and target in self._view.canvas.wires
        return self._document.graph.incoming(target) if is_drawn else None

    def _place_for_keys(self) -> QPointF:
        """A column to the right of what is selected, else the middle of the view."""
        view = self._view
        items = view.canvas.items_by_id
        boxes = [items[id_].box() for id_ in view.document.selection.nodes if id_ in items]
        if not boxes:
            return view.camera.centre
        right = max(box[2] for box in boxes)
        top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
        return QPointF(right + COLUMN + geo.COMPACT[0] / 2, (top + bottom) / 2)

    def _free_place(self, point: QPointF) -> QPointF:
        """The point, or one aside of it, where a small node covers no other."""
        width, height = geo.COMPACT
        boxes = self._view.canvas.boxes.array
        place = QPointF(point)
        while True:
            left, top = place.x() - width / 2, place.y() - height / 2
            if not len(geo.meeting(boxes, (left, top, left + width, top + height))):
                return place
            place += QPointF(STEP_ASIDE, STEP_ASIDE)
