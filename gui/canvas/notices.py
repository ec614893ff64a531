"""A notice at the pointer: plain words on a small panel, of constant size on screen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.icons import paint_icon
from gui.theme import Theme

WIDTH = 300
PADDING = 8
ICON = 14
OFFSET = QPointF(14, 18)  # below and right of the pointer
WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def paint_notice(
    painter: QPainter, at: QPointF, text: str, theme: Theme, pixel: float, is_error: bool = True
) -> None:
    """Paint a sentence beside a point; `pixel` is a screen pixel in canvas units."""
    icon, ink = ("failed", "error") if is_error else ("hint", "text")
    font = theme.drawn_font(12)
    metrics = QFontMetricsF(font)
    room = QRectF(0, 0, WIDTH, 1000)
    size = metrics.boundingRect(room, int(WRAP), text)
    painter.save()
    painter.translate(at)
    painter.scale(pixel, pixel)
    painter.translate(OFFSET)
    left = PADDING + ICON + 6
    panel = QRectF(0, 0, left + size.width() + PADDING + 2, size.height() + 2 * PADDING)
    painter.setPen(QPen(theme.color("error" if is_error else "line"), 1))
    painter.setBrush(theme.color("panel"))
    painter.drawRoundedRect(panel, 6, 6)
    paint_icon(painter, icon, QRectF(PADDING, PADDING, ICON, ICON), theme.color(ink))
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    area = QRectF(left, PADDING, size.width() + 2, size.height())
    painter.drawText(area, int(WRAP), text)
    painter.restore()
