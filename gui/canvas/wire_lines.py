"""How lines are painted fast: what can be seen of each, with as many points as its bends need."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.placing import Box
from gui.canvas.polygons import path_of, polygon

LAST = geo.WIRE_POINTS - 1
# Which points of a wire are enough, every so many; both ends stay straight.
STRIDES = {step: np.array([0, *range(1, LAST - 1, step), LAST - 1, LAST]) for step in (1, 2, 5)}
ERROR = 0.3  # pixels that a line with fewer points may lie beside its place
THIN = 1.0  # pixels of a pen that Qt strokes in one go as fast as line by line


def paint_lines(painter: QPainter, lines: np.ndarray, pen: QPen) -> None:
    """Paint lines `[n, P, 2]`."""
    if not len(lines):
        return
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)  # round joints cost twice the time
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    zoom = painter.worldTransform().m11()
    is_solid = pen.style() == Qt.PenStyle.SolidLine  # dashes would crawl where a line is cut
    is_thin = is_solid and pen.widthF() * zoom <= THIN
    box = geo.grown(seen_by(painter), pen.widthF() + 2 / zoom)
    for some in _thinned(lines, zoom):
        if is_thin:
            painter.drawPath(path_of(some))
        elif is_solid:
            for line, first, last in zip(some, *_spans(some, box), strict=True):
                if last:
                    painter.drawPolyline(polygon(line[first:last]))
        else:
            for line in some:
                painter.drawPolyline(polygon(line))


def seen_by(painter: QPainter) -> Box:
    """What can be seen of the canvas, or is painted of it: left, top, right, bottom."""
    if painter.hasClipping():
        box = painter.clipBoundingRect()
    else:
        back, _ = painter.worldTransform().inverted()
        box = back.mapRect(QRectF(painter.viewport()))
    return box.left(), box.top(), box.right(), box.bottom()


def cut(line: np.ndarray, box: Box) -> np.ndarray:
    """The points of a line from the first piece that a box may show to the last."""
    (first,), (last,) = _spans(line[None], box)
    return line[first:last]


def _thinned(lines: np.ndarray, zoom: float) -> Iterator[np.ndarray]:
    """The lines in groups, each with as few points as do not show at a zoom."""
    if lines.shape[1] != geo.WIRE_POINTS:
        yield lines
        return
    bends = geo.bends(lines) * zoom
    left = np.ones(len(lines), bool)
    for step in (5, 2, 1):
        some = left & (bends * step**2 / 8 <= ERROR) if step > 1 else left
        if some.any():
            yield lines[some][:, STRIDES[step]]
        left = left & ~some


def _spans(lines: np.ndarray, box: Box) -> tuple[list[int], list[int]]:
    """Of each line from which point to before which a box may show it; before 0 if nowhere."""
    pieces = geo.near(lines, box)
    first, count = pieces.argmax(1), pieces.shape[1]
    last = np.where(pieces.any(1), count - pieces[:, ::-1].argmax(1) + 1, 0)
    return first.tolist(), last.tolist()
