"""A sheet: a part of the canvas at one zoom, painted on a pixmap as far as one has come with it."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion, QTransform

from gui.canvas.levels import OVERVIEW, Sizes
from gui.canvas.patches import joined
from gui.canvas.placing import Box

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

RIM = 12  # pixels around what changed: rails, chevrons, and what a text takes beside its box
BEGIN = 40_000  # pixels that take as long as beginning to paint some at all
MUCH = 0.25  # the share of a sheet that is painted at once where it comes into sight
IN_FRAME, BETWEEN = 0.006, 0.02  # seconds of painting what is bare, in a frame and between two
MANY = 1_000  # parts; where more are other, all of it is painted
LEAST = 24, 160  # pixels of height and width that are painted between two looks at the clock
AT_FIRST = 10_000  # pixels that are likely to be painted in a frame


class Sight(NamedTuple):
    """Where a view looks: its transform, its size in pixels, and how large things are drawn."""

    world: QTransform
    size: QSize
    ratio: float  # pixels of the device by pixel
    zoom: float
    sizes: Sizes

    @property
    def is_far(self) -> bool:
        """Whether one sees the plan, which shows no state of any node."""
        return self.zoom < OVERVIEW

    @property
    def rect(self) -> QRectF:
        """What one sees, in canvas units."""
        return self.world.inverted()[0].mapRect(QRectF(QPointF(), self.size.toSizeF()))

    def is_like(self, other: Sight) -> bool:
        """Whether pictures of the two differ by where one looks, and how near, alone."""
        return self[1:3] == other[1:3] and self.sizes == other.sizes


class Sheet:
    """What a sight shows. `bare` is where nothing is painted yet, `old` where it is other by now.

    One that is new is to be painted before it is shown, or beside what is. `generation` says
    which annotations are on it, or which plan; None: it takes those that there are.
    """

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.generation: int | None = None
        self._pace = (BEGIN + AT_FIRST) / IN_FRAME  # pixels that are painted in a second
        self._whole = QRect(QPoint(), sight.size)
        self.is_new = True
        self.bare, self.old = [self._whole], list[QRect]()
        self.picture = QPixmap(sight.size * sight.ratio)
        self.picture.setDevicePixelRatio(sight.ratio)

    def spoil(self, boxes: Sequence[Box] | np.ndarray) -> list[Box]:
        """It is other in boxes of the canvas, unless it shows the plan.

        Which of them are seen, and are not still to be painted.
        """
        if self.sight.is_far or not len(boxes):
            return []
        world, size = self.sight.world, np.array(self.sight.size.toTuple())
        corners = np.array(boxes).reshape(-1, 2, 2) * world.m11() + (world.dx(), world.dy())
        first = np.maximum(np.floor(corners[:, 0]) - RIM, 0)
        extents = np.minimum(np.ceil(corners[:, 1]) + RIM, size) - first
        is_seen = (extents > 0).all(1)
        rows = np.flatnonzero(is_seen).tolist()
        if len(rows) > MANY:
            self.old = [self._whole]
            return [boxes[row] for row in rows]
        areas = np.concatenate((first, extents), axis=1)[rows].astype(int).tolist()
        parts = {row: QRect(*area) for row, area in zip(rows, areas, strict=True)}
        found = [r for r, p in parts.items() if not any(bare.contains(p) for bare in self.bare)]
        self.old += [parts[row] for row in found]
        return [boxes[row] for row in found]

    def move_to(self, sight: Sight) -> None:
        """Look elsewhere at the same zoom: what stays in sight is scrolled."""
        before, world, ratio = self.sight.world, sight.world, sight.ratio
        by = QPoint(round(world.dx()) - round(before.dx()), round(world.dy()) - round(before.dy()))
        self.sight = sight
        if by.isNull():
            return
        across, down = by.x() * ratio, by.y() * ratio
        if not (float(across).is_integer() and float(down).is_integer()):
            self.bare, self.old, self.is_new = [self._whole], [], True  # half a pixel would blur it
            return
        self.picture.scroll(round(across), round(down), self.picture.rect())
        old = [part.translated(by) & self._whole for part in self.old]
        bare = [part.translated(by) & self._whole for part in self.bare]
        bare.extend(QRegion(self._whole) - QRegion(self._whole.translated(by)))
        self.bare = [part for part in bare if not part.isEmpty()]
        self.old = [part for part in old if not part.isEmpty()]

    @property
    def is_mostly_there(self) -> bool:
        """Whether what is still bare can be painted at once."""
        return sum(map(_area, self.bare)) <= MUCH * _area(self._whole)

    def paint(self, scene: CanvasScene, hints: QPainter.RenderHint) -> None:
        """Paint at once all that is bare or old."""
        self.is_new = False
        parts, self.bare, self.old = [*self.bare, *joined(self.old)], [], []
        self._paint_parts(scene, parts, hints)

    def paint_some(self, seconds: float, scene: CanvasScene, hints: QPainter.RenderHint) -> None:
        """Paint what is old, and of what is bare as much as is likely to be done in a time.

        Together, for beginning takes as long as many pixels. Where nothing is old something comes
        of what is bare, however little time there is: so all of it is painted in the end.
        """
        end = time.perf_counter() + seconds
        self.is_new = False
        parts, self.old = joined(self.old), []
        while parts or (self.bare and seconds):
            start = time.perf_counter()
            pixels = (end - start) * self._pace - BEGIN - sum(map(_area, parts))
            if self.bare and seconds and (not parts or pixels >= math.prod(LEAST)):
                parts += self.take_pieces(pixels)
            self._paint_parts(scene, parts, hints)
            now = time.perf_counter()
            pace = (BEGIN + sum(map(_area, parts))) / (now - start)
            self._pace = max(pace, self._pace / 2)  # it may have been another program's turn
            if now + (BEGIN + math.prod(LEAST)) / self._pace > end:
                break
            parts = []

    def take_pieces(self, pixels: float) -> list[QRect]:
        """The next pieces of what is bare, of about so many pixels together: one at least."""
        pieces = [self._take_piece(pixels)]
        while self.bare and (pixels := pixels - _area(pieces[-1])) >= math.prod(LEAST):
            pieces.append(self._take_piece(pixels))
        return pieces

    def _take_piece(self, pixels: float) -> QRect:
        """A strip, or a part of one."""
        part = self.bare.pop()
        height = min(max(round(pixels / part.width()), LEAST[0]), part.height())
        width = min(max(round(pixels / height), LEAST[1]), part.width())
        below, beside = part.adjusted(0, height, 0, 0), part.adjusted(width, 0, 0, 0)
        beside.setHeight(height)
        self.bare += [rest for rest in (below, beside) if not rest.isEmpty()]
        return QRect(part.topLeft(), QSize(width, height))

    def _paint_parts(
        self, scene: CanvasScene, parts: Collection[QRect], hints: QPainter.RenderHint
    ) -> None:
        if not parts:
            return
        ratio, region = self.sight.ratio, QRegion()
        for part in parts:
            x, y, width, height = part.getRect()
            of_device = QRectF(x * ratio, y * ratio, width * ratio, height * ratio)
            region += of_device.toAlignedRect()
        painter = QPainter(self.picture)
        painter.setRenderHints(hints)
        # A region of whole pixels of the device: else its borders would be painted half.
        painter.setWorldTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
        painter.setClipRegion(region)
        painter.setWorldTransform(self.sight.world)
        back = self.sight.world.inverted()[0]
        rects = (back.mapRect(QRectF(part.adjusted(-1, -1, 1, 1))) for part in parts)
        scene.paint_parts(painter, np.array([rect.getCoords() for rect in rects]))
        painter.end()


def _area(part: QRect) -> int:
    return part.width() * part.height()
