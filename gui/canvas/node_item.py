"""One item per node: where it is and how large, for the mouse; it is painted with all others."""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem

from gui.canvas import geometry as geo
from gui.canvas.badges import paint_pin_badges
from gui.canvas.levels import DIMMED, PORTS_FROM
from gui.canvas.node_paint import paint_wiring
from gui.canvas.overlay_paint import paint_gutter, paint_node_mark

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

_numbers = count()


class NodeItem(QGraphicsItem):
    """A node on the canvas; ports, pins and texts are painted inside it.

    `number` says in which order items were made.
    """

    def __init__(self, id_: str, shape: geo.NodeShape, at: geo.Point) -> None:
        super().__init__()
        self.id = id_
        self.number = next(_numbers)
        self.outline = shape
        self._bounds = _bounds(shape)
        self.put(at)

    def put(self, at: geo.Point) -> None:
        """Move it, so that its upper left corner is there."""
        self.at = at  # Qt knows it too, but takes longer to ask
        self.setPos(*at)

    def take_shape(self, shape: geo.NodeShape) -> None:
        """Take another shape, as after a change of attributes."""
        if shape is not self.outline:
            self.prepareGeometryChange()
            self.outline = shape
            self._bounds = _bounds(shape)
        self.update()

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the node's body and pins, in canvas units."""
        x, y = self.at
        pins = 2 * geo.PIN if self.outline.pins else 0
        return (x, y, x + self.outline.width, y + self.outline.height + pins)

    def port_place(self, name: str) -> geo.Point | None:
        """Where an edge meets the port, in canvas units."""
        place = self.outline.port(name)
        return None if place is None else (self.at[0] + place[0], self.at[1] + place[1])

    def boundingRect(self) -> QRectF:
        """The node with everything that may be painted around it."""
        return self._bounds

    def shape(self) -> QPainterPath:
        """Where the mouse meets the node: its body and its ports."""
        path = QPainterPath()
        path.addRect(0, 0, self.outline.width, self.outline.height)
        return path

    def paint_at(self, painter: QPainter, zoom: float) -> None:
        """Paint it with all that is laid over it, the painter standing at its corner."""
        scene: CanvasScene = self.scene()
        fits = scene.fits(self.id)
        if fits and not any(fits.values()):
            painter.setOpacity(0.5)
        elif scene.may_dim and scene.dims(self.id):
            painter.setOpacity(DIMMED)
        look = scene.looks.of(self.id, zoom)
        scene.pictures.paint(painter, self.id, look, self._bounds)
        if zoom >= PORTS_FROM:
            paint_gutter(painter, look.mood, scene.theme)
        scene.unfolding.paint(painter, self.id, zoom)
        paint_pin_badges(painter, scene, self, zoom)
        mark = scene.overlays.node(self.id)
        if mark is not None:
            if mark.dimmed:  # what says why a node stands back does not
                painter.setOpacity(1.0)
            paint_node_mark(painter, self.outline.width, mark, scene.theme, zoom)
        if fits:
            paint_wiring(painter, self.outline, fits, scene.theme)


def _bounds(shape: geo.NodeShape) -> QRectF:
    return _around(shape.width, shape.height + (2 * geo.PIN if shape.pins else 0))


@lru_cache(maxsize=1024)
def _around(width: float, height: float) -> QRectF:
    """A rectangle with a margin; nodes of a size share it."""
    margin = geo.RING + 2
    return QRectF(-margin, -margin, width + 2 * margin, height + 2 * margin)
