"""How classes are told apart: each has a shape of its own, and one of four inks.

The inks repeat from the fifth class on, the shapes do not before the eleventh: who cannot tell
the inks apart has the shapes, and beyond both the names.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from gui.theme import Theme

INKS = ("negative", "positive", "text", "line")  # tokens
SHAPES = (
    "circle", "square", "triangle", "diamond", "plus",
    "hourglass", "point down", "star", "hexagon", "pentagon",
)  # fmt: skip
RADII = ((120, 4.0), (600, 3.2))  # pixels of a mark, for at most so many samples
SMALLEST = 2.6
ROOM = 14  # pixels of its image


def ink_of(class_: int) -> str:
    """The token that a class is drawn in."""
    return INKS[class_ % len(INKS)]


def shape_of(class_: int) -> str:
    """The shape that its samples have."""
    return SHAPES[class_ % len(SHAPES)]


def radius_for(samples: int) -> float:
    """How large the marks of so many samples are, in pixels."""
    return next((radius for most, radius in RADII if samples <= most), SMALLEST)


def outline_of(shape: str, radius: float) -> QPolygonF:
    """The outline of a shape about the origin; all look equally large."""
    return QPolygonF([QPointF(radius * x, radius * y) for x, y in _corners(shape)])


def mark(
    class_: int, theme: Theme, scale: float, radius: float = RADII[0][1], *, is_wrong: bool = False
) -> QImage:
    """The mark of a sample, in the middle of an image of `ROOM` pixels.

    A sample that is taken for another class is hollow.
    """
    ink, ground = theme.color(ink_of(class_)).name(), theme.color("node").name()
    return _mark(shape_of(class_), ink, ground, is_wrong, scale, radius)


@lru_cache(maxsize=256)
def _mark(
    shape: str, ink: str, ground: str, is_hollow: bool, scale: float, radius: float
) -> QImage:
    size = math.ceil(ROOM * scale)
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QPointF(ROOM / 2, ROOM / 2))
    outline = outline_of(shape, radius)
    painter.setPen(QPen(QColor(ground), 3.5 if is_hollow else 2))
    painter.drawPolygon(outline)
    painter.setPen(QPen(QColor(ink), 1.75) if is_hollow else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground) if is_hollow else QColor(ink))
    painter.drawPolygon(outline)
    painter.end()
    return image


@lru_cache(maxsize=32)
def _corners(shape: str) -> tuple[tuple[float, float], ...]:
    """Corners of a shape that fits about a circle of radius 1."""
    if shape == "square":
        return ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))
    if shape == "plus":
        a, b = 0.38, 1.15
        return (
            (-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a),
            (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a),
        )  # fmt: skip
    if shape == "hourglass":
        return ((-1.0, -1.0), (1.0, -1.0), (0.25, 0.0), (1.0, 1.0), (-1.0, 1.0), (-0.25, 0.0))
    count, radius, turn = {
        "circle": (24, 1.0, 0.0),
        "triangle": (3, 1.3, -90.0),
        "point down": (3, 1.3, 90.0),
        "diamond": (4, 1.25, -90.0),
        "pentagon": (5, 1.15, -90.0),
        "hexagon": (6, 1.1, 0.0),
        "star": (10, 1.35, -90.0),
    }[shape]
    found = []
    for corner in range(count):
        angle = math.radians(turn + 360 * corner / count)
        away = radius * (0.5 if shape == "star" and corner % 2 else 1)
        found.append((away * math.cos(angle), away * math.sin(angle)))
    return tuple(found)
