"""Painted nodes, kept by the pixel: one that looks as it did is copied instead of painted again.

Stepping and panning change few nodes, but paint all that are in sight. A picture is kept from the
second time on that a node is asked for with the same look, so that a zoom, where no look comes
twice, pays nothing for it; at once where only a part of the node is painted, for the rest will
come. None is kept of a look that fades or pulses and so passes by.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap, QTransform

from gui.canvas import geometry as geo
from gui.canvas.levels import FAR
from gui.canvas.looks import Face, Mood
from gui.canvas.node_paint import SMALL, paint_far_title, paint_node
from gui.theme import Theme

BUDGET = 48 * 2**20  # bytes of pictures
FAR_BUDGET = 8 * 2**20  # bytes of those from afar: a fade or a pulse makes new ones in each frame
EACH = 4  # looks of a node that are kept: muted and not, with and without its ring
PHASES = 8  # places in a pixel that are told apart; from afar there is one


class Look(NamedTuple):
    """All that decides how a node is painted."""

    face: Face
    texts: tuple[str, str] | None  # None from afar, where they are not told
    mood: Mood
    zoom: float
    scale: float


class _Key(NamedTuple):
    look: Look
    phase: tuple[int, int]
    ratio: float


class _Kept:
    """A look that was seen, and its picture from the second time on."""

    def __init__(self, key: _Key) -> None:
        self.key = key
        self.picture: QPixmap | None = None


class NodePictures:
    """The pictures of one scene; to be forgotten when the theme changes, or all nodes do."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._kept: dict[str, list[_Kept]] = {}
        self._bytes = 0
        # By look and by the identity of a node's shape, which the face keeps from being another's.
        self._far: dict[tuple, dict[int, tuple[QPixmap, Face]]] = {}
        self._far_at: tuple = ()
        self._far_bytes = 0

    def forget(self) -> None:
        """Drop all pictures."""
        self._kept.clear()
        self._far.clear()
        self._bytes = self._far_bytes = 0

    def paint(self, painter: QPainter, id_: str, look: Look, bounds: QRectF) -> None:
        """Paint a node at the painter's origin; `bounds` is what it takes at most, unscaled."""
        pixels = pixels_of(painter, look.zoom)
        if pixels is None:
            _paint(painter, look, self._theme)
            return
        painter.save()
        painter.setWorldTransform(QTransform())
        self.copy(painter, pixels, QPointF(), id_, look, bounds)
        painter.restore()

    def copy(
        self,
        painter: QPainter,
        pixels: Pixels,
        at: QPointF,
        id_: str,
        look: Look,
        bounds: QRectF,
        comes_again: bool = False,
    ) -> None:
        """Paint a node that stands at a point of the canvas; the painter has no transform.

        `comes_again` says that it is soon asked for once more.
        """
        corner, phase = pixels.corner(at, bounds)
        if look.zoom < FAR:
            self._copy_far(painter, look, bounds, corner, pixels.ratio)
            return
        key = _Key(look, phase, pixels.ratio)
        kept = None if look.mood.is_on_its_way else self._seen(id_, key, comes_again)
        if kept is not None:
            if kept.picture is None:
                kept.picture = self._picture(kept.key, bounds, painter)
            painter.drawPixmap(corner, kept.picture)
        elif painter.opacity() < 1:  # else its parts would show through each other
            painter.drawPixmap(corner, self._made(key, bounds, painter))
        else:
            painter.setWorldTransform(pixels.world_at(at))
            _paint(painter, look, self._theme)
            painter.setWorldTransform(QTransform())

    # --- inside ----------------------------------------------------------------------------

    def _copy_far(
        self, painter: QPainter, look: Look, bounds: QRectF, corner: QPointF, ratio: float
    ) -> None:
        """From afar nodes of a kind look alike but for their titles: one picture is for all."""
        face = look.face
        key = (face.icon, face.shape.outline, face.through, look.mood, look.zoom, look.scale, ratio)
        if key[4:] != self._far_at or self._far_bytes > FAR_BUDGET:
            self._far, self._far_at, self._far_bytes = {}, key[4:], 0
        kinds = self._far.setdefault(key, {})
        if id(face.shape) not in kinds:
            alike = look._replace(face=replace(face, title=""))
            picture = self._made(_Key(alike, (0, 0), ratio), bounds, painter)
            kinds[id(face.shape)] = (picture, face)
            self._far_bytes += _size(picture)
        painter.drawPixmap(corner, kinds[id(face.shape)][0])
        if look.zoom >= SMALL:
            zoom, inside = look.zoom, bounds.topLeft() * look.zoom
            left, top = corner.x() - inside.x(), corner.y() - inside.y()
            painter.setWorldTransform(QTransform(zoom, 0, 0, zoom, left, top))
            paint_far_title(painter, face, look.mood, self._theme, zoom)
            painter.setWorldTransform(QTransform())

    def _seen(self, id_: str, key: _Key, comes_again: bool) -> _Kept | None:
        """What is kept of a look; None where it is seen for the first time, and may not come."""
        known = self._kept.setdefault(id_, [])
        for index, kept in enumerate(known):
            if _is_same(kept.key, key):
                known.insert(0, known.pop(index))
                return kept
        known.insert(0, _Kept(key))
        for gone in known[EACH:]:
            self._bytes -= _size(gone.picture)
        del known[EACH:]
        return known[0] if comes_again else None

    def _picture(self, key: _Key, bounds: QRectF, like: QPainter) -> QPixmap:
        """A picture that counts."""
        picture = self._made(key, bounds, like)
        if self._bytes + _size(picture) > BUDGET:
            self.forget()
        self._bytes += _size(picture)
        return picture

    def _made(self, key: _Key, bounds: QRectF, like: QPainter) -> QPixmap:
        look, phase, ratio = key
        dense = look.zoom * ratio
        width, height = (math.ceil(x * dense) + 1 for x in (bounds.width(), bounds.height()))
        picture = QPixmap(width, height)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(like.renderHints())
        painter.translate(QPointF(*(part / PHASES / ratio for part in phase)))
        painter.scale(look.zoom, look.zoom)
        painter.translate(-bounds.topLeft())
        _paint(painter, look, self._theme)
        painter.end()
        return picture


def _paint(painter: QPainter, look: Look, theme: Theme) -> None:
    paint_node(painter, look.face, look.texts or ("", ""), look.mood, theme, look.zoom, look.scale)


class Pixels(NamedTuple):
    """How the pixels of a painter lie on the canvas: its transform, and the device's by pixel."""

    scale: float
    dx: float
    dy: float
    ratio: float
    phases: int  # places in a pixel that are told apart

    def corner(self, at: QPointF, bounds: QRectF) -> tuple[QPointF, tuple[int, int]]:
        """The pixel where the picture of a node comes to lie, and its place in that pixel."""
        phases, ratio = self.phases, self.ratio
        x = geo.pixel(((at.x() + bounds.x()) * self.scale + self.dx) * ratio * phases)
        y = geo.pixel(((at.y() + bounds.y()) * self.scale + self.dy) * ratio * phases)
        return QPointF(x // phases / ratio, y // phases / ratio), (x % phases, y % phases)

    def world_at(self, at: QPointF) -> QTransform:
        """The transform for what is painted with its origin at a point of the canvas."""
        scale = self.scale
        return QTransform(scale, 0, 0, scale, self.dx + at.x() * scale, self.dy + at.y() * scale)


def pixels_of(painter: QPainter, zoom: float) -> Pixels | None:
    """None where a picture would not do: on paper, in an SVG, at another zoom, or turned."""
    world = painter.worldTransform()
    engine, scale = painter.paintEngine(), world.m11()
    is_raster = engine is not None and engine.type() == QPaintEngine.Type.Raster
    is_plain = world.m12() == world.m21() == 0 and scale == world.m22()
    if not is_raster or not is_plain or abs(scale - zoom) > 1e-4:
        return None
    ratio = painter.deviceTransform().m11() / scale
    return Pixels(scale, world.dx(), world.dy(), ratio, PHASES if zoom >= FAR else 1)


def _is_same(one: _Key, other: _Key) -> bool:
    """Whether two keys mean the same picture; a face is compared as an object, for speed."""
    if one[1:] != other[1:]:
        return False
    mine, its = one.look, other.look
    return mine is its or (mine.face is its.face and mine[1:] == its[1:])


def _size(picture: QPixmap | None) -> int:
    return 0 if picture is None else picture.width() * picture.height() * picture.depth() // 8
