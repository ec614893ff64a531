"""The graph as a picture in a file: the same painting at 100 %, with texts that stay texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

MARGIN = 32


def graph_rect(scene: CanvasScene) -> QRectF:
    """What a picture shows: all nodes and annotations with a margin, in canvas units."""
    rect = scene.content_rect()
    if rect.isEmpty():
        return QRectF(0, 0, 320, 200)
    for plate in scene.plates(rect, 1.0):
        left, top, right, bottom = plate.bounds
        rect = rect.united(QRectF(left, top, right - left, bottom - top))
    for left, top, right, bottom in scene.wires.all_bounds():
        rect = rect.united(QRectF(left, top, right - left, bottom - top))
    return rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).toAlignedRect().toRectF()


def paint_graph(scene: CanvasScene, painter: QPainter, rect: QRectF | None = None) -> None:
    """Paint the graph into `rect` of the painter (by default at its own size, from 0, 0)."""
    source = graph_rect(scene)
    rect = rect or QRectF(0, 0, source.width(), source.height())
    scale = min(rect.width() / source.width(), rect.height() / source.height())
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.fillRect(rect, scene.theme.color("canvas"))
    painter.translate(rect.center())
    painter.scale(scale, scale)
    painter.translate(-source.center())
    scene.is_printing = True
    try:
        scene.paint_flow(painter, source, 1.0)
        for item in scene.items_by_id.values():
            painter.save()
            painter.translate(item.pos())
            item.paint_at(painter, 1.0)
            painter.restore()
    finally:
        scene.is_printing = False
    painter.restore()
