"""The strip of layers: one bar each, as high as the norm of its gradient on a log scale."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gui.health.scale import Scale
from gui.icons import paint_icon
from gui.numbers import MINUS
from gui.theme import Theme
from runtime.health import Layer

AXIS, TOP, BOTTOM = 44, 20, 22  # pixels for the powers of ten, the marks and the names
NARROWEST, WIDEST = 8, 96  # of a layer's place
BAR_SHARE = 0.62  # of its place that a bar takes
MARK = 14
LEAST = 2  # pixels of a bar of the smallest norm
NAMED_FROM = 34  # a place narrower than this has no name below it


@dataclass(frozen=True, slots=True)
class Bar:
    """A layer as it is drawn: None in `norm` while its gradient has not come."""

    node: str
    name: str
    norm: float | None
    over_time: tuple[float, ...]
    mark: str


class BarStrip(QWidget):
    """Bars from the first layer to the last; a click, or Enter, goes to the layer.

    Inside time the thin bars beside a layer's are what each time step adds to its gradient.
    """

    chosen = Signal(str)  # an address

    def __init__(
        self, theme: Theme, tell: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        """`tell(node)` gives the sentence on a layer, when one asks for it."""
        super().__init__(parent)
        self._theme, self._told = theme, tell
        self.bars: tuple[Bar, ...] = ()
        self.empty = ""  # what is said where there are no bars
        self.scale = Scale(-1, 0)
        self.current = self._pointed = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(TOP + BOTTOM + 40)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Gradients of the layers"))
        theme.changed.connect(self.update)

    def show_bars(self, bars: Sequence[Bar], scale: Scale) -> None:
        """Draw other bars; the current one stays with its layer."""
        before = self.bars[self.current].node if 0 <= self.current < len(self.bars) else ""
        self.bars, self.scale = tuple(bars), scale
        nodes = [bar.node for bar in self.bars]
        self.current = nodes.index(before) if before in nodes else -1
        self._pointed = -1
        self.setMinimumWidth(AXIS + NARROWEST * len(self.bars) + 8)
        self._tell()
        self.update()

    def go_to(self, node: str) -> None:
        """Make a layer the current one, if it is among them."""
        nodes = [bar.node for bar in self.bars]
        if node in nodes:
            self._take(nodes.index(node))

    def place_of(self, index: int) -> QRectF:
        """What a layer takes of the widget, marks and name included."""
        step = self._step()
        return QRectF(AXIS + step * index, 0, step, self.height())

    def heights(self) -> Mapping[str, float]:
        """How high each bar is, in pixels; 0 where there is none."""
        room = self._room()
        return {bar.node: self._height(bar.norm, room) for bar in self.bars}

    # --- events ----------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        """Go to the layer under the pointer."""
        index = self._at(event.position())
        if index is not None:
            self._take(index)
            self.chosen.emit(self.bars[index].node)

    def mouseMoveEvent(self, event) -> None:
        """Name the layer under the pointer."""
        index = self._at(event.position())
        self._point(-1 if index is None else index)

    def leaveEvent(self, event) -> None:
        """And no longer."""
        self._point(-1)

    def keyPressEvent(self, event) -> None:
        """Left and Right, Home and End go along the bars; Enter goes to the layer."""
        last = len(self.bars) - 1
        steps = {
            Qt.Key.Key_Left: self.current - 1,
            Qt.Key.Key_Right: self.current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in steps and self.bars:
            self._take(min(max(steps[Qt.Key(event.key())], 0), last))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.chosen.emit(self.bars[self.current].node)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Say under the pointer what a bar is."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._at(QPointF(event.pos()))
            if index is None:
                QToolTip.hideText()
            else:
                plain = html.escape(self._told(self.bars[index].node))  # labels may look like tags
                QToolTip.showText(event.globalPos(), f"<p>{plain}</p>", self)
            return True
        if event.type() == QEvent.Type.FocusIn and self.current < 0 and self.bars:
            self._take(0)
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)

    def paintEvent(self, event) -> None:
        """Axis, bars, marks, names."""
        painter = QPainter(self)
        room = self._room()
        if not self.bars:
            self._paint_empty(painter)
            painter.end()
            return
        if self.current >= 0:
            painter.fillRect(self.place_of(self.current), self._theme.color("selected"))
        self._paint_axis(painter, room)
        for index, bar in enumerate(self.bars):
            place = self.place_of(index)
            if place.intersects(QRectF(event.rect())):
                self._paint_bar(painter, bar, place, room)
                self._paint_name(painter, bar, place)
        self._paint_current_name(painter)
        if self.hasFocus() and self.current >= 0:
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.place_of(self.current).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    # --- inside ----------------------------------------------------------------------------

    def _point(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self.update()

    def _take(self, index: int) -> None:
        self.current = index
        self._tell()
        self.update()

    def _tell(self) -> None:
        told = self._told(self.bars[self.current].node) if self.current >= 0 else ""
        self.setAccessibleDescription(told)

    def _step(self) -> float:
        room = self.width() - AXIS - 8
        return min(max(room / max(len(self.bars), 1), NARROWEST), WIDEST)

    def _room(self) -> QRectF:
        """Where the bars stand."""
        return QRectF(AXIS, TOP, self._step() * len(self.bars), self.height() - TOP - BOTTOM)

    def _at(self, point: QPointF) -> int | None:
        index = math.floor((point.x() - AXIS) / self._step())
        return index if 0 <= index < len(self.bars) else None

    def _height(self, norm: float | None, room: QRectF) -> float:
        if norm is None or norm == 0:
            return 0.0
        share = 1.0 if math.isnan(norm) else self.scale.share(norm)
        return LEAST + share * (room.height() - LEAST)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        words = QRectF(self.rect()).adjusted(0, 4, 0, 0)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(words, align, self.empty)

    def _paint_axis(self, painter: QPainter, room: QRectF) -> None:
        theme, span = self._theme, self.scale.high - self.scale.low
        painter.setFont(theme.font(11))
        for power in self.scale.powers:
            y = room.bottom() - LEAST - (power - self.scale.low) / span * (room.height() - LEAST)
            painter.setPen(QPen(theme.color("grid"), 1))
            painter.drawLine(QPointF(AXIS - 4, y), QPointF(max(room.right(), AXIS + 40), y))
            painter.setPen(theme.color("muted"))
            words = QRectF(0, y - 8, AXIS - 8, 16)
            painter.drawText(words, Qt.AlignmentFlag.AlignRight, power_text(power))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(QPointF(AXIS, room.bottom()), QPointF(room.right(), room.bottom()))

    def _paint_bar(self, painter: QPainter, bar: Bar, place: QRectF, room: QRectF) -> None:
        high = self._height(bar.norm, room)
        wide = place.width() * (BAR_SHARE if not bar.over_time else BAR_SHARE / 2)
        left = place.left() + (place.width() - wide) / 2
        if bar.over_time:
            left = place.left() + place.width() * (1 - BAR_SHARE) / 2
            self._paint_steps(painter, bar, QRectF(left + wide + 1, 0, wide - 1, 0), room)
        if bar.norm is not None:
            ink = "reverse" if math.isfinite(bar.norm) else "error"
            box = QRectF(left, room.bottom() - high, wide, high)
            painter.fillRect(box, self._theme.color(ink))
        if bar.mark:
            side = min(MARK, place.width() - 1)
            top = max(room.bottom() - high - side - 3, 1)
            square = QRectF(place.center().x() - side / 2, top, side, side)
            paint_icon(painter, bar.mark, square, self._theme.color("text"))

    def _paint_steps(self, painter: QPainter, bar: Bar, wide: QRectF, room: QRectF) -> None:
        """What each time step adds, from the first to the last."""
        step = wide.width() / len(bar.over_time)
        ink = self._theme.color("reverse", 0.55)
        for t, norm in enumerate(bar.over_time):
            high = self._height(norm, room)
            gap = 1 if step >= 3 else 0
            box = QRectF(wide.left() + step * t, room.bottom() - high, step - gap, high)
            painter.fillRect(box, ink)

    def _paint_name(self, painter: QPainter, bar: Bar, place: QRectF) -> None:
        if place.width() < NAMED_FROM:
            return
        font = self._theme.font(11)
        room = place.width() - 4
        text = QFontMetricsF(font).elidedText(bar.name, Qt.TextElideMode.ElideMiddle, room)
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if bar.norm is not None else "muted"))
        words = QRectF(place.left() + 2, self.height() - BOTTOM + 3, room, BOTTOM - 4)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def _paint_current_name(self, painter: QPainter) -> None:
        """Where places are narrow, only the layer that is pointed at is named, or the current."""
        index = self._pointed if self._pointed >= 0 else self.current
        if index < 0 or self._step() >= NAMED_FROM:
            return
        font = self._theme.font(11)
        text = self.bars[index].name
        width = QFontMetricsF(font).horizontalAdvance(text) + 4
        left = self.place_of(index).center().x() - width / 2
        left = max(min(left, self.width() - width), 0)
        painter.setFont(font)
        painter.setPen(self._theme.color("text"))
        words = QRectF(left, self.height() - BOTTOM + 3, width, BOTTOM - 4)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


def power_text(power: int) -> str:
    """A power of ten as numbers are written: `0.01`, `1`, `1e−5`."""
    if -3 <= power <= 3:
        return f"{10**power:g}"
    return f"1e{MINUS if power < 0 else ''}{abs(power)}"


def bar_of(layer: Layer, name: str, mark: str, *, has_come: bool) -> Bar:
    """A layer's bar; without its numbers while its gradient is still to come."""
    if not has_come:
        return Bar(layer.node, name, None, (), "")
    return Bar(layer.node, name, layer.norm, layer.over_time, mark)
