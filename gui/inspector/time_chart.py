"""A chart of numbers over the time steps: bars or a line, on an even or a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.numbers import format_number
from gui.theme import Theme

HEIGHT = 134
LEFT, RIGHT, TOP, BOTTOM = 64.0, 6.0, 8.0, 26.0
MOST_BAR, LEAST_GAP = 24.0, 4.0
DOT = 2.5
Ink = Literal["forward", "reverse", "text"]


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers at time steps; None where there is none yet. `name` tells what they are."""

    name: str
    times: tuple[int, ...]
    numbers: tuple[float | None, ...]
    ink: Ink = "reverse"
    bars: bool = False
    dashed: bool = False

    def at(self, t: int) -> float | None:
        """The number of a time step, if it is known."""
        return self.numbers[self.times.index(t)] if t in self.times else None


class TimeChart(QWidget):
    """Shows series over `steps` time steps. A click or an arrow key chooses a step."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.series: tuple[Series, ...] = ()
        self.steps, self.t, self.is_log = 1, 0, False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_series(self, series: Sequence[Series], steps: int, t: int) -> None:
        """Show these series, `t` being the time step that one looks at."""
        self.series, self.steps, self.t = tuple(series), max(steps, 1), t
        self.setAccessibleDescription(self.words(t))
        self.update()

    def set_log(self, is_log: bool) -> None:
        """Choose the scale."""
        self.is_log = is_log
        self.update()

    def words(self, t: int) -> str:
        """`t = 2: 0.31`, for every series."""
        found = [(line.name, line.at(t)) for line in self.series]
        told = [f"{name} {format_number(number)}" for name, number in found if number is not None]
        return self.tr("t = {0}: {1}").format(t, ", ".join(told) or self.tr("not yet"))

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(240, HEIGHT)

    # --- places ---------------------------------------------------------------------------

    def x_of(self, t: int) -> float:
        """The middle of a time step's slot."""
        return LEFT + self._slot * (t + 0.5)

    def t_at(self, x: float) -> int:
        """The time step at an x of the widget."""
        return min(max(int((x - LEFT) / self._slot), 0), self.steps - 1)

    @property
    def _slot(self) -> float:
        return max(self.width() - LEFT - RIGHT, 1) / self.steps

    def _range(self) -> tuple[float, float]:
        """The least and the largest number of the scale."""
        numbers = [x for line in self.series for x in line.numbers if x is not None]
        numbers = [x for x in numbers if math.isfinite(x)]
        if not self.is_log:
            return 0.0, max(numbers, default=0.0) or 1.0
        positive = [x for x in numbers if x > 0]
        low, high = min(positive, default=0.1), max(positive, default=1.0)
        return 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high) + 1e-9)

    def _y(self, number: float, low: float, high: float) -> float | None:
        """The height of a number; None where the scale has no place for it."""
        if not math.isfinite(number) or (self.is_log and number <= 0):
            return None
        share = (number - low) / (high - low)
        if self.is_log:
            share = math.log(number / low) / math.log(high / low)
        return self._bottom - (self._bottom - TOP) * share

    @property
    def _bottom(self) -> float:
        return self.height() - BOTTOM

    # --- events ---------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        """Choose the time step under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= LEFT:
            self.chosen.emit(self.t_at(event.position().x()))

    def mouseReleaseEvent(self, event) -> None:
        """The press has chosen."""
        event.accept()

    def keyPressEvent(self, event) -> None:
        """Left and Right choose the time step beside."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if by is None:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(min(max(self.t + by, 0), self.steps - 1))

    def event(self, event) -> bool:
        """A tip has the numbers of the time step under the pointer."""
        if event.type() == QEvent.Type.ToolTip:
            text = self.words(self.t_at(event.pos().x()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    # --- painting -------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """Axes, bars and lines, and the time step that one looks at."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = self._range()
        self._paint_axes(painter, low, high)
        for line in self.series:
            (self._paint_bars if line.bars else self._paint_line)(painter, line, low, high)
        self._paint_t(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_axes(self, painter: QPainter, low: float, high: float) -> None:
        end = self.width() - RIGHT
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QPointF(LEFT, self._bottom), QPointF(end, self._bottom))
        painter.setPen(QPen(self._theme.color("grid"), 1))
        painter.drawLine(QPointF(LEFT, TOP), QPointF(end, TOP))
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._theme.font(11))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(2, TOP - 8, LEFT - 8, 16), right, format_number(high))
        painter.drawText(QRectF(2, self._bottom - 8, LEFT - 8, 16), right, format_number(low))
        below = QRectF(LEFT, self._bottom + 9, end - LEFT, BOTTOM - 9)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "t = 0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self.steps - 1}")

    def _paint_bars(self, painter: QPainter, line: Series, low: float, high: float) -> None:
        width = max(min(self._slot - min(LEAST_GAP, self._slot / 3), MOST_BAR), 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(line.ink))
        for t, number in zip(line.times, line.numbers, strict=True):
            y = None if number is None else self._y(number, low, high)
            if y is not None:
                left = self.x_of(t) - width / 2
                painter.drawRect(QRectF(left, y, width, max(self._bottom - y, 1.0)))

    def _paint_line(self, painter: QPainter, line: Series, low: float, high: float) -> None:
        pen = QPen(self._theme.color(line.ink), 1.5)
        if line.dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        known = [(t, x) for t, x in zip(line.times, line.numbers, strict=True) if x is not None]
        heights = [(self.x_of(t), self._y(x, low, high)) for t, x in known]
        points = [QPointF(x, y) for x, y in heights if y is not None]
        for one, other in pairwise(points):
            painter.drawLine(one, other)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(line.ink))
        for point in points:
            painter.drawEllipse(point, DOT, DOT)

    def _paint_t(self, painter: QPainter) -> None:
        """A small triangle under the time step that is shown."""
        x, y = self.x_of(self.t), self._bottom + 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("text"))
        painter.drawPolygon([QPointF(x, y), QPointF(x - 4, y + 6), QPointF(x + 4, y + 6)])
