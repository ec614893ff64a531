"""The graph as it stands before the first step: what is given is on it, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.canvas.view import CanvasView
from gui.handout.blocks import Block
from gui.handout.paper import ROOM

TALLEST = 0.32  # of the page
SMALLEST = 0.4  # below this scale words cannot be read any more


def figure(view: CanvasView) -> Block | None:
    """The canvas as wide as the page at most; None where it would be too small to be read."""
    size = view.graph_rect().size()
    scale = min(1.0, ROOM.width() / size.width(), ROOM.height() * TALLEST / size.height())
    if scale < SMALLEST:
        return None
    width, height = size.width() * scale, size.height() * scale

    def draw(painter: QPainter, at: QPointF) -> None:
        left = at.x() + (ROOM.width() - width) / 2
        view.paint_graph(painter, QRectF(left, at.y(), width, height))

    return Block(height, draw)
