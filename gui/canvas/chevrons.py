"""Chevrons: angles on a wire that say which way a pass goes, at the first place no plate takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.levels import FAR
from gui.canvas.polygons import polygon
from gui.canvas.wire_lines import seen_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.canvas.placing import Box
    from gui.canvas.scene import CanvasScene

CHEVRON = 3.5  # half the height of a chevron, in pixels
# Where on a wire they stand: the first place that no plate takes.
CHEVRON_SHARES = {"forward": (0.44, 0.36, 0.52, 0.28), "reverse": (0.56, 0.64, 0.48, 0.72)}
SHORTEST = 60  # pixels of a wire that carries chevrons


def places_met(scene: CanvasScene, boxes: Sequence[Box], zoom: float) -> list[list[float]]:
    """Where chevrons may come or go if these boxes are taken or free now."""
    if not boxes or zoom < FAR:
        return []
    reach = 2 * CHEVRON * scene.sizes.bold / zoom + scene.sizes.gap_pixels(zoom) / 2 / zoom
    taken = np.array(boxes)
    lines = scene.wires.lines(scene.wires.reaching(geo.widened(taken, reach)))
    if not len(lines):
        return []
    places, _ = geo.points_on_wires(lines, scene.chevron_shares)
    squares = geo.squares(places, reach)
    is_met = geo.meeting_any(squares, taken).any(1)
    return squares[is_met].reshape(-1, 4).tolist()


def paint_chevrons(
    painter: QPainter,
    lines: np.ndarray,
    scene: CanvasScene,
    phase: str,
    zoom: float,
    plates: np.ndarray,
    shares: tuple[float, ...] = (),
) -> None:
    """Paint an angle on each line that says which way a pass goes, clear of the plates.

    `shares` are the places on a line to be tried, else those of the pass.
    """
    bold = scene.sizes.bold
    pen = QPen(scene.theme.color(phase), 1.5 * bold / zoom)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    size = CHEVRON * bold / zoom
    long = np.linalg.norm(lines[:, -1] - lines[:, 0], axis=-1) * zoom >= SHORTEST
    if not long.any():
        return
    places, ways = geo.points_on_wires(lines[long], shares or CHEVRON_SHARES[phase])
    parts = seen_by(painter, 2 * size)
    x, y = places[..., 0], places[..., 1]
    is_seen = np.zeros(x.shape, bool)
    for left, top, right, bottom in parts.tolist():
        is_seen |= (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    some = is_seen.any(1)  # only these are worth a look at the plates
    places, ways, is_seen = places[some], ways[some], is_seen[some]
    first = _first_free(geo.squares(places, 2 * size), plates)
    rows = np.arange(len(places))
    rows = rows[(first >= 0) & is_seen[rows, first]]
    places, ways = places[rows, first[rows]], ways[rows, first[rows]]
    for angle in _chevrons(places, ways if phase == "forward" else -ways, size):
        painter.drawPolyline(polygon(angle))


def _first_free(squares: np.ndarray, plates: np.ndarray) -> np.ndarray:
    """Of each row of squares `[n, places, 4]` the first that no plate meets; -1: none."""
    first = np.full(len(squares), -1)
    left = np.arange(len(squares))
    for place in range(squares.shape[1]):
        is_taken = geo.meeting_any(squares[left, place], plates)
        first[left[~is_taken]] = place
        left = left[is_taken]
        if not len(left):
            break
    return first


def _chevrons(places: np.ndarray, ways: np.ndarray, size: float) -> np.ndarray:
    """The three points of each angle that points along a way: `[n, 3, 2]`."""
    side = np.stack((-ways[:, 1], ways[:, 0]), axis=1) * size
    back = places - ways * size
    return np.stack((back + side, places, back - side), axis=1)


def paint_chevron(painter: QPainter, place: geo.Point, way: geo.Point, size: float) -> None:
    """Paint one angle at a place that points along a way."""
    painter.drawPolyline(polygon(_chevrons(np.array([place]), np.array([way]), size)[0]))
