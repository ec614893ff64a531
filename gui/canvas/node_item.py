"""What the canvas holds of each node: where it is, and how large; it is painted with all others."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.canvas import geometry as geo
from gui.canvas.badges import paint_pin_badges
from gui.canvas.levels import DIMMED, PORTS_FROM
from gui.canvas.node_paint import paint_wiring
from gui.canvas.overlay_paint import paint_gutter, paint_node_mark

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene


class NodeItem:
    """A node on the canvas; ports, pins and texts are painted inside it.

    `rank` is its place among all nodes of the document: later ones lie above. It is none of Qt's
    items: those take 1.6 kB each, and the canvas finds and paints nodes by itself.
    """

    __slots__ = ("_bounds", "at", "id", "outline", "rank")

    def __init__(self, id_: str, rank: int, shape: geo.NodeShape, at: geo.Point) -> None:
        self.id, self.rank, self.at = id_, rank, at
        self.take_shape(shape)

    def put(self, at: geo.Point) -> None:
        """Move it, so that its upper left corner is there."""
        self.at = at

    def take_shape(self, shape: geo.NodeShape) -> None:
        """Take another shape, as after a change of attributes."""
        self.outline = shape
        self._bounds = _bounds(shape)

    def pos(self) -> QPointF:
        """Its upper left corner, in canvas units."""
        return QPointF(*self.at)

    def x(self) -> float:
        """Its left side."""
        return self.at[0]

    def y(self) -> float:
        """Its top."""
        return self.at[1]

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
        """The node with everything that may be painted around it, seen from its corner."""
        return self._bounds

    def holds(self, point: QPointF) -> bool:
        """Whether its body holds a point of the canvas."""
        x, y = point.x() - self.at[0], point.y() - self.at[1]
        return 0 <= x <= self.outline.width and 0 <= y <= self.outline.height

    def paint_at(self, painter: QPainter, scene: CanvasScene, zoom: float) -> None:
        """Paint it with all that is laid over it, the painter standing at its corner."""
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
