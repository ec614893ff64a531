"""From a box to a painter."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.formula.boxes import Bar, Box, Glyphs, Shape
from gui.formula.face import font


def paint(painter: QPainter, box: Box, origin: QPointF, ink: QColor) -> None:
    """Paint a box in one ink; its baseline begins at `origin`."""
    painter.save()
    painter.translate(origin)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(ink)
    size = 0.0
    for mark in box.marks:
        if isinstance(mark, Glyphs):
            if mark.size != size:
                size = mark.size
                painter.setFont(font(size))
            painter.drawText(QPointF(mark.x, mark.y), mark.text)
        elif isinstance(mark, Bar):
            painter.fillRect(QRectF(mark.x, mark.y, mark.width, mark.height), ink)
        else:
            _draw(painter, mark, ink)
    painter.restore()


def _draw(painter: QPainter, shape: Shape, ink: QColor) -> None:
    first, *others = (QPointF(x + shape.x, y + shape.y) for x, y in shape.points)
    path = QPainterPath(first)
    for one, two, end in zip(others[::3], others[1::3], others[2::3], strict=True):
        path.cubicTo(one, two, end)
    if shape.line:
        pen = QPen(ink, shape.line)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.strokePath(path, pen)
    else:
        path.closeSubpath()
        painter.fillPath(path, ink)
