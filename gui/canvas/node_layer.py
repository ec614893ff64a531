"""All nodes that meet a rectangle, painted in one go: no item is asked, pictures are copied.

Qt would ask each item to paint itself, which takes longer than copying what it looks like.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QTransform

from gui.canvas import geometry as geo
from gui.canvas.node_pictures import pixels_of

if TYPE_CHECKING:
    from gui.canvas.node_item import NodeItem
    from gui.canvas.scene import CanvasScene

RIM = 24.0  # canvas units around a node's box that badges, words and rings may take


class NodeLayer:
    """Paints the nodes of one scene."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene

    def height(self, item: NodeItem) -> tuple[bool, int]:
        """Which node lies above another: it is painted later, and found first under the pointer."""
        return self._scene.unfolding.has(item.id), item.rank

    def paint(self, painter: QPainter, parts: np.ndarray, zoom: float) -> None:
        """Paint the nodes that meet boxes `[n, 4]` of the canvas, but for those in the hand."""
        boxes, held = self._scene.boxes, self._scene.hand.nodes
        rows = geo.meeting_some(boxes.array, geo.widened(parts, RIM))
        is_whole = geo.within_some(geo.widened(boxes.array[rows], RIM), parts)
        ids = [boxes.ids[row] for row in rows.tolist()]
        cut = {id_ for id_, whole in zip(ids, is_whole.tolist(), strict=True) if not whole}
        self.paint_nodes(painter, [id_ for id_ in ids if id_ not in held], zoom, cut)

    def paint_nodes(
        self,
        painter: QPainter,
        ids: Collection[str],
        zoom: float,
        cut: Collection[str] = (),
    ) -> None:
        """Paint some nodes, each above those of lower `height`; those that are `cut` come again."""
        scene, waiting = self._scene, self._scene.building.items.waiting
        if waiting:
            self._paint_boxes(painter, [id_ for id_ in ids if id_ in waiting], zoom)
            ids = [id_ for id_ in ids if id_ not in waiting]
        items = sorted(map(scene.items_by_id.__getitem__, ids), key=self.height)
        pixels = pixels_of(painter, zoom)
        is_plain = not (scene.overlays or scene.may_dim or scene.wiring is not None)
        if pixels is None or not is_plain:
            self._paint_each(painter, items, zoom)
            return
        painter.save()
        painter.setWorldTransform(QTransform())
        looks, pictures, unfolding = scene.looks, scene.pictures, scene.unfolding
        for item in items:
            look, at = looks.of(item.id, zoom), item.pos()
            comes_again = item.id in cut
            pictures.copy(painter, pixels, at, item.id, look, item.boundingRect(), comes_again)
            if unfolding.has(item.id):
                painter.setWorldTransform(pixels.world_at(at))
                unfolding.paint(painter, item.id, zoom)
                painter.setWorldTransform(QTransform())
        painter.restore()

    def _paint_each(self, painter: QPainter, items: Iterable[NodeItem], zoom: float) -> None:
        """One by one, with all that is laid over each."""
        for item in items:
            painter.save()
            painter.translate(item.pos())
            item.paint_at(painter, self._scene, zoom)
            painter.restore()

    def _paint_boxes(self, painter: QPainter, ids: Iterable[str], zoom: float) -> None:
        """Boxes for nodes that are still to come."""
        theme, boxes = self._scene.theme, self._scene.boxes
        corners = boxes.array[boxes.rows(ids)].tolist()
        painter.setPen(QPen(theme.color("line"), max(1.0, 1 / zoom)))
        painter.setBrush(theme.color("node"))
        painter.drawRects([QRectF(QPointF(*box[:2]), QPointF(*box[2:])) for box in corners])
