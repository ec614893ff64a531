"""How overlays are painted: edges as one line of a width of their own, words on nodes' borders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.levels import FAR, PORTS_FROM
from gui.canvas.node_paint import text_width
from gui.canvas.polygons import polygon
from gui.icons import paint_icon, stamp_icon

if TYPE_CHECKING:
    from gui.canvas.looks import Mood
    from gui.canvas.overlay import NodeMark
    from gui.canvas.scene import CanvasScene
    from gui.theme import Theme

PILL, TEXT, ICON, PAD = 16, 11, 12, 6  # of the words on a node's border, in canvas units
GUTTER = 14


def marked_rows(scene: CanvasScene, rows: Iterable[int]) -> list[int]:
    """The rows of wires that an overlay draws as one line."""
    if not scene.overlays:
        return []
    marks = ((row, scene.overlays.edge(scene.wires.targets[row])) for row in rows)
    return [row for row, mark in marks if mark is not None and mark.width is not None]


def paint_marked(painter: QPainter, scene: CanvasScene, rows: list[int], pixel: float) -> None:
    """Paint wires as the overlays want them; `pixel` is a screen pixel in canvas units."""
    lines = scene.wires.lines(np.array(rows))
    for line, row in zip(lines, rows, strict=True):
        painter.setPen(_pen(scene, row, pixel))
        painter.drawPolyline(polygon(line))


def paint_far_marks(
    painter: QPainter, scene: CanvasScene, rows: Iterable[int], pixel: float
) -> None:
    """From very far: straight lines, one a marked wire of some."""
    rows = marked_rows(scene, rows)
    if not rows:
        return
    ends = scene.wires.ends().reshape(-1, 4)[rows].tolist()
    for row, end in zip(rows, ends, strict=True):
        painter.setPen(_pen(scene, row, pixel))
        painter.drawLine(QLineF(*end))


def _pen(scene: CanvasScene, row: int, pixel: float) -> QPen:
    mark = scene.overlays.edge(scene.wires.targets[row])
    pen = QPen(scene.theme.color(mark.ink), mark.width * pixel)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def paint_node_mark(
    painter: QPainter, width: float, mark: NodeMark, theme: Theme, zoom: float
) -> None:
    """Words in a pill on the upper border of a node of this width; from afar the drawing alone."""
    text = mark.text if zoom >= FAR else ""
    if zoom < PORTS_FROM or not (text or mark.icon):
        return
    wide = text_width(text, theme, TEXT, 600) if text else 0
    room = 2 * PAD + wide + (ICON if mark.icon else 0) + (4 if mark.icon and text else 0)
    box = QRectF(width - room - 4, -PILL / 2 - 2, room, PILL)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("node"))
    painter.drawRoundedRect(box, PILL / 2, PILL / 2)
    left = box.left() + PAD
    if mark.icon:
        square = QRectF(left, box.center().y() - ICON / 2, ICON, ICON)
        paint = paint_icon if zoom >= FAR else stamp_icon
        paint(painter, mark.icon, square, theme.color("text"))
        left += ICON + 4
    if text:
        painter.setPen(theme.color("text"))
        painter.setFont(theme.drawn_font(TEXT, 600))
        row = QRectF(left, box.top(), wide + 2, PILL)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def paint_gutter(painter: QPainter, mood: Mood, theme: Theme) -> None:
    """Drawings on the upper border at the left: breakpoint, checkpoint and their like."""
    for index, name in enumerate(mood.gutter):
        middle = QPointF(geo.CORNER + 2 + GUTTER * index + GUTTER / 2, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("node"))
        painter.drawEllipse(middle, GUTTER / 2 + 1, GUTTER / 2 + 1)
        half = GUTTER / 2
        square = QRectF(middle.x() - half, middle.y() - half, GUTTER, GUTTER)
        paint_icon(painter, name, square, theme.color("text"))
