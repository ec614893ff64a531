"""What a view shows, kept by the pixel: ground, wires, annotations and nodes.

Panning copies it and paints the strips that come into sight; a step or a drag paints the places
where something is other than before. While one zooms, what was seen is shown at the new size,
and a sheet with all of it anew is painted beside as frames have time: a frame of a zoom takes no
longer than a copy, and soon after it everything is crisp. Who takes a picture of the view, and
not of the screen, gets it crisp at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QRegion
from shiboken6 import getCppPointer

from gui.canvas.chevrons import places_met
from gui.canvas.sheet import BETWEEN, IN_FRAME, Sheet, Sight

if TYPE_CHECKING:
    from gui.canvas.placing import Box
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView

MOST = 3  # sheets that are kept, each wider than the next


class SeenPicture(QObject):
    """The picture of one scene in its view."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._sheets: list[Sheet] = []  # what was seen since all was other, the last at the end
        self._coming: Sheet | None = None  # what will be shown, at another zoom
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._go_on)

    @property
    def is_crisp(self) -> bool:
        """Whether nothing is on its way that will be crisper."""
        return self._coming is None

    @property
    def is_done(self) -> bool:
        """Whether all of it is painted as it is now, and no annotation is still to come."""
        if not self._sheets or not self.is_crisp:
            return False
        sheet, field = self._sheets[-1], self._scene.field
        is_laid_out = self._scene.is_laid_out(sheet.sight.zoom) and not field.changed
        return is_laid_out and not (sheet.bare or sheet.old)

    def touch(self) -> None:
        """All of it may be other now, but for the plan, which knows it by itself."""
        if not (self._sheets and self._sheets[-1].sight.is_far):
            self._sheets = []
        self._coming = None

    def spoil(self, boxes: Iterable[Box] | np.ndarray) -> None:
        """It is other in these boxes of the canvas."""
        boxes = boxes if isinstance(boxes, np.ndarray) else list(boxes)
        if len(boxes):
            del self._sheets[:-1]
        for sheet in (*self._sheets, *filter(None, (self._coming,))):
            sheet.spoil(boxes)

    def paint(self, painter: QPainter, view: CanvasView, region: QRegion) -> None:
        """Paint all that a view shows, but for what is laid over it; `region` comes to be seen."""
        sight, hints = _sight_of(self._scene, view), view.renderHints()
        if not self._sheets or not self._may_stand_in(self._sheets[-1], sight):
            self._sheets, self._coming = [], None
            self._show(Sheet(sight))
        is_it = self._is_of(self._sheets[-1], sight)
        if not is_it and _is_screen(painter, view):
            is_it = self._sharpen(IN_FRAME, sight, hints)
        elif not is_it:
            self._show(Sheet(sight))
            is_it = self._is_of(self._sheets[-1], sight)
        if is_it:
            self._paint_crisp(painter, sight, view, region)
        else:
            self._paint_stretched(painter, sight)

    # --- inside ----------------------------------------------------------------------------

    def _paint_crisp(
        self, painter: QPainter, sight: Sight, view: CanvasView, region: QRegion
    ) -> None:
        """Bring the sheet up to date, where it may have been at another place or time."""
        sheet, self._coming = self._sheets[-1], None
        sheet.move_to(sight)
        self._spoil_changed(sheet)
        other = QRegion()
        for part in (*sheet.bare, *sheet.old):
            other += part
        if not (other - region).isEmpty():
            view.viewport().update(other)
        if sheet.is_new or sheet.is_mostly_there or not _is_screen(painter, view):
            sheet.paint(self._scene, view.renderHints())
        else:  # one has gone far: the rest comes with the next frames
            is_worth = self._scene.is_laid_out(sight.zoom)  # else much would be painted twice
            sheet.paint_some(IN_FRAME if is_worth else 0.0, self._scene, view.renderHints())
            self._more.start()
        painter.drawPixmap(0, 0, sheet.picture)
        if sheet.bare:
            self._paint_boxes(painter, sight, sheet.bare)

    def _may_stand_in(self, sheet: Sheet, sight: Sight) -> bool:
        """Whether a sheet can be shown until a sight is painted: not an old plan, for one."""
        is_old = sheet.sight.is_far and sheet.generation != self._scene.plan.generation
        return sheet.sight.is_like(sight) and not is_old

    def _show(self, sheet: Sheet) -> None:
        """From now on show this one, and where it does not reach those before it."""
        zoom = sheet.sight.zoom
        before = [other for other in self._sheets if other.sight.zoom < zoom]
        self._sheets, self._coming = [*before[1 - MOST :], sheet], None

    def _is_of(self, sheet: Sheet, sight: Sight) -> bool:
        """Whether a sheet, brought up to date, shows a sight; its annotations are laid out."""
        if sheet.sight.zoom != sight.zoom:
            return False
        generation = self._scene.look(sight.rect, sight.zoom)
        if sheet.generation is None:
            sheet.generation = generation
        return sheet.generation == generation

    def _sharpen(self, seconds: float, sight: Sight, hints: QPainter.RenderHint) -> bool:
        """Go on with the sheet that is to be shown; whether it is done, and of this sight.

        It is finished even if one has zoomed on since, for it is nearer than the one before.
        """
        scene = self._scene
        if self._coming is None or not self._may_stand_in(self._coming, sight):
            self._coming = Sheet(sight)
        coming = self._coming
        coming.generation = scene.look(coming.sight.rect, coming.sight.zoom)
        if scene.is_laid_out(coming.sight.zoom):  # else much would be painted twice
            self._spoil_changed(coming)
            coming.paint_some(seconds, scene, hints)
        if coming.bare or coming.old:
            self._more.start()
            return False
        self._show(coming)
        if coming.sight.zoom == sight.zoom:
            return True
        self._coming = Sheet(sight)
        self._more.start()
        return False

    def _spoil_changed(self, sheet: Sheet) -> None:
        """Where annotations came or went, a sheet is other, and where signs on wires make room."""
        if sheet.sight.is_far:
            return
        boxes = sheet.spoil(self._scene.field.take_changes())
        sheet.spoil(places_met(self._scene, boxes, sheet.sight.zoom))

    def _go_on(self) -> None:
        """Between two frames; what is done is shown by the next."""
        view = next(iter(self._scene.views()), None)
        if view is None or not self._sheets:
            return
        sight, sheet = _sight_of(self._scene, view), self._sheets[-1]
        if sheet.sight.is_like(sight):
            if not self._is_of(sheet, sight):
                self._sharpen(BETWEEN, sight, view.renderHints())
            elif sheet.bare and self._scene.is_laid_out(sight.zoom):
                sheet.move_to(sight)
                self._spoil_changed(sheet)
                sheet.paint_some(BETWEEN, self._scene, view.renderHints())
        if self._coming is None or self._sheets[-1] is not sheet:
            view.viewport().update()  # if nothing is bare any more, that copies

    def _paint_stretched(self, painter: QPainter, sight: Sight) -> None:
        """Paint what was seen at other sizes; where it does not reach, boxes stand for nodes.

        From near they stand for what was seen from very far, too: they are sharp.
        """
        whole, above = QRect(QPoint(), sight.size), []
        left = QRegion(whole)
        for sheet in reversed(self._sheets):
            if left.isEmpty() or (sheet.sight.is_far and not sight.is_far):
                break
            way = sheet.sight.world.inverted()[0] * sight.world
            above.append((way, sheet))
            x, y, right, bottom = way.mapRect(QRectF(whole)).getCoords()
            last = QPoint(math.floor(right) - 1, math.floor(bottom) - 1)
            left -= QRegion(QRect(QPoint(math.ceil(x), math.ceil(y)), last))
        self._paint_boxes(painter, sight, left)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for way, sheet in reversed(above):
            painter.setWorldTransform(way)
            painter.drawPixmap(0, 0, sheet.picture)

    def _paint_boxes(self, painter: QPainter, sight: Sight, parts: Iterable[QRect]) -> None:
        """Boxes and lines stand for nodes and wires, where these are still to be painted."""
        back = sight.world.inverted()[0]
        for part in parts:
            painter.save()
            painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
            painter.fillRect(part, self._scene.theme.color("canvas"))
            painter.setWorldTransform(sight.world)
            box = back.mapRect(QRectF(part)).getCoords()
            self._scene.plan.paint(painter, np.array([box]))
            painter.restore()


def _sight_of(scene: CanvasScene, view: CanvasView) -> Sight:
    viewport = view.viewport()
    ratio = viewport.devicePixelRatioF()
    return Sight(view.viewportTransform(), viewport.size(), ratio, view.zoom, scene.sizes)


def _is_screen(painter: QPainter, view: CanvasView) -> bool:
    """Whether a painter paints what comes to the screen, and not a picture of the view."""
    store = view.window().backingStore()
    device, engine = store and store.paintDevice(), painter.paintEngine()
    found = engine and engine.paintDevice()
    return bool(device and found) and getCppPointer(device) == getCppPointer(found)
