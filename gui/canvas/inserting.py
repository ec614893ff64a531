"""A node dropped on an edge stands in it from then on; the edge shows it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from graph import Edge, Module, PortRef
from graph import edits as e
from graph.fitting import ports_inside
from gui.canvas import geometry as geo
from gui.canvas.making_room import room_for
from gui.canvas.placing import Box
from gui.canvas.wire_paint import paint_loose_wire

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

POINTER = 10  # pixels from the pointer at which an edge is met
BODY = 24  # canvas units from the node's middle


class Insertion:
    """Looks for the edge under a node that moves over the canvas, and shows how it would stand."""

    def __init__(self, scene: CanvasScene, module: Module, shape: geo.NodeShape) -> None:
        self._scene, self._module, self._shape = scene, module, shape
        self._known: dict[PortRef, tuple[str, str] | None] = {}
        self._at = (0.0, 0.0)
        self.edge: Edge | None = None

    def look(self, at: geo.Point, pointer: QPointF, zoom: float, is_held_off: bool) -> None:
        """The node's corner is at `at`: find the edge that takes it, unless that is held off."""
        self._at = at
        target = None if is_held_off else self._under(pointer, zoom)
        fits = target is not None and self._ports(target) is not None
        self.edge = self._scene.document.graph.incoming(target) if target and fits else None
        self._scene.mending.hide_wire(self.edge.target if self.edge is not None else None)

    def leave(self) -> None:
        """Show the edge as it is."""
        self.edge = None
        self._scene.mending.hide_wire(None)

    def edits(self, id_: str, edge: Edge) -> tuple[geo.Point, tuple[e.Edit, ...]]:
        """Where the node comes to stand, and the edits that put it into an edge that takes it."""
        ports = self._ports(edge.target)
        assert ports is not None
        return inserting_edits(self._scene, id_, self._shape, self._at, edge, ports)

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Both halves of the edge, through the node."""
        if self.edge is None:
            return
        scene, ports = self._scene, self._ports(self.edge.target)
        start, end = scene.port_place(self.edge.source), scene.port_place(self.edge.target)
        if ports is None or start is None or end is None:
            return
        into, out = (self._place_of(name) for name in ports)
        paint_loose_wire(painter, start, into, scene.theme, zoom, True)
        upward = self.edge.target.port in scene.items_by_id[self.edge.target.node].outline.pins
        paint_loose_wire(painter, out, end, scene.theme, zoom, True, upward)

    def _place_of(self, port: str) -> geo.Point:
        x, y = self._shape.port(port) or (0.0, 0.0)
        return (self._at[0] + x, self._at[1] + y)

    def _under(self, pointer: QPointF, zoom: float) -> PortRef | None:
        wires = self._scene.wires
        x, y = self._at[0] + self._shape.width / 2, self._at[1] + self._shape.height / 2
        found = wires.hit(pointer.x(), pointer.y(), POINTER / zoom)
        return found if found is not None else wires.hit(x, y, BODY)

    def _ports(self, target: PortRef) -> tuple[str, str] | None:
        """By which ports the node would stand in the edge that ends there; asked once."""
        if target not in self._known:
            graph = self._scene.document.graph
            edge = graph.incoming(target)
            can = edge is not None and not edge.delay
            self._known[target] = ports_inside(graph, self._module, edge) if can else None
        return self._known[target]


def inserting_edits(
    scene: CanvasScene,
    id_: str,
    shape: geo.NodeShape,
    at: geo.Point,
    edge: Edge,
    ports: tuple[str, str],
) -> tuple[geo.Point, tuple[e.Edit, ...]]:
    """Where a node comes to stand in an edge, and the edits that wire it and make room."""
    graph = scene.document.graph

    def box_of(name: str) -> Box | None:
        item = scene.items_by_id.get(name)
        return None if item is None else item.box()

    box = (at[0], at[1], at[0] + shape.width, at[1] + shape.height)
    own, pushed = room_for(graph, box_of, box, edge)
    takes, gives = ports
    edits: list[e.Edit] = [
        e.Disconnect(edge.target),
        e.Connect(Edge(edge.source, PortRef(id_, takes))),
        e.Connect(Edge(PortRef(id_, gives), edge.target, edge.extra)),
    ]
    if pushed:
        corners = {name: graph.nodes[name].at or (0.0, 0.0) for name in pushed}
        edits.append(e.Move({name: (x + pushed[name], y) for name, (x, y) in corners.items()}))
    return (at[0] + own, at[1]), tuple(edits)
