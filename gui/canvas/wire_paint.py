"""How wires are painted: two rails, forward above with ›, reverse below with ‹."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.badges import badge_boxes, badge_places, paint_badges
from gui.canvas.chevrons import paint_chevrons
from gui.canvas.clocks import clock_boxes, paint_clocks
from gui.canvas.levels import DIMMED, FAR, PORTS_FROM
from gui.canvas.overlay_paint import marked_rows, paint_marked
from gui.canvas.polygons import polygon
from gui.canvas.tangent_rails import paint_tangents
from gui.canvas.wire_lines import paint_lines

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.theme import Theme

DASHES = (4.0, 3.0)  # of a delay edge, in widths of its rails


def rows_within(scene: CanvasScene, boxes: np.ndarray, left_out: Collection[str] = ()) -> list[int]:
    """The wires that boxes `[n, 4]` may show, but the hidden one and those of nodes left out."""
    wires = scene.wires
    rows = wires.seen_in(boxes).tolist()
    hidden = {scene.hidden_wire, *wires.joining(left_out)}
    return [row for row in rows if wires.targets[row] not in hidden]


def paint_wires(
    painter: QPainter, rows: list[int], scene: CanvasScene, zoom: float, plates: np.ndarray
) -> None:
    """Paint some wires, each rail in one go over all of them.

    `plates` are boxes `[n, 4]` that chevrons keep clear of.
    """
    if not rows:
        return
    wires, seen = scene.wires, rows
    back = {row for row in rows if stands_back(scene, row)} if scene.may_dim else set()
    if back:
        pen = QPen(scene.theme.color("line", DIMMED), scene.sizes.wire_pixels(zoom) / zoom)
        paint_lines(painter, wires.lines(np.array(sorted(back))), pen)
        rows = [row for row in rows if row not in back]
    badges = badge_places(scene, rows, zoom, plates)
    scene.badge_places.update(badges)
    _paint_selected(painter, scene, seen, zoom)
    marked = marked_rows(scene, rows)
    if marked:
        paint_marked(painter, scene, marked, 1 / zoom)
        rows = sorted(set(rows) - set(marked))
    if rows:
        taken = np.concatenate((plates, badge_boxes(badges.values(), zoom))) if badges else plates
        _paint_rails(painter, scene, rows, zoom, taken)
    paint_badges(painter, scene, badges, zoom)


def _paint_selected(painter: QPainter, scene: CanvasScene, rows: list[int], zoom: float) -> None:
    """The frame around the selected wire, behind all that is drawn of it."""
    selected, wires = scene.selected_edge, scene.wires
    if selected is not None and selected in wires and wires.row_of(selected) in rows:
        width, gap = scene.sizes.wire_pixels(zoom) / zoom, scene.sizes.gap_pixels(zoom) / zoom
        paint_selection(painter, wires.line(selected), scene.theme, width, gap)


def _paint_rails(
    painter: QPainter, scene: CanvasScene, rows: list[int], zoom: float, plates: np.ndarray
) -> None:
    """The wires that no overlay draws, as one rail or two."""
    theme, wires, shown = scene.theme, scene.wires, scene.document.shown
    width, gap = scene.sizes.wire_pixels(zoom) / zoom, scene.sizes.gap_pixels(zoom) / zoom
    has_value, has_gradient = scene.passes.of(rows).T
    lines = wires.lines(np.array(rows))
    late = np.array([wires.targets[row] in wires.delays for row in rows])
    if late.any():
        plates = np.concatenate((plates, clock_boxes(scene, zoom)))
    one_way, both = lines[~has_gradient], lines[has_gradient]
    upper, lower = geo.rail(both, np.array([-gap / 2, gap / 2]).reshape(2, 1, 1, 1))
    late_one_way, late_both = late[~has_gradient], late[has_gradient]
    has_come = has_value[~has_gradient]
    for is_late in (False, True) if late.any() else (False,):
        own, own_both = late_one_way == is_late, late_both == is_late
        parts = (
            (one_way[own & ~has_come], "line"),
            (one_way[own & has_come], "forward"),
            (upper[own_both], "forward"),
            (lower[own_both], "reverse"),
        )
        for some, ink in parts:
            paint_lines(painter, some, pen_of(theme, ink, width, is_late))
    if shown.has_tangents:
        places = np.where(has_gradient, -1.5, -1.0) * gap
        paint_tangents(painter, scene, rows, lines, places, width)
    if zoom >= FAR:
        forward = np.concatenate((upper, one_way[has_come]))
        paint_chevrons(painter, forward, scene, "forward", zoom, plates)
        paint_chevrons(painter, lower, scene, "reverse", zoom, plates)
    if zoom >= PORTS_FROM:
        paint_clocks(painter, scene, rows, zoom)


def pen_of(theme: Theme, ink: str, width: float, is_late: bool) -> QPen:
    """Solid, or dashed for what a later time step reads."""
    pen = QPen(theme.color(ink), width)
    if is_late:
        pen.setDashPattern(DASHES)
    return pen


def stands_back(scene: CanvasScene, row: int) -> bool:
    """Whether an overlay dims a wire, or it joins a node that stands back."""
    target = scene.wires.targets[row]
    mark = scene.overlays.edge(target) if scene.overlays else None
    if mark is not None:
        return mark.dimmed
    return scene.dims(scene.wires.sources[row].node) or scene.dims(target.node)


def paint_selection(
    painter: QPainter, line: np.ndarray, theme: Theme, width: float, gap: float
) -> None:
    """A frame in text ink around a wire."""
    pen = QPen(theme.color("text"), gap + 5 * width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawPolyline(polygon(line))
    pen.setColor(theme.color("canvas"))
    pen.setWidthF(gap + 3 * width)
    painter.setPen(pen)
    painter.drawPolyline(polygon(line))


def paint_loose_wire(
    painter: QPainter,
    start: geo.Point,
    end: geo.Point,
    theme: Theme,
    zoom: float,
    fits: bool,
    upward: bool = False,
) -> None:
    """A wire that is being drawn: solid where it fits, dashed where it does not or hangs."""
    pen = QPen(theme.color("text"), 2 / zoom)
    if not fits:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(polygon(geo.wire(start, end, upward)))
