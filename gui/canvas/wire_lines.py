"""How lines are painted fast: what can be seen of each, with as many points as its bends need."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from gui.canvas import geometry as geo
from gui.canvas.polygons import path_of, polygon

LAST = geo.WIRE_POINTS - 1
# Which points of a wire are enough, every so many; both ends stay straight.
STRIDES = {step: np.array([0, *range(1, LAST - 1, step), LAST - 1, LAST]) for step in (1, 2, 5)}
ERROR = 0.3  # pixels that a line with fewer points may lie beside its place
PARTS = 24  # of what is painted that are told apart
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
    parts = seen_by(painter, pen.widthF() + 2 / zoom)
    for some in _thinned(lines, zoom):
        if is_thin:
            painter.drawPath(path_of(some))
        elif is_solid:
            for points in cut(some, parts):
                painter.drawPolyline(polygon(points))
        else:
            for line in some:
                painter.drawPolyline(polygon(line))


def seen_by(painter: QPainter, more: float = 0.0) -> np.ndarray:
    """The parts of the canvas that can be seen, or are painted, and `more` around: `[m, 4]`."""
    world = painter.worldTransform()
    back, rects = world.inverted()[0], [painter.viewport()]
    if painter.hasClipping():
        more += 1 / world.m11()  # for it is told in whole pixels
        painter.setWorldTransform(QTransform())  # else in whole units: from near some are lost
        region = painter.clipRegion()
        painter.setWorldTransform(world)
        rects = list(region) if region.rectCount() <= PARTS else [region.boundingRect()]
    boxes = [back.mapRect(QRectF(rect)).getCoords() for rect in rects]
    return geo.widened(np.array(boxes).reshape(-1, 4), more)


def cut(lines: np.ndarray, parts: np.ndarray) -> Iterator[np.ndarray]:
    """The points of lines `[n, P, 2]`, from where parts of the canvas may show them to where not.

    What lies between is left out, for Qt takes as long for it as for what is seen.
    """
    pieces = np.zeros((len(lines), lines.shape[1] + 1), np.int8)
    pieces[:, 1:-1] = geo.near(lines, parts)
    turns = np.diff(pieces, axis=1)
    rows, starts = np.nonzero(turns > 0)
    _, ends = np.nonzero(turns < 0)
    for row, first, last in zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True):
        yield lines[row, first : last + 1]


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
