"""Composites unfolded in place: their inside is drawn within them, live, to be read and not edited.

This is a state of the view: neither the file nor the history knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from graph import GradwireError, PortRef
from graph.places import definition_at, inside
from gui.canvas import geometry as geo
from gui.canvas.levels import FAR, title_pixels
from gui.canvas.looks import Face, Mood, face_of, module_text, shape_text
from gui.canvas.node_paint import fitted, paint_node
from gui.canvas.notes import gradient_forms, value_forms
from gui.canvas.polygons import polygon
from gui.canvas.tangent_rails import DOTS
from gui.consequences import renames
from gui.places import SeenTrace, seen_check
from gui.shown import Shown

if TYPE_CHECKING:
    from graph import Check, Edge, Graph
    from graph.definition import Interface
    from graph.edits import Edit
    from gui.canvas.scene import CanvasScene
    from gui.document import Document

SIDE, HEAD, FOOT = 40.0, 76.0, 24.0  # around the inside, in canvas units
MOST = 60  # inner nodes up to which an inside is drawn


@dataclass(frozen=True)
class Inside:
    """What is drawn within a composite, from its own corner on."""

    graph: Graph
    address: str
    interface: Interface
    faces: dict[str, Face]
    corners: dict[str, geo.Point]
    width: float
    height: float

    def port(self, ref: PortRef) -> geo.Point | None:
        """Where a port of an inner node is, from the composite's corner on."""
        face = self.faces.get(ref.node)
        place = face.shape.port(ref.port) if face is not None else None
        corner = self.corners.get(ref.node)
        if place is None or corner is None:
            return None
        return corner[0] + place[0], corner[1] + place[1]

    def level_with(
        self, ports: Mapping[str, geo.Point], inner: Mapping[str, PortRef], x: float
    ) -> dict[str, geo.Point]:
        """The composite's ports at a side, each as high as the inner port that it stands for."""
        places, least = {}, HEAD
        for name in ports:
            at = self.port(inner[name]) if name in inner else None
            least = max(at[1] if at is not None else least, least)
            places[name] = (x, least)
            least += geo.PITCH
        return places


class Unfolding(QObject):
    """Which composites are unfolded. `changed` gives the nodes that have another shape now."""

    changed = Signal(object)
    phases = ("forward", "tangent", "reverse", "update")  # whose numbers are drawn inside

    def __init__(self, document: Document, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._document, self._scene = document, scene
        self._ids: set[str] = set()
        self._known: dict[str, tuple[int, Inside | None]] = {}
        document.replaced.connect(self._start_anew)
        document.edited.connect(self._follow)

    def has(self, id_: str) -> bool:
        """Whether a node is unfolded."""
        return id_ in self._ids

    def toggle(self) -> None:
        """Show the inside of the selected composite in its place, or close it again."""
        id_ = self._document.selection.node
        if id_ is None:
            return
        if id_ in self._ids:
            self._ids.discard(id_)
        elif self._inside(id_) is not None:
            self._ids.add(id_)
        else:
            text = self.tr("{0} holds more than {1} nodes. Open it instead.")
            self._document.refuse(text.format(id_, MOST))
            return
        self.changed.emit(frozenset({id_}))

    def grown(self, id_: str, face: Face) -> Face:
        """A node's face, as large as its inside while it is unfolded."""
        found = self._inside(id_) if id_ in self._ids else None
        if found is None:
            return face
        shape = face.shape
        width, height = max(shape.width, found.width), max(shape.height, found.height)
        begins = {x.name: x.to[0] for x in found.interface.inputs if x.to}
        ends = {x.name: x.source for x in found.interface.outputs}
        inputs = found.level_with(shape.inputs, begins, 0.0)
        outputs = found.level_with(shape.outputs, ends, width)
        grown = replace(shape, width=width, height=height, inputs=inputs, outputs=outputs)
        return replace(face, shape=grown)

    def paint(self, painter: QPainter, id_: str, zoom: float) -> None:
        """Draw the inside of a node, if it is unfolded."""
        found = self._inside(id_) if id_ in self._ids else None
        if found is None:
            return
        document = self._document
        seen = None
        if document.whole_trace is not None:
            time = document.playhead.t
            seen = SeenTrace(document.whole_trace, found.address, (), time)
        guard = document.playhead.limit is not None
        shown = Shown(seen, *document.playhead.whole, None, is_guarded=guard)
        check = seen_check(document.whole_check, found.address, found.graph)
        painter.save()
        painter.setPen(QPen(self._scene.theme.color("grid"), 1))
        painter.setBrush(self._scene.theme.color("canvas"))
        room = QRectF(8, HEAD - 12, found.width - 16, found.height - HEAD + 12 - FOOT)
        painter.drawRoundedRect(room, geo.CORNER, geo.CORNER)
        if zoom < FAR:  # from afar the title stands in the middle, where the inside is now
            self._write_title(painter, found, id_, zoom)
        self._paint_border(painter, found, id_)
        for edge in found.graph.edges:
            self._paint_edge(painter, found, edge, shown, zoom)
        for inner in found.graph.nodes:
            self._paint_node(painter, found, inner, shown, check, zoom)
        painter.restore()

    # --- inside ---------------------------------------------------------------------------

    def _write_title(self, painter: QPainter, found: Inside, id_: str, zoom: float) -> None:
        theme = self._scene.theme
        room = QRectF(16, 0, found.width - 32, HEAD - 12)
        font, title = fitted(
            self._scene.face(id_).title, theme, title_pixels(zoom), 600, room.width()
        )
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_border(self, painter: QPainter, found: Inside, id_: str) -> None:
        """Lines from the composite's own ports to the inner ports that they stand for."""
        shape, theme = self._scene.face(id_).shape, self._scene.theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("line"), 1, Qt.PenStyle.DashLine))
        ends = [
            (shape.port(inlet.name), found.port(ref))
            for inlet in found.interface.inputs
            for ref in inlet.to
        ]
        ends += [(found.port(x.source), shape.port(x.name)) for x in found.interface.outputs]
        for start, end in ends:
            if start is not None and end is not None:
                painter.drawPolyline(polygon(geo.wire(start, end)))

    def _paint_node(
        self,
        painter: QPainter,
        found: Inside,
        id_: str,
        shown: Shown,
        check: Check | None,
        zoom: float,
    ) -> None:
        face, step = found.faces[id_], shown.step
        ring = step.phase if step is not None and step.node == id_ else ""
        ring = ring if ring in self.phases else ""
        if "forward" in self.phases:
            muted = bool(shown.position) and shown.is_ahead(id_)
        else:
            outputs = (PortRef(id_, name) for name in face.shape.outputs)
            muted = not any(shown.port_gradient(port).is_value for port in outputs)
        mood = Mood(muted=muted, was_muted=muted, ring=ring, progress=shown.progress(id_))
        wide = face.shape.outline in geo.WIDE
        texts = (
            module_text(found.graph, id_, check),
            shape_text(found.graph, id_, check, shown, wide),
        )
        painter.save()
        painter.translate(*found.corners[id_])
        theme, scale = self._scene.theme, self._scene.sizes.text
        paint_node(painter, face, texts if zoom >= FAR else ("", ""), mood, theme, zoom, scale)
        painter.restore()

    def _paint_edge(
        self, painter: QPainter, found: Inside, edge: Edge, shown: Shown, zoom: float
    ) -> None:
        start, end = found.port(edge.source), found.port(edge.target)
        if start is None or end is None:
            return
        theme = self._scene.theme
        upward = edge.target.port in found.faces[edge.target.node].shape.pins
        line = geo.wire(start, end, upward)
        value, gradient = shown.value(edge.source), shown.gradient(edge.target)
        tangent = shown.tangent_over(edge.target)
        rails = ((-6.0, "tangent", tangent), (-2.0, "forward", value), (2.0, "reverse", gradient))
        for offset, ink, reading in rails:
            if ink in self.phases and (reading.is_value or ink == self.phases[0]):
                pen = QPen(theme.color(ink if reading.is_value else "line"), 1.5)
                if ink == "tangent":
                    pen.setDashPattern(DOTS)
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(polygon(geo.rail(line, offset)))
        if zoom < FAR:
            return
        values = value_forms(value, "", close=False)
        gradients = gradient_forms(gradient, edge.target.port, "", close=False)
        (x, y), _ = geo.point_on_wire(line, 0.5)
        if values and "forward" in self.phases:
            self._write(painter, (x, y - 12 / zoom), values[-1], "forward", zoom)
        if gradients:
            self._write(painter, (x, y + 12 / zoom), gradients[-1], "reverse", zoom)

    def _write(self, painter: QPainter, at: geo.Point, text: str, ink: str, zoom: float) -> None:
        """A number of constant size on screen, around a point."""
        theme = self._scene.theme
        painter.save()
        painter.translate(QPointF(*at))
        painter.scale(1 / zoom, 1 / zoom)
        painter.setFont(theme.drawn_font(self._scene.sizes.text_pixels(zoom), 600))
        painter.setPen(theme.color(ink))
        painter.drawText(QRectF(-80, -10, 160, 20), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _inside(self, id_: str) -> Inside | None:
        """What is inside a node, as the document is now; None where it is none, or too large."""
        revision = self._document.root.revision
        known = self._known.get(id_)
        if known is None or known[0] != revision:
            known = self._known[id_] = revision, self._made(id_)
        return known[1]

    def _made(self, id_: str) -> Inside | None:
        place = self._document.place
        address = f"{place}/{id_}" if place else id_
        try:
            graph = inside(self._document.root, address)
        except GradwireError:
            return None
        if not graph.nodes or len(graph.nodes) > MOST:
            return None
        faces = {inner: face_of(graph, inner) for inner in graph.nodes}
        at = np.array([node.at or (0.0, 0.0) for node in graph.nodes.values()])
        sizes = np.array([(faces[x].shape.width, faces[x].shape.bottom) for x in graph.nodes])
        left, top = at.min(0)
        right, bottom = (at + sizes).max(0)
        corners = {
            inner: (float(x - left + SIDE), float(y - top + HEAD))
            for inner, (x, y) in zip(graph.nodes, at, strict=True)
        }
        width, height = right - left + 2 * SIDE, bottom - top + HEAD + FOOT
        interface = definition_at(self._document.root, address).interface
        return Inside(graph, address, interface, faces, corners, float(width), float(height))

    def _follow(self, edit: Edit) -> None:
        """After an edit: the inside may be another size, the node renamed, or gone."""
        graph = self._document.graph
        for renamed in renames(edit):
            if renamed.old in self._ids:
                self._ids ^= {renamed.old, renamed.new}
        gone = {id_ for id_ in self._ids if id_ not in graph or self._inside(id_) is None}
        self._ids -= gone
        if self._ids or gone:
            self.changed.emit(frozenset(self._ids | (gone & set(graph.nodes))))

    def _start_anew(self) -> None:
        self._ids.clear()
        self._known.clear()
