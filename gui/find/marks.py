"""Marks on the canvas around what was found: a dashed frame each, a plain one where one is."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

GAP = 8  # canvas units; beside it stays what a selected or focused node has around it
CORNER = 6


def paint_marks(
    painter: QPainter, view: CanvasView, ids: Collection[str], current: str | None
) -> None:
    """Paint the marks that are in sight, in neutral ink."""
    boxes = view.canvas.boxes
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    box = (seen.left(), seen.top(), seen.right(), seen.bottom())
    pixel = 1 / view.zoom
    gap = max(GAP, 3 * pixel)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for row in geo.meeting(boxes.array, box).tolist():
        id_ = boxes.ids[row]
        if id_ not in ids:
            continue
        left, top, right, bottom = boxes.array[row].tolist()
        rect = QRectF(left, top, right - left, bottom - top).adjusted(-gap, -gap, gap, gap)
        style = Qt.PenStyle.SolidLine if id_ == current else Qt.PenStyle.DashLine
        painter.setPen(QPen(view.theme.color("text"), 2 * pixel, style))
        painter.drawRoundedRect(rect, CORNER, CORNER)
