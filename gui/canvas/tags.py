"""Inside a composite: its own ports as tags at the inner ports that they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from graph import PortRef
from gui.canvas import geometry as geo
from gui.canvas import notes
from gui.canvas.levels import FAR

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.document import Document

AWAY = 18.0  # from the inner port to the tag
PAD, POINT = 6.0, 6.0  # pixels: beside the name, and of the tag's tip
HEIGHT = 18.0
TAG_ROOM = 80.0  # canvas units that a tag of some letters takes at either end of an inside


class Tag(NamedTuple):
    """A port of the composite, and the inner port at which it is shown."""

    name: str
    port: PortRef
    is_input: bool


def tags(document: Document) -> Iterator[Tag]:
    """The tags of the place that is shown; none at the document itself."""
    definition = document.definition
    if definition is None:
        return
    for inlet in definition.interface.inputs:
        for ref in inlet.to:
            yield Tag(inlet.name, ref, True)
    for outlet in definition.interface.outputs:
        yield Tag(outlet.name, outlet.source, False)


def tag_lines(document: Document, tag: Tag) -> list[tuple[str, str]]:
    """What flows at a tag, each with its ink: the value, and what comes back there."""
    shown = document.shown
    value = shown.value(tag.port)
    back = shown.gradient(tag.port) if tag.is_input else shown.port_gradient(tag.port)
    lines = []
    for reading, ink in ((value, "forward"), (back, "reverse")):
        is_back = ink == "reverse"
        forms = (
            notes.gradient_forms(reading, tag.name, "", False)
            if is_back
            else notes.value_forms(reading, tag.name, False)
        )
        if forms:
            lines.append((forms[-1], ink if reading.is_value else "muted"))
    return lines


def paint_tags(painter: QPainter, scene: CanvasScene, zoom: float) -> None:
    """A flag with the name before each inner input, and behind each inner output.

    Below the flag stands what flows there, where there is room for plates at all.
    """
    if zoom < FAR / 2:
        return
    pixel = 1 / zoom
    font = scene.theme.drawn_font(scene.sizes.text_pixels(zoom), 600)
    ink, metrics = scene.theme.color("muted"), QFontMetricsF(font)
    for tag in tags(scene.document):
        place = scene.port_place(tag.port)
        if place is None:
            continue
        side = -1 if tag.is_input else 1
        start = place[0] + side * (geo.PORT_RADIUS + 1)
        near = place[0] + side * AWAY
        width = (metrics.horizontalAdvance(tag.name) + 2 * PAD) * pixel
        # The tips point the way the values go: at the port, or away from it.
        points = _flag(near, place[1], side, width, pixel, tag.is_input)
        painter.setPen(QPen(ink, 1.5 * pixel))
        painter.drawLine(QPointF(start, place[1]), QPointF(near, place[1]))
        painter.setBrush(scene.theme.color("canvas"))
        painter.drawPolygon(points)
        left = near - width - POINT * pixel if tag.is_input else near
        painter.save()
        painter.translate(QPointF(left, place[1] - HEIGHT / 2 * pixel))
        painter.scale(pixel, pixel)
        painter.setFont(font)
        painter.setPen(ink)
        area = QRectF(0, 0, width / pixel, HEIGHT)
        painter.drawText(area.adjusted(-4, -4, 4, 4), Qt.AlignmentFlag.AlignCenter, tag.name)
        if zoom >= FAR:
            _paint_lines(painter, scene, tag, width / pixel, metrics)
        painter.restore()


def _paint_lines(
    painter: QPainter, scene: CanvasScene, tag: Tag, width: float, metrics: QFontMetricsF
) -> None:
    """Below the flag, flush with its far end, so that the lines stay clear of the node."""
    for row, (text, ink) in enumerate(tag_lines(scene.document, tag)):
        painter.setPen(scene.theme.color(ink))
        x = width - metrics.horizontalAdvance(text) if tag.is_input else 0.0
        y = HEIGHT + 2 + row * metrics.height()
        painter.drawText(QPointF(x, y + metrics.ascent()), text)


def _flag(
    near: float, middle: float, side: int, width: float, pixel: float, is_input: bool
) -> QPolygonF:
    half, tip = HEIGHT / 2 * pixel, POINT * pixel
    far = near + side * (width + tip)
    if is_input:  # its tip is at the port's side
        inner = near - tip
        corners = ((near, 0.0), (inner, half), (far, half), (far, -half), (inner, -half))
    else:
        outer = far - tip
        corners = ((near, half), (outer, half), (far, 0.0), (outer, -half), (near, -half))
    return QPolygonF([QPointF(x, middle + y) for x, y in corners])
