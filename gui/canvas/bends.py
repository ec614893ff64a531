"""Bends of edges: points that a wire runs through, added, dragged and taken away."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from graph import PortRef
from graph import edits as e
from graph.naming import output_name, port_name
from graph.records import Place
from gui.canvas import geometry as geo
from gui.canvas.gestures import Gesture
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

REACH = 8  # pixels from a bend at which it is still held
SMALL, LARGE = 3, 5  # radius: of a bend that only shows where it is, and of one to be held


@dataclass(frozen=True, slots=True)
class Bend:
    """One bend: its edge, by the port where that ends, and its number from the source."""

    target: PortRef
    number: int


class Bends(QObject):
    """The bends of a canvas. `current` is the one that keys act on; `told` says what was done."""

    told = Signal(str)

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._document = view, view.document
        self.current: Bend | None = None
        view.overlays.append(self.paint)
        self._document.selection_changed.connect(self._leave)
        self._document.edited.connect(self._prune)
        self._document.replaced.connect(self._prune)

    # --- what rows of the table of actions call -------------------------------------------

    def add(self) -> None:
        """Put a bend in the middle of the selected edge's longest piece."""
        target = self._document.selection.edge
        if target is None or target not in self._view.canvas.wires:
            return
        line = self._view.canvas.wires.line(target)
        route = self._route(target)
        stops = [tuple(line[0]), *route, tuple(line[-1])]
        gaps = [math.dist(a, b) for a, b in itertools.pairwise(stops)]
        widest = gaps.index(max(gaps))
        if route:
            (ax, ay), (bx, by) = stops[widest], stops[widest + 1]
            place = ((ax + bx) / 2, (ay + by) / 2)
        else:
            place, _ = geo.point_on_wire(line, 0.5)
        self._put(target, widest, place)

    def add_at(self, point: QPointF) -> None:
        """Put a bend at a point of the edge that lies there, or of the selected one."""
        target = self._view.edge_at(point) or self._document.selection.edge
        if target is None or target not in self._view.canvas.wires:
            return
        place = (point.x(), point.y())
        line = self._view.canvas.wires.line(target)
        stops = [tuple(line[0]), *self._route(target), tuple(line[-1])]
        pieces = list(itertools.pairwise(stops))
        around = [math.dist(a, place) + math.dist(place, b) - math.dist(a, b) for a, b in pieces]
        self._put(target, around.index(min(around)), place)

    def straighten(self) -> None:
        """Take all bends of the selected edge away."""
        target = self._document.selection.edge
        if target is not None and self._route(target):
            self._set(target, (), tr("Straighten the edge"))

    # --- for gestures and keys ------------------------------------------------------------

    def at(self, point: QPointF) -> Bend | None:
        """The bend within reach of a point, of the selected edge before others."""
        reach, best, found = REACH / self._view.zoom, math.inf, None
        chosen = self._document.selection.edge
        for target, route in self._view.canvas.wires.routes.items():
            for number, place in enumerate(route):
                away = math.dist(place, (point.x(), point.y()))
                if away <= reach and away - (target == chosen) * reach < best:
                    best, found = away - (target == chosen) * reach, Bend(target, number)
        return found

    def hold(self, bend: Bend | None) -> None:
        """Be at a bend; its edge is selected."""
        if bend is not None:
            self._document.selection.set_edge(bend.target)
        self.current = bend
        self._view.viewport().update()

    def remove(self) -> bool:
        """Take the bend away that the keys are on; False where they are on none."""
        bend = self.current
        if bend is None:
            return False
        route = self._route(bend.target)
        kept = route[: bend.number] + route[bend.number + 1 :]
        self._set(bend.target, kept, tr("Remove the bend"))
        return True

    def remove_at(self, point: QPointF) -> bool:
        """A double click: take the bend away that lies there; False where none does."""
        bend = self.at(point)
        if bend is None:
            return False
        self.hold(bend)
        return self.remove()

    def nudge(self, dx: float, dy: float) -> bool:
        """Move the bend that the keys are on; presses in a row are one entry."""
        bend = self.current
        if bend is None:
            return False
        x, y = self._route(bend.target)[bend.number]
        self.move(bend, (x + dx, y + dy), merge=("bend", bend))
        return True

    def move(self, bend: Bend, place: Place, merge: object = None) -> None:
        """Put a bend elsewhere."""
        route = moved_bend(self._route(bend.target), bend.number, place)
        self._set(bend.target, route, tr("Move the bend"), merge)
        self.hold(bend)

    def paint(self, painter: QPainter) -> None:
        """Small dots; of the selected edge rings that can be held."""
        scene, zoom = self._view.canvas, self._view.zoom
        chosen = scene.selected_edge
        for target, route in scene.wires.routes.items():
            is_chosen = target == chosen
            radius = (LARGE if is_chosen else SMALL) / max(zoom, 0.5)
            painter.setBrush(scene.theme.color("node" if is_chosen else "line"))
            for number, place in enumerate(route):
                is_current = self.current == Bend(target, number)
                width = (2 + is_current) if is_chosen else 1
                painter.setPen(
                    QPen(scene.theme.color("text" if is_chosen else "line"), width / zoom)
                )
                painter.drawEllipse(QPointF(*place), radius, radius)

    # --- inside ---------------------------------------------------------------------------

    def _put(self, target: PortRef, number: int, place: Place) -> None:
        if self._document.place:
            self._document.refuse(tr("Edges inside a composite have no bends: no file keeps them."))
            return
        route = self._route(target)
        place = self._view.canvas.snapped(*place)
        text = tr("Bend the edge")
        if self._set(target, (*route[:number], place, *route[number:]), text):
            self.hold(Bend(target, number))
            graph = self._document.graph
            edge = graph.incoming(target)
            said = tr("A bend in the edge from {one} to {other}. Alt and arrows move it.")
            one = output_name(graph, edge.source)
            self.told.emit(said.format(one=one, other=port_name(graph, target)))

    def _set(
        self, target: PortRef, route: tuple[Place, ...], text: str, merge: object = None
    ) -> bool:
        return self._document.do(e.SetRoute(target, route), text, merge)

    def _route(self, target: PortRef) -> tuple[Place, ...]:
        edge = self._document.graph.incoming(target)
        return edge.route if edge is not None else ()

    def _leave(self) -> None:
        if self.current is not None and self._document.selection.edge != self.current.target:
            self.current = None

    def _prune(self) -> None:
        bend = self.current
        if bend is not None and bend.number >= len(self._route_or_none(bend.target)):
            self.current = None

    def _route_or_none(self, target: PortRef) -> tuple[Place, ...]:
        return self._route(target) if target.node in self._document.graph else ()


class MoveBend(Gesture):
    """Dragging a bend moves it, snapped to the grid; Alt lets it stand anywhere."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, view: CanvasView, bend: Bend) -> None:
        super().__init__(view)
        self._bend = bend
        view.bends.hold(bend)

    def move(self, point: QPointF, pixel: QPoint) -> None:
        edge = self.document.graph.incoming(self._bend.target)
        route = moved_bend(edge.route, self._bend.number, self._place(point))
        self.scene.building.show_routes({self._bend.target: route})

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        self.cancel()
        self.view.bends.move(self._bend, self._place(point))

    def cancel(self) -> None:
        self.scene.building.show_routes({})

    def _place(self, point: QPointF) -> Place:
        if self.modifiers & Qt.KeyboardModifier.AltModifier:
            return (float(round(point.x())), float(round(point.y())))
        return self.scene.snapped(point.x(), point.y())


def moved_bend(route: tuple[Place, ...], number: int, place: Place) -> tuple[Place, ...]:
    """A route with one bend elsewhere."""
    return (*route[:number], place, *route[number + 1 :])
