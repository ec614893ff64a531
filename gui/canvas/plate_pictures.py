"""Painted plates, kept by the pixel: texts and small pictures keep their size on screen.

The same text in the same ink looks the same wherever it stands and at most zooms, so it is painted
once and copied, to whole pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap, QTransform

from gui.canvas import geometry as geo
from gui.canvas.placing import Box
from gui.canvas.plate_paint import paint_label, paint_plates
from gui.canvas.plates import Label, Plate
from gui.canvas.thumbnails import Thumbnail, paint_thumbnail
from gui.theme import Theme

MOST = 3_000  # pictures that are kept
RIM = 2  # pixels around a text that its letters may take


class PlatePictures:
    """The pictures of one scene's plates; to be forgotten when the theme changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        # With what a key names by its identity, which must not become another's meanwhile.
        self._kept: dict[Hashable, tuple[QPixmap, object]] = {}

    def forget(self) -> None:
        """Drop all pictures."""
        self._kept.clear()

    def paint(self, painter: QPainter, plates: Iterable[Plate], pixel: float) -> None:
        """Paint plates; `pixel` is a screen pixel in canvas units."""
        world, engine = painter.worldTransform(), painter.paintEngine()
        is_raster = engine is not None and engine.type() == QPaintEngine.Type.Raster
        is_plain = world.m12() == world.m21() == 0 and abs(world.m11() * pixel - 1) < 1e-4
        if not (is_raster and is_plain):
            paint_plates(painter, plates, self._theme, pixel)
            return
        ratio = painter.deviceTransform().m11() / world.m11()
        pictures = []
        for plate in plates:
            if plate.picture is not None:
                is_signed = plate.kind != "value"
                corner = self._corner(world, plate.picture.box, ratio)
                pictures.append((corner, self._small(plate.picture, is_signed, ratio, painter)))
            for label in plate.labels:
                corner = self._corner(world, label.box, ratio)
                pictures.append((corner, self._text(label, pixel, ratio, painter)))
        painter.save()
        painter.setWorldTransform(QTransform())
        for corner, picture in pictures:
            painter.drawPixmap(corner, picture)
        painter.restore()

    def _corner(self, world: QTransform, box: Box, ratio: float) -> QPointF:
        """The pixel where a picture begins whose inside begins at a box's corner."""
        x = world.m11() * box[0] + world.dx()
        y = world.m22() * box[1] + world.dy()
        return QPointF(geo.pixel(x * ratio) / ratio - RIM, geo.pixel(y * ratio) / ratio - RIM)

    def _text(self, label: Label, pixel: float, ratio: float, painter: QPainter) -> QPixmap:
        left, top, right, bottom = label.box
        size = (round((right - left) / pixel, 2), round((bottom - top) / pixel, 2))
        look = (label.text, label.ink, label.pixels, label.weight, label.framed, label.marked)

        def paint(on: QPainter) -> None:
            paint_label(on, replace(label, box=(0.0, 0.0, *size)), self._theme, 1.0)

        return self._picture((look, size, ratio), size, ratio, painter, None, paint)

    def _small(
        self, thumbnail: Thumbnail, is_signed: bool, ratio: float, painter: QPainter
    ) -> QPixmap:
        size = (thumbnail.width, thumbnail.height)
        marks = (thumbnail.kind, thumbnail.has_numbers, thumbnail.samples, is_signed)

        def paint(on: QPainter) -> None:
            paint_thumbnail(on, thumbnail.placed((0.0, 0.0, *size), 1.0), self._theme, is_signed)

        key = (id(thumbnail.array), marks, size, ratio)
        return self._picture(key, size, ratio, painter, thumbnail.array, paint)

    def _picture(
        self,
        key: Hashable,
        size: tuple[float, float],
        ratio: float,
        like: QPainter,
        holds: object,
        paint: Callable[[QPainter], None],
    ) -> QPixmap:
        """The picture of a key, painted when it is first asked for."""
        if key in self._kept:
            return self._kept[key][0]
        if len(self._kept) >= MOST:
            self.forget()
        picture = QPixmap(*(math.ceil((side + 2 * RIM) * ratio) for side in size))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(like.renderHints())
        painter.translate(QPointF(RIM, RIM))
        paint(painter)
        painter.end()
        self._kept[key] = (picture, holds)
        return picture
