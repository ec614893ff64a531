"""Marks on the canvas around what was found: a dashed frame each, a plain one where one is."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.levels import OVERVIEW

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

GAP = 8  # canvas units; beside it stays what a selected or focused node has around it
CORNER = 6


def paint_marks(
    painter: QPainter, view: CanvasView, ids: Collection[str], current: str | None
) -> None:
    """Paint the marks that are in sight, in neutral ink."""
    boxes, pixel = view.canvas.boxes, 1 / view.zoom
    seen = painter.clipBoundingRect()
    gap = max(GAP, 3 * pixel)
    around = (seen.left() - gap, seen.top() - gap, seen.right() + gap, seen.bottom() + gap)
    rows = [r for r in geo.meeting(boxes.array, around).tolist() if boxes.ids[r] in ids]
    grown = boxes.array[rows] + np.array((-gap, -gap, gap, gap))
    marks = {boxes.ids[row]: _rect(*box) for row, box in zip(rows, grown.tolist(), strict=True)}
    one = marks.pop(current, None)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paint = _paint_far if view.zoom < OVERVIEW else _paint_near
    paint(painter, view.theme.color("text"), pixel, list(marks.values()))
    if one is not None:
        painter.setPen(QPen(view.theme.color("text"), 2 * pixel))
        painter.drawRoundedRect(one, CORNER, CORNER)


def _paint_near(painter: QPainter, ink: QColor, pixel: float, marks: list[QRectF]) -> None:
    painter.setPen(QPen(ink, 2 * pixel, Qt.PenStyle.DashLine))
    for mark in marks:
        painter.drawRoundedRect(mark, CORNER, CORNER)


def _paint_far(painter: QPainter, ink: QColor, pixel: float, marks: list[QRectF]) -> None:
    """Thousands of them, each some pixels large: thin lines, for dashes would not be seen."""
    is_smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(ink, 0))
    painter.drawRects(marks)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)


def _rect(left: float, top: float, right: float, bottom: float) -> QRectF:
    return QRectF(left, top, right - left, bottom - top)
