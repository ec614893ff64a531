"""The graph as it stands before the first step: what is given is on it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.canvas.view import CanvasView
from gui.document import Document
from gui.handout.blocks import Block
from gui.handout.paper import ROOM
from gui.theme import Theme

if TYPE_CHECKING:
    from graph import Graph
    from runtime.trace import Trace

TALLEST = 0.32  # of the page
SMALLEST = 0.4  # below this scale words cannot be read any more
MOST_NODES = 80  # more would be smaller than that


@contextmanager
def figure(graph: Graph, trace: Trace, theme: Theme) -> Iterator[Block | None]:
    """The graph of a run, drawn while this lasts; None where it would be too small to be read."""
    if len(graph.nodes) > MOST_NODES:
        yield None
        return
    document = Document(catalogue=graph.catalogue)
    document.replace(graph, None)
    document.run_revision = trace.revision  # nodes may have been moved since
    document.accept_check(trace.plan.check)
    document.accept_trace(trace)
    document.playhead.first()
    document.playhead.set_limit((0, 0))  # shapes are asked for, too
    view = CanvasView(document, theme)
    view.resize(1280, 800)
    try:
        yield _block(view)
    finally:
        view.deleteLater()
        document.deleteLater()


def _block(view: CanvasView) -> Block | None:
    size = view.graph_rect().size()
    scale = min(1.0, ROOM.width() / size.width(), ROOM.height() * TALLEST / size.height())
    if scale < SMALLEST:
        return None
    width, height = size.width() * scale, size.height() * scale

    def draw(painter: QPainter, at: QPointF) -> None:
        left = at.x() + (ROOM.width() - width) / 2
        view.paint_graph(painter, QRectF(left, at.y(), width, height))

    return Block(height, draw)
