"""Nodes in the hand: while they are dragged they are painted above a picture of all the rest.

So a move of the mouse costs what lies in the hand, with its wires and annotations, and what those
run across; everything else is copied.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QRegion, QTransform

from gui.canvas import geometry as geo
from gui.canvas.levels import level_of
from gui.canvas.node_layer import RIM
from gui.canvas.sheet import RIM as PIXELS

if TYPE_CHECKING:
    from graph import PortRef
    from gui.canvas.bend_moves import Routes
    from gui.canvas.placing import Box
    from gui.canvas.scene import CanvasScene

MANY = 120  # boxes; more are painted with all the rest


class Hand:
    """The nodes of one scene that are in the hand: `nodes`, none mostly."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.nodes: frozenset[str] = frozenset()

    def take(self, ids: Collection[str]) -> None:
        """These nodes are dragged from now on."""
        self.nodes = frozenset(ids)
        self._paint_rest()

    def let_go(self) -> None:
        """Nothing is in the hand any more."""
        if self.nodes:
            self._paint_rest()
            self.nodes = frozenset()

    def place(self, places: Mapping[str, geo.Point], routes: Routes) -> None:
        """Draw what is in the hand elsewhere, and the edges in it through other points."""
        scene, before = self._scene, self._boxes()
        scene.building.show_routes(routes)
        for id_, at in places.items():
            scene.place_node(id_, at)
        for view in scene.views():
            scene.look(view.mapToScene(view.viewport().rect()).boundingRect(), view.zoom)
            boxes = [*before, *self._boxes(), *scene.field.changed]
            region = self._region(view.viewportTransform(), boxes)
            view.viewport().update(*([] if region is None else [region]))

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Paint what is in the hand, and where it is what stands above it."""
        if not self._there:
            return
        scene, wires, world = self._scene, self._scene.wires, painter.worldTransform()
        boxes = self._boxes()
        region = self._region(world, boxes)
        painter.save()
        if region is not None:
            painter.setWorldTransform(QTransform())
            painter.setClipRegion(region)
            painter.setWorldTransform(world)
        shows_plates = level_of(zoom) in ("working", "close")
        bounds = scene.field.bounds if shows_plates else np.empty((0, 4))
        rows = [row for row in wires.rows(self._targets) if wires.targets[row] != scene.hidden_wire]
        scene.paint_wires(painter, rows, scene, zoom, bounds)
        met = [scene.field.all[row] for row in geo.meeting_some(bounds, np.array(boxes)).tolist()]
        scene.plate_pictures.paint(painter, met, 1 / zoom)
        around = np.array(boxes) + np.array([-RIM, -RIM, RIM, RIM])
        rows = geo.meeting_some(scene.boxes.array, around).tolist()
        nodes = [scene.boxes.ids[row] for row in rows]
        scene.nodes.paint_nodes(painter, nodes, zoom)
        painter.restore()

    # --- inside ----------------------------------------------------------------------------

    @property
    def _there(self) -> list[str]:
        """The nodes that an edit meanwhile has not taken away."""
        return [id_ for id_ in self.nodes if id_ in self._scene.items_by_id]

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

    def _boxes(self) -> list[Box]:
        """What is painted of all that is in the hand."""
        scene = self._scene
        nodes = (geo.grown(scene.items_by_id[id_].box(), RIM) for id_ in self._there)
        plates = (plate.bounds for plate in scene.field.at_nodes(self._there))
        return [*nodes, *plates, *scene.wires.pieces(self._targets)]

    def _region(self, world: QTransform, boxes: Collection[Box]) -> QRegion | None:
        """The pixels of boxes of the canvas; None: there may be more, or it is not worth while."""
        if len(boxes) > MANY or self._scene.overlays:
            return None
        region, origin = QRegion(), np.array([world.dx(), world.dy()])
        corners = np.array(boxes).reshape(-1, 2, 2) * world.m11() + origin
        first, last = np.floor(corners[:, 0]) - PIXELS, np.ceil(corners[:, 1]) + PIXELS
        for area in np.concatenate((first, last - first), axis=1).astype(int).tolist():
            region += QRect(*area)
        return region
