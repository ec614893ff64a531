"""An activation and its slope, one above the other, and where the present inputs are on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.inspector.geometry.scale import BELOW, Scale, paint_axes, plot_room
from gui.theme import Theme
from runtime.geometry.entrywise import Curve, Entrywise
from runtime.geometry.window import Window

WIDTH, UPPER, LOWER = 288, 168, 120  # pixels: the plot of f, that of its slope
SINGLE = 64  # inputs up to which each has a dot; more are counted in bars
BARS, HIGHEST = 61, 28  # bars, and pixels of the highest
FINE, COARSE = 4, 40  # samples that an arrow key goes on by, the second with Shift
DOT = 3.0


@dataclass(frozen=True, eq=False)
class Acting:
    """What is drawn: a curve, the numbers that go into it now, and the ranges of both plots.

    `counts` is how many of the inputs are in each of so many equal parts of the window, [BARS].
    """

    entrywise: Entrywise
    curve: Curve
    window: Window
    heights: Window
    slopes: Window
    counts: Array

    @classmethod
    def of(cls, entrywise: Entrywise) -> Acting:
        """Worked out anew; fit for the background."""
        window = entrywise.window
        curve = entrywise.curve(window)
        zero = np.array([0.0])
        heights = Window.usual(np.concatenate([curve.y, zero])[:, None])
        slopes = Window.usual(np.concatenate([curve.slope, zero])[:, None])
        inputs = entrywise.inputs[np.isfinite(entrywise.inputs)]
        counts, _ = np.histogram(inputs, BARS, (*window.low, *window.high))
        return cls(entrywise, curve, window, heights, slopes, counts)


class CurvePicture(QWidget):
    """Draws an activation; `pointed(sample)` names the place under pointer or cursor."""

    pointed = Signal(object)  # an index into the curve's samples; None when all is left

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.acting: Acting | None = None
        self.at: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(UPPER + LOWER)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_acting(self, acting: Acting) -> None:
        """Draw this; the cursor stays."""
        self.acting = acting
        self.update()

    def sizeHint(self) -> QSize:
        """Both plots."""
        return QSize(WIDTH, UPPER + LOWER)

    def place_of(self, x: float, y: float) -> QPointF:
        """Where a point of the upper plot is."""
        return self._scales()[0].place(np.array([x, y]))

    # --- events ---------------------------------------------------------------------------

    def mouseMoveEvent(self, event) -> None:
        """Be at the place under the pointer."""
        if self.acting is None:
            return
        x = self._scales()[0].numbers(event.position())[0]
        self._go(int(np.argmin(np.abs(self.acting.curve.x - x))))

    def mousePressEvent(self, event) -> None:
        """Take the keys too."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.mouseMoveEvent(event)

    def leaveEvent(self, event) -> None:
        """The pointer went; the keys stay where they are."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._go(None)

    def focusOutEvent(self, event) -> None:
        """No place is special any more."""
        super().focusOutEvent(event)
        self._go(None)

    def keyPressEvent(self, event) -> None:
        """Left and Right go along the curve."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if by is None or self.acting is None:
            super().keyPressEvent(event)
            return
        is_coarse = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        last = len(self.acting.curve.x) - 1
        start = last // 2 if self.at is None else self.at
        step = by * (COARSE if is_coarse else FINE) if self.at is not None else 0
        self._go(min(max(start + step, 0), last))

    def paintEvent(self, event) -> None:
        """Ground, saturation, curves, inputs, the place one is at."""
        if self.acting is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        upper, lower = self._scales()
        curve = self.acting.curve
        lines = np.stack([curve.x, curve.y], axis=1), curve.pieces
        names = (self.tr("f"), self.tr("f′, the slope"))
        for scale, line, name, ink in zip(
            (upper, lower), lines, names, ("forward", "reverse"), strict=True
        ):
            paint_axes(painter, scale, self._theme, "x" if scale is lower else "", name)
            painter.save()
            painter.setClipRect(scale.room.adjusted(-DOT, -DOT, DOT, DOT))
            self._paint_saturation(painter, scale)
            painter.setPen(QPen(self._theme.color(ink), 2))
            painter.drawPath(scale.line(line))
            painter.restore()
        self._paint_kinks(painter, lower)
        self._paint_inputs(painter, upper, lower)
        self._paint_place(painter, upper, lower)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    # --- inside ---------------------------------------------------------------------------

    def _scales(self) -> tuple[Scale, Scale]:
        acting = self.acting
        (left,), (right,) = acting.window.low, acting.window.high
        rooms = (
            plot_room(QRectF(0, 0, self.width(), UPPER + BELOW - 18)),
            plot_room(QRectF(0, UPPER, self.width(), LOWER)),
        )
        first, second = (
            Scale(room, Window((left, height.low[0]), (right, height.high[0])))
            for room, height in zip(rooms, (acting.heights, acting.slopes), strict=True)
        )
        return first, second

    def _go(self, at: int | None) -> None:
        if at != self.at:
            self.at = at
            self.pointed.emit(at)
            self.update()

    def _paint_saturation(self, painter: QPainter, scale: Scale) -> None:
        """Where nearly no slope is left: a tint with strokes, so that it is no matter of hue."""
        for left, right in self.acting.curve.flat:
            one, other = (scale.place(np.array([x, 0.0])).x() for x in (left, right))
            band = QRectF(one, scale.room.top(), other - one, scale.room.height())
            painter.fillRect(band, self._theme.color("line", 0.14))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("line", 0.35))
            brush = painter.brush()
            brush.setStyle(Qt.BrushStyle.BDiagPattern)
            painter.fillRect(band, brush)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_kinks(self, painter: QPainter, scale: Scale) -> None:
        """What the slope is taken to be where it jumps."""
        curve = self.acting.curve
        painter.setPen(QPen(self._theme.color("node"), 1))
        painter.setBrush(self._theme.color("reverse"))
        for point in zip(curve.kinks, curve.at_kinks, strict=True):
            painter.drawEllipse(scale.place(np.array(point)), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_inputs(self, painter: QPainter, upper: Scale, lower: Scale) -> None:
        """Each input on both curves; or, where there are many, how many there are where."""
        found = self.acting.entrywise
        if found.inputs.size > SINGLE:
            self._paint_bars(painter, upper)
            return
        painter.setPen(QPen(self._theme.color("node"), 1))
        painter.setBrush(self._theme.color("text"))
        for scale, heights in ((upper, found.outputs), (lower, found.slopes)):
            for point in np.stack([found.inputs, heights], axis=1):
                if np.isfinite(point).all():
                    painter.drawEllipse(scale.place(point), DOT, DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_bars(self, painter: QPainter, scale: Scale) -> None:
        counts = self.acting.counts
        width, most = scale.room.width() / len(counts), max(int(counts.max()), 1)
        for place in np.flatnonzero(counts):
            height = max(HIGHEST * float(counts[place]) / most, 2.0)
            left = scale.room.left() + place * width
            bar = QRectF(left, scale.room.bottom() - height, width - 1, height)
            painter.fillRect(bar, self._theme.color("text", 0.75))

    def _paint_place(self, painter: QPainter, upper: Scale, lower: Scale) -> None:
        if self.at is None:
            return
        curve = self.acting.curve
        x = upper.place(np.array([curve.x[self.at], 0.0])).x()
        painter.setPen(QPen(self._theme.color("text"), 1))
        for scale, height in ((upper, curve.y[self.at]), (lower, curve.slope[self.at])):
            painter.drawLine(QPointF(x, scale.room.top()), QPointF(x, scale.room.bottom()))
            if np.isfinite(height):
                painter.setBrush(self._theme.color("node"))
                painter.drawEllipse(scale.place(np.array([curve.x[self.at], height])), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
