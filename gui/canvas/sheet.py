"""A sheet: a part of the canvas at one zoom, painted on a pixmap as far as one has come with it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QRegion, QTransform

from gui.canvas.levels import Sizes
from gui.canvas.placing import Box

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

RIM = 12  # pixels around what changed: rails, chevrons, and what a text takes beside its box
WASTE = 1.2  # how much more than two parts together one that holds both may be
SLICE = 0.006  # seconds of painting beside what is shown, in a frame or between two
LEAST, AT_FIRST = 16, 32  # pixels of height that are painted between two looks at the clock


class Sight(NamedTuple):
    """Where a view looks: its transform, its size in pixels, and how large things are drawn."""

    world: QTransform
    size: QSize
    ratio: float  # pixels of the device by pixel
    zoom: float
    sizes: Sizes

    @property
    def rect(self) -> QRectF:
        """What one sees, in canvas units."""
        return self.world.inverted()[0].mapRect(QRectF(QPointF(), self.size.toSizeF()))

    def is_like(self, other: Sight) -> bool:
        """Whether pictures of the two differ by where one looks, and how near, alone."""
        return self[1:3] == other[1:3] and self.sizes == other.sizes


class Sheet:
    """What a sight shows. `left` is where it is still to be painted, or painted again.

    `generation` says which annotations are on it; None: it takes those that there are.
    """

    def __init__(self, sight: Sight, picture: QPixmap | None = None) -> None:
        self.sight = sight
        self.generation: int | None = None
        self._pace = AT_FIRST / SLICE  # pixels of height that are painted in a second
        self._whole = QRect(QPoint(), sight.size)
        self.left = [] if picture else [self._whole]
        self.picture = picture or QPixmap(sight.size * sight.ratio)
        self.picture.setDevicePixelRatio(sight.ratio)

    def spoil(self, box: Box) -> None:
        """It is other in a box of the canvas."""
        world = self.sight.world
        scale, dx, dy = world.m11(), world.dx() - RIM, world.dy() - RIM
        left, top = math.floor(box[0] * scale + dx), math.floor(box[1] * scale + dy)
        right = math.ceil(box[2] * scale + dx + 2 * RIM)
        bottom = math.ceil(box[3] * scale + dy + 2 * RIM)
        if right > 0 and bottom > 0 and left < self._whole.width() and top < self._whole.height():
            self._add(QRect(left, top, right - left, bottom - top))

    def spoil_all(self) -> None:
        """All of it is other."""
        self.left = [self._whole]

    def move_to(self, sight: Sight) -> None:
        """Look elsewhere at the same zoom: what stays in sight is scrolled."""
        before, world, ratio = self.sight.world, sight.world, sight.ratio
        by = QPoint(round(world.dx()) - round(before.dx()), round(world.dy()) - round(before.dy()))
        self.sight = sight
        if by.isNull():
            return
        if not float(ratio).is_integer():  # a step of one pixel is none on the screen
            self.spoil_all()
            return
        self.picture.scroll(round(by.x() * ratio), round(by.y() * ratio), self.picture.rect())
        known, self.left = self.left, []
        stays = QRegion(self._whole.translated(by))
        for part in (*(part.translated(by) for part in known), *(QRegion(self._whole) - stays)):
            self._add(part)

    def paint(self, scene: CanvasScene, hints: QPainter.RenderHint) -> None:
        """Paint at once what is left."""
        parts, self.left = self.left, []
        for part in parts:
            self._paint_part(scene, part, hints)

    def paint_for(self, seconds: float, scene: CanvasScene, hints: QPainter.RenderHint) -> None:
        """Paint some of what is left: as much as is likely to be done in a time."""
        end = time.perf_counter() + seconds
        while self.left:
            start = time.perf_counter()
            part = self.left.pop()
            height = max(round(min((end - start) * self._pace, part.height())), LEAST)
            rest = part.adjusted(0, height, 0, 0)
            if not rest.isEmpty():
                part.setHeight(height)
                self.left.append(rest)
            self._paint_part(scene, part, hints)
            now = time.perf_counter()
            self._pace = part.height() / (now - start)
            if now + LEAST / self._pace > end:
                break

    def _add(self, part: QRect) -> None:
        """Note a part that is left, as one with those that it lies over for the most part."""
        part &= self._whole
        if part.isEmpty() or any(other.contains(part) for other in self.left):
            return
        for other in self.left:
            both = part | other
            if _area(both) <= WASTE * (_area(part) + _area(other)):
                self.left.remove(other)
                self._add(both)
                return
        self.left.append(part)

    def _paint_part(self, scene: CanvasScene, part: QRect, hints: QPainter.RenderHint) -> None:
        world = self.sight.world
        painter = QPainter(self.picture)
        painter.setRenderHints(hints)
        painter.setClipRect(part, Qt.ClipOperation.ReplaceClip)
        painter.setWorldTransform(world)
        rect = world.inverted()[0].mapRect(QRectF(part.adjusted(-1, -1, 1, 1)))
        scene.paint_part(painter, rect)
        painter.end()


def _area(part: QRect) -> int:
    return part.width() * part.height()
