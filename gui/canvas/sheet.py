"""A sheet: a part of the canvas at one zoom, painted on a pixmap as far as one has come with it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QRegion, QTransform

from gui.canvas.levels import OVERVIEW, Sizes
from gui.canvas.placing import Box

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

RIM = 12  # pixels around what changed: rails, chevrons, and what a text takes beside its box
EACH = 100_000  # pixels of a part that take as long as beginning with another one
MUCH = 0.25  # the share of a sheet that is painted at once where it comes into sight
IN_FRAME, BETWEEN = 0.006, 0.02  # seconds of painting what is bare, in a frame and between two
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
        self._pace = AT_FIRST / IN_FRAME  # pixels that are painted in a second
        self._whole = QRect(QPoint(), sight.size)
        self.is_new = True
        self.bare, self.old = [self._whole], list[QRect]()
        self.picture = QPixmap(sight.size * sight.ratio)
        self.picture.setDevicePixelRatio(sight.ratio)

    def spoil(self, box: Box) -> None:
        """It is other in a box of the canvas, unless it shows the plan."""
        if self.sight.is_far:
            return
        world = self.sight.world
        scale, dx, dy = world.m11(), world.dx() - RIM, world.dy() - RIM
        left, top = math.floor(box[0] * scale + dx), math.floor(box[1] * scale + dy)
        right = math.ceil(box[2] * scale + dx + 2 * RIM)
        bottom = math.ceil(box[3] * scale + dy + 2 * RIM)
        if right > 0 and bottom > 0 and left < self._whole.width() and top < self._whole.height():
            self._spoil(QRect(left, top, right - left, bottom - top))

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
        old = [part.translated(by) for part in self.old]
        bare = [part.translated(by) & self._whole for part in self.bare]
        bare.extend(QRegion(self._whole) - QRegion(self._whole.translated(by)))
        self.bare, self.old = [part for part in bare if not part.isEmpty()], []
        for part in old:
            self._spoil(part)

    @property
    def is_mostly_there(self) -> bool:
        """Whether what is still bare can be painted at once."""
        return sum(map(_area, self.bare)) <= MUCH * _area(self._whole)

    def paint(self, scene: CanvasScene, hints: QPainter.RenderHint) -> None:
        """Paint at once all that is bare or old."""
        self.is_new = False
        parts, self.bare, self.old = [*self.bare, *self.old], [], []
        for part in parts:
            self._paint_part(scene, part, hints)

    def paint_some(self, seconds: float, scene: CanvasScene, hints: QPainter.RenderHint) -> None:
        """Paint what is old, and of what is bare as much as is likely to be done in a time."""
        end = time.perf_counter() + seconds
        self.is_new = False
        parts, self.old = self.old, []
        for part in parts:
            self._paint_part(scene, part, hints)
        while self.bare:
            start = time.perf_counter()
            piece = self.take_piece((end - start) * self._pace)
            self._paint_part(scene, piece, hints)
            now = time.perf_counter()
            self._pace = _area(piece) / (now - start)
            if now + math.prod(LEAST) / self._pace > end:
                break

    def take_piece(self, pixels: float) -> QRect:
        """The next piece of what is bare, of about so many pixels: a strip or a part of one."""
        part = self.bare.pop()
        height = min(max(round(pixels / part.width()), LEAST[0]), part.height())
        width = min(max(round(pixels / height), LEAST[1]), part.width())
        below, beside = part.adjusted(0, height, 0, 0), part.adjusted(width, 0, 0, 0)
        beside.setHeight(height)
        self.bare += [rest for rest in (below, beside) if not rest.isEmpty()]
        return QRect(part.topLeft(), QSize(width, height))

    def _spoil(self, part: QRect) -> None:
        """Note a part that is old, as one with those that it lies over for the most part."""
        part &= self._whole
        if part.isEmpty() or any(other.contains(part) for other in (*self.bare, *self.old)):
            return
        for other in self.old:
            both = part | other
            if _area(both) <= _area(part) + _area(other) + EACH:
                self.old.remove(other)
                self._spoil(both)
                return
        self.old.append(part)

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
