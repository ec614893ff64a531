"""How frames are painted: a quiet box with a title behind nodes and wires; folded, two cards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.canvas.frame_parts import TITLE
from gui.canvas.levels import FAR, title_pixels
from gui.canvas.wording import tr
from gui.icons import paint_icon

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.theme import Theme

CORNER = 8
CHEVRON, LEFT = 16, 8  # the mark that folds, and the room before it
CARD = 4  # how far the card behind a folded frame stands out
LEFT_ALIGN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_frames(
    painter: QPainter,
    rect: QRectF,
    scene: CanvasScene,
    zoom: float,
    numbers: Iterable[int],
    *,
    folded: bool,
    words: bool = True,
) -> None:
    """Paint those of some frames that meet a rectangle and are folded, or are not."""
    for number in numbers:
        frame = scene.frames.all[number]
        left, top, right, bottom = scene.frames.drawn_box(number)
        box = QRectF(left, top, right - left, bottom - top)
        if frame.folded != folded or not box.adjusted(-CARD, -CARD, CARD, CARD).intersects(rect):
            continue
        is_current = number == scene.frames.current and not scene.is_printing
        pixel = max(1.0, 1 / zoom)
        pen = QPen(scene.theme.color("text" if is_current else "line"), pixel * (1 + is_current))
        painter.setPen(pen)
        if folded:
            _paint_cards(painter, box, scene.theme, pen)
            count = len([id_ for id_, holder in scene.frames.held.items() if holder == number])
            _paint_count(painter, box, scene.theme, count, zoom)
        else:
            painter.setBrush(scene.theme.color("selected", 0.35))
            painter.drawRoundedRect(box, CORNER, CORNER)
        if words:
            _paint_title(painter, box, frame.title, scene.theme, zoom, folded=folded)


def _paint_cards(painter: QPainter, box: QRectF, theme: Theme, pen: QPen) -> None:
    """A card behind another: there is more inside."""
    painter.setBrush(theme.color("node"))
    painter.setPen(QPen(theme.color("line"), pen.widthF()))
    painter.drawRoundedRect(box.adjusted(CARD, CARD, CARD, CARD), CORNER, CORNER)
    painter.setPen(pen)
    painter.drawRoundedRect(box, CORNER, CORNER)


def _paint_title(
    painter: QPainter, box: QRectF, title: str, theme: Theme, zoom: float, *, folded: bool
) -> None:
    size = title_pixels(zoom)
    ink = theme.color("text")
    mark = QRectF(box.left() + LEFT, box.top() + (TITLE - CHEVRON) / 2, CHEVRON, CHEVRON)
    paint_icon(painter, "chevron_right" if folded else "chevron_down", mark, ink)
    font = theme.drawn_font(size, 600)
    room = QRectF(mark.right() + 4, box.top(), box.right() - mark.right() - 4 - LEFT, TITLE)
    shown = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, room.width())
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(room, LEFT_ALIGN, shown)


def _paint_count(painter: QPainter, box: QRectF, theme: Theme, count: int, zoom: float) -> None:
    if zoom < FAR:
        return
    painter.setFont(theme.drawn_font(11))
    painter.setPen(theme.color("muted"))
    text = tr("1 node") if count == 1 else tr("{count} nodes").format(count=count)
    room = box.adjusted(LEFT + CHEVRON + 4, TITLE - 4, -LEFT, -4)
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)
