"""The scene: items for nodes, rows for wires, plates for numbers. It keeps no truth.

Everything here can be thrown away and built again from the document; signals of the document
rebuild only what an edit touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene

from graph import PortRef
from gui.canvas import extent
from gui.canvas import geometry as geo
from gui.canvas.building import AT_ONCE, Building
from gui.canvas.chevrons import CHEVRON_SHARES
from gui.canvas.fades import Fades
from gui.canvas.flow import paint_flow
from gui.canvas.folding import Folding
from gui.canvas.frames import Frames
from gui.canvas.ground import paint_dots
from gui.canvas.hand import Hand
from gui.canvas.levels import AT_DESK, OVERVIEW, WITH_PLATES, level_of
from gui.canvas.lineage import Lineage
from gui.canvas.looks import Face, Mood
from gui.canvas.mending import Mending
from gui.canvas.node_boxes import NodeBoxes
from gui.canvas.node_item import NodeItem
from gui.canvas.node_layer import NodeLayer
from gui.canvas.node_looks import NodeLooks
from gui.canvas.node_pictures import NodePictures
from gui.canvas.overlay import Overlays
from gui.canvas.overview import Plan
from gui.canvas.passes import Passes
from gui.canvas.plate_field import PlateField
from gui.canvas.plate_pictures import PlatePictures
from gui.canvas.plates import Layout, Plate
from gui.canvas.pulse import Pulse
from gui.canvas.seen_picture import SeenPicture
from gui.canvas.time_band import TimeBand
from gui.canvas.touched import (
    changes_every_number,
    changes_only_frames,
    changes_only_numbers,
    moved_nodes,
    touched_in,
)
from gui.canvas.unfolding import Unfolding
from gui.canvas.waiting_nodes import WaitingNodes
from gui.canvas.ways import node_of
from gui.canvas.wire_paint import paint_wires
from gui.canvas.wires import Wires
from gui.stepped import stepped_nodes

if TYPE_CHECKING:
    from graph.edits import Edit
    from gui.canvas.placing import Box
    from gui.document import Document
    from gui.shown import Shown
    from gui.theme import Theme


class CanvasScene(QGraphicsScene):
    """What is drawn of a document."""

    content_changed = Signal()  # nodes were added, removed or moved
    placed = Signal(object)  # these nodes are drawn elsewhere, as while they are dragged: by id
    chevron_shares = (*CHEVRON_SHARES["forward"], *CHEVRON_SHARES["reverse"])
    layout, paint_wires = Layout, staticmethod(paint_wires)  # another scene has its own

    def __init__(self, document: Document, theme: Theme, parent=None) -> None:
        super().__init__(parent)
        self.document, self.theme = document, theme
        self.building = Building(self)
        self.items_by_id = self.building.items
        self.wires = Wires()
        self.boxes = NodeBoxes()
        self.plan = Plan(self)
        self.passes = Passes(self)
        self.hidden_wire: PortRef | None = None  # the one whose end is being dragged
        self.mending = Mending(self)
        self.wiring = None  # the gesture that draws a wire, while there is one
        self.focused: str | PortRef | None = None  # where the keys are, when it is to be drawn
        self.is_printing, self.sizes = False, AT_DESK
        self.snaps = self.has_dots = True
        self.pictures = NodePictures(theme)
        self.looks = NodeLooks(self)
        self.plate_pictures = PlatePictures(theme)
        self.field = PlateField(self)
        self.picture = SeenPicture(self)
        self.hand = Hand(self)
        self.nodes = NodeLayer(self)
        self.waiting = WaitingNodes(document, self)
        self.lineage = Lineage(document, self)
        self.folding = Folding(document, self)
        self.overlays = Overlays(self)
        self.badge_places: dict[PortRef, geo.Point] = {}  # where they were last painted
        self.unfolding = Unfolding(document, self)
        self.frames = Frames(self)
        self.time_band = TimeBand(self)
        self.pulse = Pulse(theme, self)
        self.fades = Fades(theme, self)
        self.building.finished.connect(self._after_building)
        self._listen()
        self.rebuild()

    def _listen(self) -> None:
        document = self.document
        document.replaced.connect(self.rebuild)
        document.edited.connect(self._after_edit)
        document.checked.connect(self._after_check)
        document.traced.connect(self._after_trace)
        document.playhead_moved.connect(self._after_step)
        self.pulse.changed.connect(self.mending.follow_pulse)
        self.fades.changed.connect(self._paint_fades)
        self.waiting.changed.connect(self._after_waiting)
        document.selection_changed.connect(self.mending.follow_selection)
        self.theme.changed.connect(self._after_theme)
        self.lineage.changed.connect(self.refresh)
        self.overlays.changed.connect(self.refresh)
        for part in (self.folding, self.frames, self.unfolding):
            part.changed.connect(self._after_folding)

    # --- building ------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Throw everything away and build it from the graph."""
        self.looks.start_anew()
        self.pictures.forget()
        self.fades.forget()
        self.waiting.clear()
        self._build()

    def _build(self) -> None:
        self.building.start()
        self._after_building()

    def _after_building(self) -> None:
        self.refresh()
        self._after_moves()

    def _after_moves(self) -> None:
        self.content_changed.emit()

    def refresh(self) -> None:
        """Paint everything again: the theme, the playhead or a trace changed."""
        self.mending.note_shown()
        self.field.forget()
        self.plan.touch()
        self.badge_places.clear()
        self.update()

    def revise(self) -> None:
        """Paint again what may have moved or have come; the rest of the numbers stay in place."""
        self.field.revise()
        shown = self.document.shown
        if self.overlays or self.document.place or shown.has_tangents or shown.has_updates:
            self.plan.touch()
            self.badge_places.clear()
            self.update()
        else:
            self.show()

    def show(self) -> None:
        """Paint what has come to be known to be otherwise."""
        for view in self.views():  # whose painting Qt does not know of, so that it would not ask
            view.viewport().update()

    def update(self) -> None:
        """Paint everything again."""
        self.picture.touch()
        self.hand.touch()
        self.looks.forget()
        self.passes.forget()
        self.show()

    def _after_theme(self) -> None:
        self.pictures.forget()
        self.plate_pictures.forget()
        self.refresh()

    def _after_edit(self, edit: Edit) -> None:
        touched, moved = touched_in(self.document.graph, edit), moved_nodes(edit)
        changed = self.document.graph.nodes.keys() if changes_every_number(edit) else touched
        self.waiting.note(changed)
        if changes_only_numbers(edit):
            self.refresh()
            return
        if moved and not touched and len(moved) <= AT_ONCE:
            self.sync_places(moved)
            self._after_moves()
            return
        if changes_only_frames(edit):
            self._after_moves()
            return
        self.looks.change_faces(touched)
        if len(touched | moved) > AT_ONCE:
            self.building.renew(touched | moved)
            self._after_building()
            return
        self.building.sync(touched)
        self.sync_places(moved - touched)
        self._after_building()

    def sync_places(self, ids: Iterable[str]) -> None:
        """Draw nodes where the document says."""
        nodes = self.document.graph.nodes
        self.place_nodes({id_: nodes[id_].at or (0.0, 0.0) for id_ in ids if id_ in nodes})

    def place_nodes(self, places: Mapping[str, geo.Point]) -> None:
        """Draw nodes elsewhere, with their wires; the document is told by the gesture's end."""
        items = self.items_by_id
        moved = {id_: at for id_, at in places.items() if id_ in items and items[id_].at != at}
        if moved:
            self.mending.move_nodes(moved)
            self.placed.emit(moved)

    def _after_check(self) -> None:
        self.looks.note_problems()
        self.fades.begin()
        self.refresh()

    def _after_trace(self) -> None:
        self.waiting.clear()
        self.fades.begin()
        self.refresh()

    def _after_waiting(self) -> None:
        self.fades.begin()
        self.update()

    def _after_step(self) -> None:
        follow = self.fades.begin if self.pulse.beat() else self.fades.skip
        follow()
        self.mending.follow_step()

    def _paint_fades(self) -> None:
        self.mending.nodes(set(self.fades.under_way))

    def stepped_from(self, before: Shown | None) -> frozenset[str] | None:
        """The nodes that look otherwise than when something else was shown; None: all may."""
        if self.overlays or self.document.place:
            return None
        return stepped_nodes(before, self.document.shown, self.document.graph)

    def _after_folding(self, ids: frozenset[str]) -> None:
        self.looks.change_faces(ids)
        if ids:
            self.building.sync(ids)
            self._after_building()

    # --- reading -------------------------------------------------------------------------

    @property
    def order(self) -> tuple[str, ...]:
        """The nodes that are drawn, in topological order."""
        order = self.document.order
        if not (self.folding.hidden or self.frames.held):
            return order
        return tuple(id_ for id_ in order if not self.hides(id_))

    def hides(self, id_: str) -> bool:
        """Whether a node is not drawn, though it is there."""
        return id_ in self.folding.hidden or id_ in self.frames.held

    def wire_place(self, ref: PortRef) -> geo.Point | None:
        """Where a wire ends: at its port, at the border of a folded frame, or nowhere."""
        if ref.node in self.folding.hidden:
            return None
        return self.frames.wire_place(ref) if ref.node in self.frames.held else self.port_place(ref)

    @property
    def may_dim(self) -> bool:
        """Whether anything can stand back at all: asked once instead of node by node."""
        return not self.is_printing and (self.lineage.is_lit or bool(self.overlays))

    def dims(self, id_: str) -> bool:
        """Whether a node stands back behind others; in a printed picture none does."""
        return not self.is_printing and (self.lineage.dims(id_) or self.overlays.dims(id_))

    def face(self, id_: str) -> Face:
        """The face of a node, made when it is first asked for."""
        return self.looks.face(id_)

    def texts(self, id_: str) -> tuple[str, str]:
        """The module line and the shape line of a node."""
        return self.looks.texts(id_)

    def mood(self, id_: str) -> Mood:
        """Marks, ring and borders of a node at this moment."""
        return self.looks.mood(id_)

    def problem_text(self, id_: str, port: str | None = None) -> str:
        """What is wrong with a node, or with one of its ports: plain sentences."""
        return self.looks.problem_text(id_, port)

    def fits(self, id_: str) -> dict[str, bool]:
        """While a wire is drawn: which ports of a node could take it."""
        return {} if self.wiring is None else self.wiring.fits(id_)

    def show_focus(self, place: str | PortRef | None) -> None:
        """Draw the focus at a node or port, or nowhere."""
        if place != self.focused:
            before, self.focused = self.focused, place
            self.mending.nodes({node_of(port) for port in (before, place) if port is not None})

    def port_place(self, ref: PortRef) -> geo.Point | None:
        """Where an edge meets a port, in canvas units."""
        item = self.items_by_id.get(ref.node)
        return None if item is None else item.port_place(ref.port)

    def snapped(self, x: float, y: float) -> geo.Point:
        """Where a node may stand that was moved to (x, y): on the grid, unless that is off."""
        return geo.snapped(x, y) if self.snaps else (float(round(x)), float(round(y)))

    @property
    def selected_edge(self) -> PortRef | None:
        """The selected edge, which a printed picture does not show."""
        return None if self.is_printing else self.document.selection.edge

    def content_rect(self) -> QRectF:
        """What all nodes and frames take, with room for the texts of pins; empty without nodes."""
        return extent.content_rect(self)

    def node_at(self, point: QPointF) -> NodeItem | None:
        """The topmost node whose body holds the point."""
        at = (point.x(), point.y())
        return next((item for item in self._items_in((*at, *at)) if item.holds(point)), None)

    def port_at(self, point: QPointF) -> PortRef | None:
        """The port whose hit square holds the point."""
        x, y = point.x(), point.y()
        for item in self._items_in(geo.grown((x, y, x, y), geo.HIT + 2 * geo.PIN)):
            name = geo.port_at(item.outline, x - item.x(), y - item.y())
            if name is not None:
                return PortRef(item.id, name)
        return None

    def _items_in(self, box: Box) -> list[NodeItem]:
        """The nodes that meet a box, the topmost first."""
        rows = geo.meeting(self.boxes.array, box).tolist()
        items = [self.items_by_id[id_] for id_ in [self.boxes.ids[row] for row in rows]]
        return sorted(items, key=self.nodes.height, reverse=True)

    # --- painting ------------------------------------------------------------------------

    def look(self, rect: QRectF, zoom: float) -> int:
        """Lay out the annotations of what one sees, as far as a frame has time for it.

        Which ones these are: when all are laid out anew the answer is another. So it is from very
        far when anything stands elsewhere.
        """
        if zoom < OVERVIEW:
            return self.plan.generation
        self.building.hang()  # before anything is laid out around what hangs
        if level_of(zoom) in WITH_PLATES:
            self.field.look(rect, zoom, is_whole=self.is_printing)
        return self.field.generation

    def is_laid_out(self, zoom: float) -> bool:
        """Whether no annotation that is seen at a zoom waits for its place."""
        return level_of(zoom) not in WITH_PLATES or self.field.is_laid_out

    def paint_parts(self, painter: QPainter, boxes: np.ndarray) -> None:
        """Paint parts of what a view shows, boxes `[n, 4]`, with the annotations that are laid out.

        All in one go, which takes less than one by one; a clip leaves out what lies between them.
        """
        zoom, rect = round(painter.worldTransform().m11(), 9), extent.around(boxes)
        painter.fillRect(rect, self.theme.color("canvas"))
        if zoom < OVERVIEW:
            self.plan.paint(painter, boxes)
            return
        if self.has_dots:
            paint_dots(painter, rect, self.theme, zoom)
        paint_flow(painter, self, boxes, zoom, left_out=self.hand.nodes)
        self.nodes.paint(painter, boxes, zoom)

    def plates(self, rect: QRectF, zoom: float) -> list[Plate]:
        """The annotations of a region; kept until something changes or one scrolls out of it."""
        self.field.look(rect, zoom)
        return self.field.all
