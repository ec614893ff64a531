"""How wires are painted: two rails, forward above with ›, reverse below with ‹."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas import geometry as geo
from gui.canvas.badges import badge_boxes, badge_places, paint_badges
from gui.canvas.clocks import clock_boxes, paint_clocks
from gui.canvas.levels import DIMMED, FAR, PORTS_FROM
from gui.canvas.overlay_paint import marked_rows, paint_marked
from gui.canvas.polygons import polygon
from gui.canvas.tangent_rails import paint_tangents

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.theme import Theme

CHEVRON = 3.5  # half the height of a chevron, in pixels
# Where on a wire they stand: the first place that no plate takes.
CHEVRON_SHARES = {"forward": (0.44, 0.36, 0.52, 0.28), "reverse": (0.56, 0.64, 0.48, 0.72)}
# From afar every other point does; both ends stay straight.
LAST = geo.WIRE_POINTS - 1
FEWER = np.array([0, 1, *range(3, LAST - 1, 2), LAST - 1, LAST])
DASHES = (4.0, 3.0)  # of a delay edge, in widths of its rails
SHORTEST = 60  # pixels of a wire that carries chevrons


def paint_wires(
    painter: QPainter, rect: QRectF, scene: CanvasScene, zoom: float, plates: np.ndarray
) -> None:
    """Paint the wires that meet a rectangle, each rail in one go over all wires.

    `plates` are boxes `[n, 4]` that chevrons keep clear of.
    """
    box = (rect.left(), rect.top(), rect.right(), rect.bottom())
    wires = scene.wires
    rows = [row for row in wires.within(box).tolist() if wires.targets[row] != scene.hidden_wire]
    if not rows:
        return
    back = [row for row in rows if stands_back(scene, row)]
    if back:
        pen = QPen(scene.theme.color("line", DIMMED), scene.sizes.wire_pixels(zoom) / zoom)
        paint_lines(painter, wires.lines(np.array(back)), pen)
        rows = [row for row in rows if not stands_back(scene, row)]
    badges = badge_places(scene, rows, zoom, plates)
    scene.badge_places.update(badges)
    _paint_selected(painter, scene, zoom)
    marked = marked_rows(scene, rows)
    if marked:
        paint_marked(painter, scene, marked, 1 / zoom)
        rows = sorted(set(rows) - set(marked))
    if rows:
        taken = np.concatenate((plates, badge_boxes(badges.values(), zoom))) if badges else plates
        _paint_rails(painter, scene, rows, zoom, taken)
    paint_badges(painter, scene, badges, zoom)


def _paint_selected(painter: QPainter, scene: CanvasScene, zoom: float) -> None:
    """The frame around the selected wire, behind all that is drawn of it."""
    selected, wires = scene.selected_edge, scene.wires
    if selected is not None and selected in wires and selected != scene.hidden_wire:
        width, gap = scene.sizes.wire_pixels(zoom) / zoom, scene.sizes.gap_pixels(zoom) / zoom
        paint_selection(painter, wires.line(selected), scene.theme, width, gap)


def _paint_rails(
    painter: QPainter, scene: CanvasScene, rows: list[int], zoom: float, plates: np.ndarray
) -> None:
    """The wires that no overlay draws, as one rail or two."""
    theme, wires, shown = scene.theme, scene.wires, scene.document.shown
    width, gap = scene.sizes.wire_pixels(zoom) / zoom, scene.sizes.gap_pixels(zoom) / zoom
    has_value = np.array([_has_value(scene, row) for row in rows])
    has_gradient = np.array([shown.gradient(wires.targets[row]).is_value for row in rows])
    lines = wires.lines(np.array(rows))
    late = np.array([wires.targets[row] in wires.delays for row in rows])
    if late.any():
        plates = np.concatenate((plates, clock_boxes(scene, zoom)))
    if zoom < FAR:
        lines = lines[:, FEWER]
    one_way, both = lines[~has_gradient], lines[has_gradient]
    upper, lower = geo.rail(both, -gap / 2), geo.rail(both, gap / 2)
    late_one_way, late_both = late[~has_gradient], late[has_gradient]
    has_come = has_value[~has_gradient]
    for is_late in (False, True):
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
        paint_chevrons(painter, upper, scene, "forward", zoom, plates)
        paint_chevrons(painter, one_way[has_come], scene, "forward", zoom, plates)
        paint_chevrons(painter, lower, scene, "reverse", zoom, plates)
    if zoom >= PORTS_FROM:
        paint_clocks(painter, scene, rows, zoom)


def pen_of(theme: Theme, ink: str, width: float, is_late: bool) -> QPen:
    """Solid, or dashed for what a later time step reads."""
    pen = QPen(theme.color(ink), width)
    if is_late:
        pen.setDashPattern(DASHES)
    return pen


def _has_value(scene: CanvasScene, row: int) -> bool:
    """Whether the value is there that a wire carries, of a delay edge that of an earlier step."""
    wires, document = scene.wires, scene.document
    target = wires.targets[row]
    edge = document.graph.incoming(target) if target in wires.delays else None
    shown = document.shown
    return (shown.value(wires.sources[row]) if edge is None else shown.carried(edge)).is_value


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


def paint_lines(painter: QPainter, lines: np.ndarray, pen: QPen) -> None:
    """Paint lines `[n, P, 2]`."""
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)  # round joints cost twice the time
    painter.setPen(pen)
    for line in lines:
        painter.drawPolyline(polygon(line))


def paint_chevrons(
    painter: QPainter,
    lines: Iterable[np.ndarray],
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
    way = 1 if phase == "forward" else -1
    size = CHEVRON * bold / zoom
    around = 2 * size
    for line in lines:
        if np.linalg.norm(line[-1] - line[0]) * zoom < SHORTEST:
            continue
        for share in shares or CHEVRON_SHARES[phase]:
            (x, y), (dx, dy) = geo.point_on_wire(line, share)
            box = (x - around, y - around, x + around, y + around)
            if not len(geo.meeting(plates, box)):
                painter.drawPolyline(chevron(x, y, dx * way, dy * way, size))
                break


def chevron(x: float, y: float, dx: float, dy: float, size: float) -> list[QPointF]:
    """The three points of an angle that points along (dx, dy)."""
    back_x, back_y = x - dx * size, y - dy * size
    side_x, side_y = -dy * size, dx * size
    return [
        QPointF(back_x + side_x, back_y + side_y),
        QPointF(x, y),
        QPointF(back_x - side_x, back_y - side_y),
    ]


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
