"""How plates are painted: texts of constant size on screen, on the canvas's ground."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas.node_paint import text_width
from gui.canvas.plates import Label, Plate
from gui.canvas.thumbnails import paint_thumbnail
from gui.theme import Theme


def paint_plates(painter: QPainter, plates: Iterable[Plate], theme: Theme, pixel: float) -> None:
    """Paint plates; `pixel` is a screen pixel in canvas units."""
    for plate in plates:
        if plate.picture is not None:
            paint_thumbnail(painter, plate.picture, theme, signed=plate.kind != "value")
        for label in plate.labels:
            paint_label(painter, label, theme, pixel)


def paint_label(painter: QPainter, label: Label, theme: Theme, pixel: float) -> None:
    """Paint one text at its place on the canvas's ground."""
    left, top, right, bottom = label.box
    painter.save()
    painter.translate(left, top)
    painter.scale(pixel, pixel)
    rect = QRectF(0, 0, (right - left) / pixel, (bottom - top) / pixel)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("canvas"))
    painter.drawRect(rect.adjusted(0, 0.5, 0, -0.5))  # higher than the frame of a chosen wire
    if label.framed:
        painter.setPen(QPen(theme.color(label.ink), 1))
        radius = rect.height() / 2
        painter.drawRoundedRect(rect, radius, radius)
    painter.setFont(theme.drawn_font(label.pixels, label.weight))
    painter.setPen(theme.color(label.ink))
    painter.drawText(rect.adjusted(-8, -4, 8, 4), Qt.AlignmentFlag.AlignCenter, label.text)
    if label.marked:
        _paint_marks(painter, label, rect, theme)
    painter.restore()


def _paint_marks(painter: QPainter, label: Label, rect: QRectF, theme: Theme) -> None:
    """Underline what is marked in a text."""

    def width(text: str) -> float:
        return text_width(text, theme, label.pixels, label.weight)

    left = rect.center().x() - width(label.text) / 2
    low = rect.center().y() + label.pixels / 2 + 0.5
    painter.setPen(QPen(theme.color(label.ink), 1.5))
    for start, end in label.marked:
        ends = (left + width(label.text[:start]), left + width(label.text[:end]))
        painter.drawLine(QPointF(ends[0], low), QPointF(ends[1], low))
