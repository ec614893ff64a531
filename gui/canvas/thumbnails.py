"""Which tiny pictures an edge may carry, from large to small, and how one is painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas.placing import Box
from gui.pictures import (
    colors_of,
    kind_of,
    matrix_of,
    paint_bars,
    paint_heat,
    paint_numbers,
)
from gui.theme import Theme

SIDE = 48  # the longer side of a heat map, in pixels
CELL = 10
CLOSE_CELL = 22
NUMBER_CELL = (46, 22)
MOST_NUMBERS = 6  # rows and columns of a matrix whose numbers are written
SAMPLES = 4
SAMPLE_GAP = 4
STACK = 3  # how far the sheets of a stack stand out


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture and its size in pixels; placed, also its box in canvas units."""

    kind: str
    array: np.ndarray
    width: float
    height: float
    has_numbers: bool = False
    samples: int = 1
    box: Box = (0.0, 0.0, 0.0, 0.0)
    pixel: float = 1.0

    def placed(self, box: Box, pixel: float) -> Thumbnail:
        """The picture at a place; `pixel` is the size of a screen pixel there."""
        return replace(self, box=box, pixel=pixel)


def thumbnails(array: np.ndarray, close: bool, scale: float) -> Iterator[Thumbnail]:
    """The pictures of a tensor, from large to small; none of a scalar."""
    kind = kind_of(array)
    if kind == "bars":
        if close:
            yield Thumbnail(kind, array, 96 * scale, 44 * scale)
        yield Thumbnail(kind, array, 48 * scale, 22 * scale)
    elif kind == "heat":
        yield from _heat_maps(array, close, scale)
    elif kind == "image":
        samples = min(SAMPLES, array.shape[0]) if close else 1
        side = 46.0 * scale
        if samples > 1:
            width = samples * side + (samples - 1) * SAMPLE_GAP
            yield Thumbnail(kind, array, width, side, samples=samples)
        side = 36.0 * scale + (2 * STACK if array.shape[0] > 1 else 0)
        yield Thumbnail(kind, array, side, side)


def _heat_maps(array: np.ndarray, close: bool, scale: float) -> Iterator[Thumbnail]:
    rows, columns = array.shape[-2:]
    if close and max(rows, columns) <= MOST_NUMBERS:
        width, height = NUMBER_CELL[0] * columns, NUMBER_CELL[1] * rows
        yield Thumbnail("heat", array, width, height, has_numbers=True)
    if close:
        width, height = _cells(rows, columns, CLOSE_CELL, 2 * SIDE)
        yield Thumbnail("heat", array, width * scale, height * scale)
    width, height = _cells(rows, columns, CELL, SIDE)
    yield Thumbnail("heat", array, width * scale, height * scale)


def _cells(rows: int, columns: int, cell: float, side: float) -> tuple[float, float]:
    cell = min(cell, side / max(rows, columns))
    return max(columns * cell, 6.0), max(rows * cell, 6.0)


def paint_thumbnail(painter: QPainter, thumbnail: Thumbnail, theme: Theme, signed: bool) -> None:
    """Paint a placed picture; `signed` images (gradients) use the pair of colours, not grey."""
    left, top, right, bottom = thumbnail.box
    rect = QRectF(left, top, right - left, bottom - top)
    array = thumbnail.array
    if thumbnail.kind == "bars":
        paint_bars(painter, rect, array, theme)
    elif thumbnail.kind == "image":
        _paint_images(painter, thumbnail, rect, theme, signed)
    else:
        paint_heat(painter, rect, colors_of(array, theme), theme)
        if thumbnail.has_numbers:
            _paint_numbers(painter, thumbnail, rect, matrix_of(array), theme)


def _paint_numbers(
    painter: QPainter, thumbnail: Thumbnail, rect: QRectF, matrix: np.ndarray, theme: Theme
) -> None:
    """Numbers keep their size on screen, so they are painted in screen pixels."""
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(thumbnail.pixel, thumbnail.pixel)
    size = QRectF(0, 0, rect.width() / thumbnail.pixel, rect.height() / thumbnail.pixel)
    paint_numbers(painter, size, matrix, theme)
    painter.restore()


def _paint_images(
    painter: QPainter, thumbnail: Thumbnail, rect: QRectF, theme: Theme, signed: bool
) -> None:
    array, pixel = thumbnail.array, thumbnail.pixel
    if thumbnail.samples == 1 and len(array) > 1:
        painter.setPen(QPen(theme.color("line"), 0))
        painter.setBrush(theme.color("canvas"))
        side = rect.width() - 2 * STACK * pixel
        for sheet in (2, 1):
            shift = sheet * STACK * pixel
            corner = rect.topLeft()
            x, y = corner.x() + shift, corner.y() + 2 * STACK * pixel - shift
            painter.drawRect(QRectF(x, y, side, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        below = QRectF(rect.left(), rect.top() + 2 * STACK * pixel, side, side)
        paint_heat(painter, below, colors_of(array, theme, image=not signed), theme)
        return
    step = (rect.width() + SAMPLE_GAP * pixel) / thumbnail.samples
    for sample in range(thumbnail.samples):
        x = rect.left() + sample * step
        box = QRectF(x, rect.top(), step - SAMPLE_GAP * pixel, rect.height())
        colors = colors_of(array, theme, sample=sample, image=not signed)
        paint_heat(painter, box, colors, theme)
