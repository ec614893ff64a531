"""The whole graph from very far: one call for all rectangles, one for all lines.

Qt wants an object per rectangle and line. They are kept, and only those of rows that changed
are made anew, for making all of them takes longer than painting them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.overlay_paint import paint_far_marks

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView
    from gui.canvas.wires import Wires

RING = 3  # pixels, at every zoom
TITLE, TITLE_ROW, NARROWEST = 11, 15, 32  # pixels: letters, their row, the least frame with a title


class Plan:
    """Nodes as rectangles and edges as straight lines."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._rects: list[QRectF] = []
        self._lines: list[QLineF] = []
        self._generation, self._is_other = 0, False

    def touch(self) -> None:
        """What is drawn may be other now."""
        self._is_other = True

    @property
    def generation(self) -> int:
        """How often it has become another.

        While nodes are being made, boxes stand for them already: it stays as it is meanwhile.
        """
        if self._scene.building.is_done:
            self._sync()
            self._generation, self._is_other = self._generation + self._is_other, False
        return self._generation

    def paint(self, painter: QPainter, parts: np.ndarray | None = None) -> None:
        """Paint all of it, or what meets parts of the canvas `[m, 4]`, where the painter stands.

        What overlays mark is on the canvas alone: it is another with each step.
        """
        theme = self._scene.theme
        self._sync()
        rects, lines, rows = self._rects, self._lines, list[int]()
        if parts is not None:
            met = geo.meeting_some(self._scene.boxes.array, parts).tolist()
            rects = [rects[row] for row in met]
            rows = self._scene.wires.reaching(parts).tolist()
            lines = [lines[row] for row in rows]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(_hairline(theme.color("line"), 1))
        painter.setBrush(theme.color("selected", 0.35))
        frames = self._scene.frames
        painter.drawRects([_rect(*frames.drawn_box(number)) for number in frames.drawn()])
        painter.drawLines(lines)
        paint_far_marks(painter, self._scene, rows, 1 / painter.worldTransform().m11())
        painter.setPen(_hairline(theme.color("line"), 1))
        painter.setBrush(theme.color("node"))
        painter.drawRects(rects)

    def paint_selection(self, painter: QPainter) -> None:
        """Paint what is selected above it."""
        scene, theme = self._scene, self._scene.theme
        chosen = scene.document.selection.nodes
        if chosen:
            self._sync()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(_hairline(theme.color("text"), 2))
            painter.setBrush(theme.color("node"))
            painter.drawRects([self._rects[row] for row in scene.boxes.rows(chosen)])

    def forget(self) -> None:
        """Make everything anew, for the scene was built anew."""
        self._rects, self._lines = [], []
        self.touch()

    def _sync(self) -> None:
        """Follow the rows that changed; whoever paints first does so, as the minimap may."""
        boxes, wires = self._scene.boxes, self._scene.wires
        self._is_other = self._is_other or bool(boxes.changed or wires.changed)
        _mirror(self._rects, boxes.changed, boxes.array.tolist, lambda row: _rect(*row))
        _mirror(self._lines, wires.changed, lambda: _ends(wires), lambda row: QLineF(*row))


def _mirror(made: list, changed: set[int], rows: Callable[[], list], make: Callable) -> None:
    """Bring a list of objects up to date with rows of numbers."""
    if not changed:
        return
    numbers = rows()
    del made[len(numbers) :]
    for row in changed:
        if row < len(made):
            made[row] = make(numbers[row])
    made.extend(make(row) for row in numbers[len(made) :])
    changed.clear()


def _ends(wires: Wires) -> list[list[float]]:
    return wires.ends().reshape(-1, 4).tolist()


def _rect(left: float, top: float, right: float, bottom: float) -> QRectF:
    return QRectF(left, top, right - left, bottom - top)


def _hairline(color: QColor, width: int) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)
    return pen


def paint_above(painter: QPainter, view: CanvasView) -> None:
    """Paint what stands above the plan in a view: selection, the step's ring, frames' titles."""
    view.canvas.plan.paint_selection(painter)
    _paint_ring(painter, view.canvas)
    _paint_titles(painter, view)


def _paint_ring(painter: QPainter, scene: CanvasScene) -> None:
    """The current step stands out from any distance."""
    step = scene.document.shown.step
    item = scene.items_by_id.get(step.node) if step is not None else None
    ring = scene.mood(item.id).ring if item is not None else ""
    if not ring:
        return
    zoom = painter.transform().m11()
    rect = _rect(*item.box())
    grown = (RING / 2 + 1) / zoom
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_hairline(scene.theme.color(ring), RING))
    painter.drawRect(rect.adjusted(-grown, -grown, grown, grown))


def _paint_titles(painter: QPainter, view: CanvasView) -> None:
    """The frames' titles, above them and as large as ever: they say what a large graph is."""
    frames = view.canvas.frames
    transform, seen = painter.transform(), QRectF(view.viewport().rect())
    font = view.theme.font(TITLE, 600)
    metrics = QFontMetricsF(font)
    painter.save()
    painter.resetTransform()
    painter.setFont(font)
    painter.setPen(view.theme.color("text"))
    for number in frames.drawn():
        box = transform.mapRect(_rect(*frames.drawn_box(number)))
        row = QRectF(box.left(), box.top() - TITLE_ROW, box.width(), TITLE_ROW)
        title = frames.all[number].title
        if title and row.width() >= NARROWEST and row.intersects(seen):
            shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, row.width())
            row.setWidth(metrics.horizontalAdvance(shown) + 1)
            painter.fillRect(row, view.theme.color("canvas", 0.85))  # edges pass behind it
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
    painter.restore()
