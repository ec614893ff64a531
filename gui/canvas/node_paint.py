"""How a node is painted: plain functions over its face and mood, in canvas units."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
)

from gui.canvas import geometry as geo
from gui.canvas.levels import FAR, title_pixels
from gui.canvas.looks import Face, Mood
from gui.canvas.wording import tr
from gui.icons import paint_icon, stamp_icon
from gui.theme import Theme

SMALL = 0.34  # the zoom below which neither titles nor ports can be told
ICON = 16
LEFT, RIGHT = 9, 5
LEAST_TEXT = 11
MARK = 14
NOTE = 12
MOST_GAP = 10.0  # to the focus frame of a node, however far one has zoomed out
FOCUS_GAP = 3.5  # to the middle of the focus frame of a port, so that 2 stay free
ROWS = (15, 33, 48)  # middles of title, module and shape
THROUGH, TURN = 30, 5  # height of a bypassed node's line, and where it leaves its ports
BELOW_THROUGH = 12
INNER = 3.0  # from a composite's outline to the one inside it
PLUS = 2.5  # half of the plus where an input can grow
LEFT_ALIGN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE_ALIGN = Qt.AlignmentFlag.AlignCenter


@lru_cache(maxsize=1024)
def outline_path(outline: str, width: float, height: float, grown: float = 0.0) -> QPainterPath:
    """The outline of a node, grown on all sides by `grown`."""
    rect = QRectF(-grown, -grown, width + 2 * grown, height + 2 * grown)
    corner = geo.CORNER + grown
    path = QPainterPath()
    if outline == "source":
        round_ = min(geo.SOURCE_CORNER, height / 2) + grown
        path.moveTo(rect.left() + round_, rect.top())
        path.lineTo(rect.right() - corner, rect.top())
        path.arcTo(rect.right() - 2 * corner, rect.top(), 2 * corner, 2 * corner, 90, -90)
        path.lineTo(rect.right(), rect.bottom() - corner)
        path.arcTo(
            rect.right() - 2 * corner, rect.bottom() - 2 * corner, 2 * corner, 2 * corner, 0, -90
        )
        path.lineTo(rect.left() + round_, rect.bottom())
        path.arcTo(rect.left(), rect.bottom() - 2 * round_, 2 * round_, 2 * round_, 270, -90)
        path.lineTo(rect.left(), rect.top() + round_)
        path.arcTo(rect.left(), rect.top(), 2 * round_, 2 * round_, 180, -90)
    elif outline == "loss":
        path.moveTo(rect.left() + corner, rect.top())
        path.lineTo(rect.right() - geo.TIP, rect.top())
        path.lineTo(rect.right(), rect.center().y())
        path.lineTo(rect.right() - geo.TIP, rect.bottom())
        path.lineTo(rect.left() + corner, rect.bottom())
        path.arcTo(rect.left(), rect.bottom() - 2 * corner, 2 * corner, 2 * corner, 270, -90)
        path.lineTo(rect.left(), rect.top() + corner)
        path.arcTo(rect.left(), rect.top(), 2 * corner, 2 * corner, 180, -90)
    else:
        path.addRoundedRect(rect, corner, corner)
        return path
    path.closeSubpath()
    return path


def paint_node(
    painter: QPainter,
    face: Face,
    texts: tuple[str, str],
    mood: Mood,
    theme: Theme,
    zoom: float,
    scale: float = 1.0,
) -> None:
    """Paint one node at the origin; `texts` are its module line and its shape line.

    They are `scale` times as large as at a desk, as far as the node has room.
    """
    if face.through is not None:
        mood = replace(mood, muted=True, was_muted=True)
    _paint_body(painter, face, mood, theme, max(1.0, 1 / zoom))
    if face.through is not None:
        _paint_through(painter, face, theme, zoom)
    if zoom >= FAR:
        _paint_rows(painter, face, texts, mood, theme, scale)
    else:
        _paint_far(painter, face, mood, theme, zoom)
    _paint_marks(painter, face, mood, theme, zoom >= FAR)
    if zoom >= SMALL:
        paint_ports(painter, face.shape, mood, theme)


def _paint_body(painter: QPainter, face: Face, mood: Mood, theme: Theme, pixel: float) -> None:
    """Outline, ring and focus; from afar lines keep the width of a screen's `pixel`."""
    shape = face.shape
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mood.ring:
        painter.setPen(QPen(theme.color(mood.ring), max(3, 2 * pixel) + mood.swell))
        painter.drawPath(outline_path(shape.outline, shape.width, shape.height, 3.5))
    if mood.has_focus:
        painter.setPen(QPen(theme.color("text"), 2 * pixel))
        edge = 5.0 if mood.ring else pixel  # where ring or border end
        gap = min(edge + 3 * pixel, MOST_GAP)
        painter.drawPath(outline_path(shape.outline, shape.width, shape.height, gap))
    pen = QPen(theme.color("line", 1.0 - 0.4 * _muting(mood)), pixel)
    if mood.is_selected:
        pen = QPen(theme.color("text"), 2 * pixel)
    if shape.outline == "unknown":
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(theme.color("node"))
    painter.drawPath(outline_path(shape.outline, shape.width, shape.height))
    if shape.outline == "layer":
        painter.fillRect(QRectF(5, 8, 2, shape.height - 16), theme.color("line"))
    elif shape.outline == "composite":
        painter.setPen(QPen(theme.color("line", 1.0 - 0.4 * _muting(mood)), pixel))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline_path(shape.outline, shape.width, shape.height, -INNER))


def _paint_through(painter: QPainter, face: Face, theme: Theme, zoom: float) -> None:
    """The line of a bypassed node, from its input to its output between the rows of text."""
    shape = face.shape
    start, end = (shape.port(name) for name in face.through or ())
    if start is None or end is None:
        return
    level = _text_top(shape) + THROUGH if zoom >= FAR else shape.height - geo.CORNER
    left, right = start[0] + TURN, end[0] - TURN
    places = (start, (left, start[1]), (left, level), (right, level), (right, end[1]), end)
    painter.setPen(QPen(theme.color("line"), max(1.5, 1 / zoom)))
    painter.drawPolyline([QPointF(*place) for place in places])


def _paint_rows(
    painter: QPainter,
    face: Face,
    texts: tuple[str, str],
    mood: Mood,
    theme: Theme,
    scale: float,
) -> None:
    shape = face.shape
    top = _text_top(shape)
    ink = _ink(mood, theme)
    left = LEFT + (4 if shape.outline in geo.WIDE else 0)
    start = left + ICON + 4
    row = _mark_row(face, mood, theme)
    room = _right(shape) - start - (_marks_width(mood) if row == 0 else 0)
    if scale > 1 and text_width(face.title, theme, 13, 600) > room:  # letters before the icon
        room, start = room + start - left, left
    else:
        box = QRectF(left, top + ROWS[0] - ICON / 2, ICON, ICON)
        paint_icon(painter, face.icon, box, ink)
    font, title = fitted(face.title, theme, round(13 * scale), 600, room)
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(QRectF(start, top + ROWS[0] - 13, room + 3, 26), LEFT_ALIGN, title)
    painter.setPen(theme.color("muted"))
    room = shape.width - left - geo.PORT_RADIUS - 2
    beside_note = room - (NOTE + 2 if face.has_note else 0)
    rooms = (room - (_marks_width(mood) if row == 1 else 0), beside_note)
    if face.through is not None:  # its line takes the middle, and the shape is its input's
        rows = ((0, False, ROWS[1] + BELOW_THROUGH),)
        rooms = (min(rooms), 0.0)
    else:
        rows = ((0, False, ROWS[1]), (1, True, ROWS[2]))
    small = max(min(round(11 * scale), font.pixelSize()), LEAST_TEXT)  # no larger than the title
    for index, mono, middle in rows:
        font, shown = fitted(texts[index], theme, small, 400, rooms[index], mono)
        painter.setFont(font)
        area = QRectF(left, top + middle - 11, rooms[index] + 3, 22)
        painter.drawText(area, LEFT_ALIGN, shown)
    if mood.progress is not None:
        _paint_progress(painter, shape, mood.progress, theme)
    if face.has_note:
        _paint_note(painter, shape, top + ROWS[2], theme)


def _paint_progress(
    painter: QPainter, shape: geo.NodeShape, progress: tuple[str, int, int], theme: Theme
) -> None:
    """How far a composite's inside has come: a bar in the ink of the pass, and `3 of 7`."""
    phase, done, count = progress
    middle = shape.height - 14
    text = tr("{done} of {count}").format(done=done, count=count)
    width = text_width(text, theme, LEAST_TEXT, 400)
    left, right = LEFT + 4, shape.width - geo.PORT_RADIUS - 6 - width - 4
    painter.setPen(theme.color(phase))
    painter.setFont(theme.drawn_font(LEAST_TEXT, 400))
    painter.drawText(QRectF(right + 6, middle - 8, width + 3, 16), LEFT_ALIGN, text)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("grid"))
    painter.drawRoundedRect(QRectF(left, middle - 2, right - left, 4), 2, 2)
    painter.setBrush(theme.color(phase))
    painter.drawRoundedRect(QRectF(left, middle - 2, (right - left) * done / count, 4), 2, 2)


def _paint_note(painter: QPainter, shape: geo.NodeShape, middle: float, theme: Theme) -> None:
    """The quiet mark of a node with a note, at the end of the lowest row."""
    tip = geo.TIP / 2 if shape.outline == "loss" else 0
    right = shape.width - geo.PORT_RADIUS - 2 - tip
    box = QRectF(right - NOTE, middle - NOTE / 2, NOTE, NOTE)
    paint_icon(painter, "note", box, theme.color("muted"))


def _ink(mood: Mood, theme: Theme) -> QColor:
    """The ink of title and icon: muted ahead of the playhead, and in between for a moment."""
    share, text, muted = _muting(mood), theme.color("text"), theme.color("muted")
    if share in (0.0, 1.0):
        return muted if share else text
    parts = zip(text.getRgb()[:3], muted.getRgb()[:3], strict=True)
    return QColor(*(round(a + (b - a) * share) for a, b in parts))


def _muting(mood: Mood) -> float:
    return mood.was_muted + (mood.muted - mood.was_muted) * mood.arrival


def _text_top(shape: geo.NodeShape) -> float:
    """Where the three rows of text begin: at the top of a layer, else in the middle."""
    return 0.0 if shape.outline in geo.WIDE else (shape.height - geo.COMPACT[1]) / 2


def _right(shape: geo.NodeShape) -> float:
    """Where the title row ends; a loss narrows towards its tip."""
    return shape.width - RIGHT - (geo.TIP / 2 if shape.outline == "loss" else 0)


def _marks_width(mood: Mood) -> float:
    marks = bool(mood.mark) + mood.is_target
    return marks * MARK + (2 if marks else 0)


def _mark_row(face: Face, mood: Mood, theme: Theme) -> int:
    """Marks stand in the title's row, or below it where they would cost the title letters."""
    start = LEFT + ICON + 4 + (4 if face.shape.outline in geo.WIDE else 0)
    room = _right(face.shape) - start
    return 0 if fits_whole(face.title, theme, 600, room - _marks_width(mood)) else 1


def _paint_far(painter: QPainter, face: Face, mood: Mood, theme: Theme, zoom: float) -> None:
    """From afar: a large title alone; when even that is too small, the drawing."""
    if zoom >= SMALL:
        paint_far_title(painter, face, mood, theme, zoom)
        return
    shape, ink = face.shape, _ink(mood, theme)
    box = QRectF(shape.width / 2 - 16, shape.height / 2 - 16, 32, 32)
    stamp_icon(painter, face.icon, box, ink)


def paint_far_title(painter: QPainter, face: Face, mood: Mood, theme: Theme, zoom: float) -> None:
    """A node's title as it is seen from afar, in its middle."""
    shape = face.shape
    left = LEFT + (2 if shape.outline in geo.WIDE else 0)
    right = _right(shape)
    font, title = fitted(face.title, theme, title_pixels(zoom), 600, right - left)
    if title:
        painter.setFont(font)
        painter.setPen(_ink(mood, theme))
        painter.drawText(QRectF(left, 0, right - left, shape.height), CENTRE_ALIGN, title)


def _paint_marks(painter: QPainter, face: Face, mood: Mood, theme: Theme, is_near: bool) -> None:
    shape = face.shape
    top = _text_top(shape)
    marks = [("target", "text")] if mood.is_target else []
    if mood.mark:
        marks.append((mood.mark, "error" if mood.mark == "failed" else "text"))
    if not marks:
        return
    row = _mark_row(face, mood, theme) if is_near else 0
    middle = top + ROWS[row] if is_near else MARK / 2 + 3  # from afar the title is in the middle
    right = _right(shape) - (geo.PORT_RADIUS if row else 0)
    for index, (name, ink) in enumerate(reversed(marks)):
        box = QRectF(right - MARK * (index + 1), middle - MARK / 2, MARK, MARK)
        comes = name == mood.mark != mood.was_mark
        paint_icon(painter, name, box, theme.color(ink, mood.arrival if comes else 1.0))


def paint_ports(painter: QPainter, shape: geo.NodeShape, mood: Mood, theme: Theme) -> None:
    """Round ports on the sides, square pins on stems below."""
    line = QPen(theme.color("line"), 1.5)
    fill = QBrush(theme.color("canvas"))
    for places in (shape.inputs, shape.outputs):
        for name, (x, y) in places.items():
            painter.setPen(_port_pen(name, mood, theme) or line)
            painter.setBrush(fill)
            painter.drawEllipse(QPointF(x, y), geo.PORT_RADIUS, geo.PORT_RADIUS)
    for x, y in shape.more.values():
        _paint_growth(painter, x, y, theme)
    half = geo.PIN / 2
    for name, (x, y) in shape.pins.items():
        painter.setPen(line)
        painter.drawLine(QPointF(x, shape.height), QPointF(x, y - geo.PIN))
        painter.setPen(_port_pen(name, mood, theme) or line)
        painter.setBrush(fill)
        painter.drawRect(QRectF(x - half, y - geo.PIN, geo.PIN, geo.PIN))
    if mood.focus_port:
        _paint_port_focus(painter, shape, mood.focus_port, theme)


def _paint_growth(painter: QPainter, x: float, y: float, theme: Theme) -> None:
    """The place where a node grows an input: a plus in a thin ring."""
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("canvas"))
    painter.drawEllipse(QPointF(x, y), geo.PORT_RADIUS, geo.PORT_RADIUS)
    painter.drawLine(QPointF(x - PLUS, y), QPointF(x + PLUS, y))
    painter.drawLine(QPointF(x, y - PLUS), QPointF(x, y + PLUS))


def _paint_port_focus(painter: QPainter, shape: geo.NodeShape, name: str, theme: Theme) -> None:
    """The frame around the port that the keys are on, after a gap of 2."""
    place = shape.port(name)
    if place is None:
        return
    painter.setPen(QPen(theme.color("text"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if name in shape.pins:
        half = geo.PIN / 2 + FOCUS_GAP
        middle = QPointF(place[0], place[1] - geo.PIN / 2)
        painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))
    else:
        radius = geo.PORT_RADIUS + FOCUS_GAP
        painter.drawEllipse(QPointF(*place), radius, radius)


def _port_pen(name: str, mood: Mood, theme: Theme) -> QPen | None:
    if name == mood.selected_port:
        return QPen(theme.color("text"), 2.5)
    if name in mood.problem_ports:
        return QPen(theme.color("error"), 2.5)
    return None


def fitted(
    text: str, theme: Theme, pixels: int, weight: int, room: float, mono: bool = False
) -> tuple[QFont, str]:
    """The font and text that fit: smaller down to 11 pixels, then narrower, then cut with …."""
    if not text:
        return theme.drawn_font(pixels, weight, mono), ""
    for size in range(pixels, min(pixels, LEAST_TEXT) - 1, -1):
        if text_width(text, theme, size, weight, mono) <= room:
            return theme.drawn_font(size, weight, mono), text
    narrow = theme.drawn_font(min(pixels, LEAST_TEXT), weight, mono, narrow=True)
    return narrow, QFontMetricsF(narrow).elidedText(text, Qt.TextElideMode.ElideRight, room)


def fits_whole(text: str, theme: Theme, weight: int, room: float) -> bool:
    """Whether a text fits uncut at the smallest size."""
    narrow = theme.drawn_font(LEAST_TEXT, weight, narrow=True)
    return QFontMetricsF(narrow).horizontalAdvance(text) <= room


_widths: dict[tuple[str, str, int, int, bool], float] = {}


def text_width(text: str, theme: Theme, pixels: int, weight: int, mono: bool = False) -> float:
    """Width of a text in canvas units; remembered, for measuring is slow."""
    font = theme.drawn_font(pixels, weight, mono)
    key = (text, font.family(), pixels, weight, mono)
    if key not in _widths:
        if len(_widths) > 20_000:
            _widths.clear()
        _widths[key] = QFontMetricsF(font).horizontalAdvance(text)
    return _widths[key]


def paint_wiring(
    painter: QPainter, shape: geo.NodeShape, fits: dict[str, bool], theme: Theme
) -> None:
    """While a wire is drawn: ports that fit are lit, the others dim."""
    for name, fit in fits.items():
        place = shape.port(name)
        if place is None:
            continue
        x, y = place
        if name in shape.pins:
            y -= geo.PIN / 2
        radius = geo.PORT_RADIUS + (2 if fit else 0)
        ink: QColor = theme.color("text" if fit else "grid")
        painter.setPen(QPen(ink, 2 if fit else 1.5))
        painter.setBrush(ink if fit else theme.color("canvas"))
        painter.drawEllipse(QPointF(x, y), radius, radius)
