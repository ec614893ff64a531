"""A stroke across the canvas that cuts all edges it crosses, as one entry of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from graph import PortRef
from graph import edits as e
from gui.canvas.gestures import Gesture
from gui.canvas.polygons import polygon
from gui.canvas.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from gui.canvas.view import CanvasView


class CutStroke(Gesture):
    """Alt and drag, or Ctrl and the right button: what the stroke crosses is marked, then cut."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, point: QPointF) -> None:
        super().__init__(view)
        self._path = [point]
        self.crossed: dict[PortRef, None] = {}  # in the order in which it met them

    def move(self, point: QPointF, pixel: QPoint) -> None:
        last = self._path[-1]
        if point == last:
            return
        self._path.append(point)
        a, b = (last.x(), last.y()), (point.x(), point.y())
        self.crossed.update(dict.fromkeys(self.scene.wires.crossed_by(a, b)))
        self.view.viewport().update()

    def finish(self, point: QPointF, pixel: QPoint) -> None:
        self.move(point, pixel)
        cuts = tuple(e.Disconnect(target) for target in self.crossed)
        if cuts:
            text = tr("Cut the edge") if len(cuts) == 1 else tr("Cut {count} edges")
            self.document.do(e.Batch(cuts), text.format(count=len(cuts)))

    def paint(self, painter: QPainter, zoom: float) -> None:
        """The edges to be cut are struck through, numbers and all; above them the stroke."""
        theme, wires = self.scene.theme, self.scene.wires
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("text"), 3 / zoom))
        for target in self.crossed:
            painter.drawPolyline(polygon(wires.line(target)))
        painter.setPen(QPen(theme.color("text"), 1.5 / zoom))
        painter.drawPolyline(QPolygonF(self._path))


def is_stroke(event: QMouseEvent) -> bool:
    """Whether a press of the right button is the beginning of a stroke."""
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
