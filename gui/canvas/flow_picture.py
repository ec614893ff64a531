"""What lies under the nodes as a view shows it, kept by the pixel: ground, frames, wires, plates.

Panning copies it and paints the strips that come into sight; a step or a drag paints the places
where a wire or a plate is other than before. Whoever asks the scene to paint gets all of it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap, QRegion, QTransform

from graph import PortRef

if TYPE_CHECKING:
    from gui.canvas.placing import Box
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView

RIM = 12  # pixels around what changed: rails, chevrons, and what a text takes beside its box
MOST_PARTS = 12  # places that are painted one by one; more are painted as one


class FlowPicture:
    """The picture of one scene's flow in its view."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._picture: QPixmap | None = None
        self._key: tuple = ()  # what the picture is of, but for where one looks
        self._corner = QPoint()
        self._spoilt: list[Box] = []
        self._passes: dict[PortRef, list[bool]] = {}

    def touch(self) -> None:
        """All of it may be other now."""
        self._key = ()

    def spoil(self, boxes: Iterable[Box]) -> None:
        """It is other in these boxes of the canvas."""
        self._spoilt.extend(boxes)

    def paint(self, painter: QPainter, view: CanvasView) -> bool:
        """Paint the view's ground; False where that is not for a picture, as on paper."""
        world, engine = view.viewportTransform(), painter.paintEngine()
        is_raster = engine is not None and engine.type() == QPaintEngine.Type.Raster
        ratio = painter.deviceTransform().m11() / painter.worldTransform().m11()
        is_whole = float(ratio).is_integer()  # else a step of one pixel is none on the screen
        if not is_raster or not is_whole or painter.worldTransform() != world:
            return False
        self._bring_up_to_date(view, world, ratio, painter.renderHints())
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.drawPixmap(0, 0, self._picture)
        painter.restore()
        return True

    # --- inside ----------------------------------------------------------------------------

    def _bring_up_to_date(
        self, view: CanvasView, world: QTransform, ratio: float, hints: QPainter.RenderHint
    ) -> None:
        scene, whole = self._scene, view.viewport().rect()
        seen = world.inverted()[0].mapRect(QRectF(whole))
        scene.look(seen, view.zoom)
        key = (view.zoom, whole.size(), ratio, scene.sizes, scene.field.generation)
        corner = QPoint(round(world.dx()), round(world.dy()))
        region = QRegion(whole)
        changed = self._changed(seen)
        if key == self._key and self._picture is not None:
            by = corner - self._corner
            region = QRegion()
            if not by.isNull():
                self._picture.scroll(
                    round(by.x() * ratio), round(by.y() * ratio), self._picture.rect()
                )
                region = QRegion(whole).subtracted(QRegion(whole.translated(by)))
            for box in changed:
                part = world.mapRect(QRectF(QPointF(*box[:2]), QPointF(*box[2:])))
                region += part.toAlignedRect().adjusted(-RIM, -RIM, RIM, RIM) & whole
        else:
            self._picture = QPixmap(whole.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
        self._key, self._corner = key, corner
        parts = list(region)
        for part in parts if len(parts) <= MOST_PARTS else [region.boundingRect()]:
            self._paint_part(part, world, hints)

    def _changed(self, seen: QRectF) -> list[Box]:
        """Where wires or plates are other than painted."""
        scene, wires = self._scene, self._scene.wires
        changed, self._spoilt = self._spoilt + scene.field.take_changes(), []
        rows = wires.seen((seen.left(), seen.top(), seen.right(), seen.bottom())).tolist()
        targets = [wires.targets[row] for row in rows]
        for target, passes in zip(targets, scene.passes.of(rows).tolist(), strict=True):
            if self._passes.get(target) != passes:
                self._passes[target] = passes
                changed.extend(wires.pieces(target))
        return changed

    def _paint_part(self, part: QRect, world: QTransform, hints: QPainter.RenderHint) -> None:
        painter = QPainter(self._picture)
        painter.setRenderHints(hints)
        painter.setClipRect(part, Qt.ClipOperation.ReplaceClip)
        painter.setWorldTransform(world)
        rect = world.inverted()[0].mapRect(QRectF(part.adjusted(-1, -1, 1, 1)))
        self._scene.paint_ground(painter, rect)
        painter.end()
