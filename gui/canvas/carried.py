"""Many things in the hand: they keep their picture, which moves along with the pointer.

Nodes, the edges between them and their annotations are painted once and copied to where they are.
Edges that lead out of the hand are other with every move and are painted with it, as frames are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QTransform

from gui.canvas import geometry as geo
from gui.canvas.bend_moves import Routes, shifted
from gui.canvas.extent import around
from gui.canvas.levels import WITH_PLATES, level_of
from gui.canvas.node_layer import RIM
from gui.canvas.placing import Box, moved
from gui.canvas.sheet import Sheet, Sight

if TYPE_CHECKING:
    from graph import PortRef
    from gui.canvas.scene import CanvasScene


class Carried:
    """Nodes and frames of one scene that move by the same way: `by`, since they were taken.

    `outer` are the wires that are not as they were: those to nodes outside, and those that run
    around all nodes.
    """

    def __init__(
        self,
        scene: CanvasScene,
        places: Mapping[str, geo.Point],
        routes: Routes,
        frames: Collection[int],
    ) -> None:
        self._scene, self._nodes, wires = scene, places.keys(), scene.wires
        self._places = {id_: at for id_, at in places.items() if not scene.hides(id_)}
        self._frames = {number: scene.frames.box(number) for number in frames}
        targets = wires.joining(places)
        between = {t for t in targets if t.node in places and wires.source_of(t).node in places}
        rows = wires.rows(between - wires.delays.keys())
        self._inner, self._lines = [wires.targets[row] for row in rows], wires.lines(rows)
        self.outer = targets.difference(self._inner)
        self._routes = {target: route for target, route in routes.items() if target in between}
        self._sheet: Sheet | None = None
        self.by = (0.0, 0.0)

    def move(self, dx: float, dy: float) -> None:
        """Be so far from where it was taken."""
        scene, items = self._scene, self._scene.items_by_id
        x, y = dx - self.by[0], dy - self.by[1]
        self.by = (dx, dy)
        places = {id_: (at[0] + dx, at[1] + dy) for id_, at in self._places.items()}
        for id_, at in places.items():
            items[id_].put(at)
        scene.boxes.put_all({id_: items[id_].box() for id_ in places})
        scene.wires.lead(self._inner, self._lines + self.by)
        scene.wires.routes.update(shifted(self._routes, dx, dy))
        scene.frames.carry({n: moved(box, dx, dy) for n, box in self._frames.items()})
        late = {t: route for t, route in self._routes.items() if t in self.outer}
        scene.building.show_routes(shifted(late, dx, dy))
        scene.building.put_wires(self.outer)
        scene.field.carry(self._nodes, x, y)
        scene.mending.surroundings()
        scene.placed.emit(places)

    def touch(self) -> None:
        """All of it may look otherwise now."""
        self._sheet = None

    def spoil(self, boxes: Iterable[Box]) -> None:
        """It looks otherwise in these boxes of the canvas."""
        if self._sheet is not None:
            self._sheet.spoil([moved(box, -self.by[0], -self.by[1]) for box in boxes])

    def paint(self, painter: QPainter, sight: Sight) -> None:
        """Paint it where it is: a copy, and what has come into sight."""
        own = sight._replace(world=QTransform.fromTranslate(*self.by) * sight.world)
        sheet, generation = self._sheet, self._scene.field.generation
        is_it = sheet is not None and sheet.generation == generation
        if not is_it or not sheet.sight.is_like(own) or sheet.sight.zoom != own.zoom:
            sheet = self._sheet = Sheet(own)
            sheet.generation = generation
            sheet.picture.fill(Qt.GlobalColor.transparent)
        sheet.move_to(own)
        sheet.paint(self, painter.renderHints())
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.drawPixmap(0, 0, sheet.picture)
        painter.restore()

    def paint_parts(self, painter: QPainter, boxes: np.ndarray) -> None:
        """Paint what of it was taken from boxes of the canvas `[n, 4]`."""
        scene, zoom = self._scene, round(painter.worldTransform().m11(), 9)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(around(boxes), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.translate(-self.by[0], -self.by[1])
        parts, shows_plates = boxes + np.array([*self.by, *self.by]), level_of(zoom) in WITH_PLATES
        plates = scene.field.within(parts) if shows_plates else []
        bounds = scene.field.bounds if shows_plates else np.empty((0, 4))
        scene.paint_wires(painter, wires_in(scene, parts, self._inner), scene, zoom, bounds)
        own = [plate for plate in plates if plate.port.node in self._nodes]
        scene.plate_pictures.paint(painter, own, 1 / zoom)
        near = geo.meeting_some(scene.boxes.array, geo.widened(parts, RIM)).tolist()
        ids = (scene.boxes.ids[row] for row in near)
        scene.nodes.paint_nodes(painter, [id_ for id_ in ids if id_ in self._nodes], zoom)


def wires_in(scene: CanvasScene, parts: np.ndarray, targets: Collection[PortRef]) -> list[int]:
    """The rows of some wires, but for the hidden one, of which boxes `[n, 4]` show something."""
    wires = scene.wires
    rows = {wires.row_of(target) for target in targets if target != scene.hidden_wire}
    return [row for row in wires.seen_in(parts).tolist() if row in rows]
