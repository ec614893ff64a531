"""What is in the hand: nodes and frames are painted above a picture of all the rest meanwhile.

So a move of the mouse costs what lies in the hand, with its wires and annotations, and what those
run across; everything else is copied. The annotations of a few nodes find other places as they
move. Many nodes keep their picture, annotations and all, till they are let go.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QRegion, QTransform
from PySide6.QtWidgets import QWidget

from gui.canvas import geometry as geo
from gui.canvas.bend_moves import Routes, routes_between, shifted
from gui.canvas.carried import Carried, wires_in
from gui.canvas.frame_paint import paint_frames
from gui.canvas.levels import WITH_PLATES, level_of
from gui.canvas.node_layer import RIM
from gui.canvas.sheet import RIM as PIXELS
from gui.canvas.sheet import Sight

if TYPE_CHECKING:
    from graph import PortRef
    from gui.canvas.placing import Box
    from gui.canvas.scene import CanvasScene

FEW = 4  # nodes whose annotations are laid out anew with every move
MANY = 120  # boxes; more are painted with all the rest


class Hand:
    """What of one scene is in the hand: `nodes` and `frames`, none mostly."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._places: Mapping[str, geo.Point] = {}
        self._routes: Routes = {}
        self._carried: Carried | None = None
        self.nodes: frozenset[str] = frozenset()
        self.frames: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.frames)

    def take(self, places: Mapping[str, geo.Point], frames: Collection[int] = ()) -> None:
        """Nodes are dragged from these places on, and frames by their numbers."""
        scene = self._scene
        scene.place_nodes({id_: at for id_, at in places.items() if not scene.hides(id_)})
        self._places, self._routes = places, routes_between(scene.document.graph, places)
        self.nodes, self.frames = frozenset(places), frozenset(frames)
        self._paint_rest()
        if frames or len(places) > FEW:
            self._carried = Carried(scene, places, self._routes, frames)

    def let_go(self) -> None:
        """Nothing is in the hand any more; it is drawn where it is now, till the edit is done."""
        if not self:
            return
        scene, nodes, frames = self._scene, self.nodes, self.frames
        is_carried = self._carried is not None
        self._paint_rest()
        self.nodes, self.frames, self._carried = frozenset(), frozenset(), None
        scene.building.show_routes({})
        if is_carried:
            scene.frames.carry({})
            scene.picture.spoil(map(scene.frames.drawn_box, frames & set(scene.frames.drawn())))
            scene.field.note_moves(id_ for id_ in nodes if id_ in scene.items_by_id)
            if scene.mending.surroundings():
                scene.field.revise()

    def put_back(self) -> None:
        """Let go without an edit: what is said at the nodes stands where it stood."""
        if self._carried is not None:
            dx, dy = self._carried.by
            self._scene.field.carry(self.nodes, -dx, -dy)
        self.let_go()

    def move(self, dx: float, dy: float) -> None:
        """Draw what is in the hand so far from where it was taken."""
        scene = self._scene
        if self._carried is not None:
            self._carried.move(dx, dy)
            scene.show()
            return
        before = self._boxes()
        scene.building.show_routes(shifted(self._routes, dx, dy))
        scene.place_nodes({id_: (x + dx, y + dy) for id_, (x, y) in self._places.items()})
        for view in scene.views():
            scene.look(view.mapToScene(view.viewport().rect()).boundingRect(), view.zoom)
            changed = np.array(scene.field.changed).reshape(-1, 4)
            boxes = np.concatenate((before, self._boxes(), changed))
            region = self._region(view.viewportTransform(), boxes)
            view.viewport().update(*([] if region is None else [region]))

    def touch(self) -> None:
        """What is in the hand may look otherwise now."""
        if self._carried is not None:
            self._carried.touch()

    def spoil(self, boxes: Collection[Box]) -> None:
        """What is in the hand looks otherwise in these boxes."""
        if self._carried is not None:
            self._carried.spoil(boxes)

    def paint(self, painter: QPainter, viewport: QWidget, zoom: float) -> None:
        """Paint what is in the hand, and where it is what stands above it."""
        if not self:
            return
        scene, world = self._scene, painter.worldTransform()
        sight = Sight(world, viewport.size(), viewport.devicePixelRatioF(), zoom, scene.sizes)
        targets = self._targets if self._carried is None else self._carried.outer
        rows = wires_in(scene, np.array([sight.rect.getCoords()]), targets)
        if self._carried is None:
            boxes = self._boxes()
        else:
            boxes = scene.wires.pieces([scene.wires.targets[row] for row in rows])
        boxes = boxes[geo.meeting(boxes, sight.rect.getCoords())]
        frames = [number for number in scene.frames.drawn() if number in self.frames]
        paint_frames(painter, sight.rect, scene, zoom, frames, folded=False)
        painter.save()
        self._paint_live(painter, rows, boxes, zoom)
        painter.restore()
        paint_frames(painter, sight.rect, scene, zoom, frames, folded=True)
        if self._carried is not None:
            self._carried.paint(painter, sight)

    # --- inside ----------------------------------------------------------------------------

    def _paint_live(
        self, painter: QPainter, rows: list[int], boxes: np.ndarray, zoom: float
    ) -> None:
        """Paint wires that are in the hand, and what stands above the boxes that they take."""
        scene, world = self._scene, painter.worldTransform()
        if not len(boxes):
            return
        region = self._region(world, boxes)
        if region is not None:
            painter.setWorldTransform(QTransform())
            painter.setClipRegion(region)
            painter.setWorldTransform(world)
        shows_plates = level_of(zoom) in WITH_PLATES
        bounds = scene.field.bounds if shows_plates else np.empty((0, 4))
        scene.paint_wires(painter, rows, scene, zoom, bounds)
        rows = geo.meeting_some(bounds, boxes).tolist()
        plates = [scene.field.all[row] for row in rows]
        rows = geo.meeting_some(scene.boxes.array, geo.widened(boxes, RIM)).tolist()
        nodes = [scene.boxes.ids[row] for row in rows]
        if self._carried is not None:  # which paints its own
            plates = [plate for plate in plates if plate.port.node not in self.nodes]
            nodes = [id_ for id_ in nodes if id_ not in self.nodes]
        scene.plate_pictures.paint(painter, plates, 1 / zoom)
        scene.nodes.paint_nodes(painter, nodes, zoom)

    @property
    def _targets(self) -> set[PortRef]:
        return self._scene.wires.joining(self.nodes)

    def _paint_rest(self) -> None:
        """What was painted with the rest is no more, or is again."""
        scene = self._scene
        scene.picture.spoil(self._boxes())
        if scene.overlays:  # badges stand where there is room
            scene.badge_places.clear()
            scene.update()
        scene.show()

    def _boxes(self) -> np.ndarray:
        """What is painted of all that is in the hand `[n, 4]`."""
        scene = self._scene
        drawn = self.frames.intersection(scene.frames.drawn())
        plates = (plate.bounds for plate in scene.field.at_nodes(self.nodes))
        some = np.array([*map(scene.frames.drawn_box, drawn), *plates]).reshape(-1, 4)
        nodes = scene.boxes.array[np.array(scene.boxes.rows(self.nodes), int)]
        pieces = scene.wires.pieces(self._targets)
        return np.concatenate((geo.widened(nodes, RIM), some, pieces))

    def _region(self, world: QTransform, boxes: np.ndarray) -> QRegion | None:
        """The pixels of boxes of the canvas; None: there may be more, or it is not worth while."""
        if len(boxes) > MANY or self._scene.overlays:
            return None
        region, origin = QRegion(), np.array([world.dx(), world.dy()])
        corners = boxes.reshape(-1, 2, 2) * world.m11() + origin
        first, last = np.floor(corners[:, 0]) - PIXELS, np.ceil(corners[:, 1]) + PIXELS
        for area in np.concatenate((first, last - first), axis=1).astype(int).tolist():
            region += QRect(*area)
        return region
