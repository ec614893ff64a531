"""How the reverse graph's edges are painted: turned, one by one as the reverse pass comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.chevrons import CHEVRON, paint_chevron, paint_chevrons
from gui.canvas.clocks import clock_boxes, paint_clocks
from gui.canvas.levels import DIMMED, FAR, PORTS_FROM
from gui.canvas.overlay_paint import marked_rows, paint_marked
from gui.canvas.wire_lines import paint_lines
from gui.canvas.wire_paint import (
    paint_selection,
    pen_of,
    stands_back,
)
from gui.reverse_graph.plates import STUB

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

SHARES = (0.34, 0.26, 0.44, 0.52)  # where chevrons stand: there are no values to keep clear of
WAITING = 0.45  # how much is seen of an edge whose cotangent is still to come


def paint_turned(
    painter: QPainter, rows: list[int], scene: CanvasScene, zoom: float, plates: np.ndarray
) -> None:
    """Paint some edges, from where each ends to where it begins.

    `plates` are boxes `[n, 4]` that chevrons keep clear of.
    """
    wires, theme = scene.wires, scene.theme
    width, gap = scene.sizes.wire_pixels(zoom) / zoom, scene.sizes.gap_pixels(zoom) / zoom
    selected = scene.selected_edge
    if selected is not None and selected in wires:
        paint_selection(painter, wires.line(selected), theme, width, gap)
    back = [row for row in rows if stands_back(scene, row)]
    near = sorted(set(rows) - set(back))
    marked = marked_rows(scene, near)
    near = sorted(set(near) - set(marked))
    come = [row for row in near if _has_come(scene, row)]
    waiting = sorted(set(near) - set(come))
    _paint_rows(painter, scene, back, QPen(theme.color("line", DIMMED), width))
    _paint_rows(painter, scene, waiting, QPen(theme.color("line", WAITING), width))
    if marked:
        paint_marked(painter, scene, marked, 1 / zoom)
    for is_late in (False, True):
        some = [row for row in come if (wires.targets[row] in wires.delays) == is_late]
        _paint_rows(painter, scene, some, pen_of(theme, "reverse", width, is_late))
    _paint_seed(painter, scene, width, zoom)
    if zoom >= FAR and come:
        clear = np.concatenate((plates, clock_boxes(scene, zoom)))
        lines = wires.lines(np.array(come))
        paint_chevrons(painter, lines, scene, "reverse", zoom, clear, SHARES)
    if zoom >= PORTS_FROM and near:
        paint_clocks(painter, scene, near, zoom)


def _paint_rows(painter: QPainter, scene: CanvasScene, rows: list[int], pen: QPen) -> None:
    if rows:
        lines = scene.wires.lines(np.array(rows))
        paint_lines(painter, lines, pen)


def _has_come(scene: CanvasScene, row: int) -> bool:
    return scene.document.shown.gradient(scene.wires.targets[row]).is_value


def _paint_seed(painter: QPainter, scene: CanvasScene, width: float, zoom: float) -> None:
    """The short edge that brings the seed to the target."""
    target = scene.document.shown.target
    place = scene.wire_place(target) if target is not None else None
    if place is None:
        return
    has_come = scene.document.shown.port_gradient(target).is_value
    ink = scene.theme.color("reverse") if has_come else scene.theme.color("line", WAITING)
    line = np.array([place, (place[0] + STUB, place[1])])
    paint_lines(painter, line[None], QPen(ink, width))
    if has_come and zoom >= FAR:
        size = CHEVRON * scene.sizes.bold / zoom
        middle = place[0] + (STUB + geo.PORT_RADIUS - size) / 2
        paint_chevron(painter, (middle, place[1]), (-1, 0), size)
