"""Badges of overlays: a small drawing on a wire, or beside the pin of a parameter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas.levels import PORTS_FROM
from gui.icons import paint_icon

if TYPE_CHECKING:
    from gui.canvas.node_item import NodeItem
    from gui.canvas.scene import CanvasScene

RADIUS, ICON, PAD = 8.0, 12.0, 3.0  # pixels
PIN_GAP = 4.0  # from the middle of a pin to the rim of its badge, in canvas units
SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)  # of a wire's length: the first that is free
# Where a wire has no room: beside its end, in pixels from the port, the first place that is free.
BESIDE = ((-16, -19), (-16, 19), (-38, -19), (-38, 19), (-60, -19), (-60, 19))


def badge_places(
    scene: CanvasScene, rows: Iterable[int], zoom: float, taken: np.ndarray
) -> dict[PortRef, geo.Point]:
    """Where the badges of these wires stand, clear of the boxes `taken` [n, 4] and each other."""
    if zoom < PORTS_FROM or not scene.overlays:
        return {}
    targets = (scene.wires.targets[row] for row in rows)
    found = {}
    for target in targets:
        if scene.overlays.badges(target):
            place = _place(scene.wires.line(target), taken, zoom)
            found[target] = place
            taken = np.concatenate((taken, badge_boxes([place], zoom)))
    return found


def badge_boxes(places: Iterable[geo.Point], zoom: float) -> np.ndarray:
    """What badges take, for chevrons to keep clear of: `[n, 4]`."""
    middles = np.array(list(places)).reshape(-1, 2)
    reach = (RADIUS + PAD) / zoom
    return np.concatenate((middles - reach, middles + reach), axis=1)


def badge_at(scene: CanvasScene, x: float, y: float, zoom: float) -> PortRef | None:
    """The edge whose badges stand at a point, as they were last painted."""
    reach = RADIUS / zoom
    for target, (left, middle) in scene.badge_places.items():
        count = len(scene.overlays.badges(target))
        right = left + (count - 1) * (2 * RADIUS + PAD) / zoom
        if left - reach <= x <= right + reach and abs(y - middle) <= reach:
            return target
    return None


def paint_badges(
    painter: QPainter, scene: CanvasScene, places: dict[PortRef, geo.Point], zoom: float
) -> None:
    """Each drawing in a ring, of one size on screen; several stand beside each other."""
    for target, place in places.items():
        _paint_row(painter, scene, scene.overlays.badges(target), QPointF(*place), 1 / zoom)


def paint_pin_badges(painter: QPainter, scene: CanvasScene, item: NodeItem, zoom: float) -> None:
    """Badges at the pins of a node whose tensors are its own, in the node's coordinates."""
    if zoom < PORTS_FROM or not scene.overlays:
        return
    for name, (x, y) in item.outline.pins.items():
        target = PortRef(item.id, name)
        if target not in scene.wires:
            middle = QPointF(x + geo.PIN / 2 + PIN_GAP + RADIUS / zoom, y - geo.PIN / 2)
            _paint_row(painter, scene, scene.overlays.badges(target), middle, 1 / zoom)


def _place(line: np.ndarray, taken: np.ndarray, zoom: float) -> geo.Point:
    """The first free place on a wire, or beside its end; in its middle where none is."""
    on_wire = [geo.point_on_wire(line, share)[0] for share in SHARES]
    x, y = line[-1].tolist()
    beside = [(x + dx / zoom, y + dy / zoom) for dx, dy in BESIDE]
    reach = RADIUS / zoom
    for x, y in (*on_wire, *beside):
        if not len(geo.meeting(taken, (x - reach, y - reach, x + reach, y + reach))):
            return (x, y)
    return on_wire[0]


def _paint_row(
    painter: QPainter,
    scene: CanvasScene,
    badges: tuple[str, ...],
    first: QPointF,
    pixel: float,
) -> None:
    for number, badge in enumerate(badges):
        middle = first + QPointF(number * (2 * RADIUS + PAD) * pixel, 0)
        _paint(painter, scene, badge, middle, pixel)


def _paint(
    painter: QPainter, scene: CanvasScene, badge: str, middle: QPointF, pixel: float
) -> None:
    theme = scene.theme
    ink = theme.color("error" if badge == "failed" else "text")
    painter.setPen(QPen(ink, pixel))
    painter.setBrush(theme.color("node"))
    painter.drawEllipse(middle, RADIUS * pixel, RADIUS * pixel)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = ICON / 2 * pixel
    square = QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)
    paint_icon(painter, badge, square, ink)
