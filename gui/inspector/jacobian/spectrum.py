"""Singular values as a strip of bars on a logarithmic scale."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.numbers import format_number
from gui.theme import Theme

HEIGHT = 64
CAPTION = 16  # pixels for the numbers below
DECADES = 16  # below the largest value nothing can be told from 0 in float64
LEAST_BAR = 2
WIDEST = 12


class SpectrumView(QWidget):
    """Bars from the largest to the smallest; a value of 0 has none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: Array = np.zeros(0)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def show_values(self, values: Array) -> None:
        """Draw values that descend."""
        self._values = np.asarray(values, np.float64)
        self.setAccessibleName(self._told())
        self.setToolTip(self._told())
        self.update()

    def heights(self, bars: int) -> Array:
        """How high so many bars are, from 0 to 1; several values in a bar show the first."""
        values = self._values[np.linspace(0, len(self._values), bars, endpoint=False).astype(int)]
        most = values.max(initial=0.0)
        found = np.zeros(len(values))
        seen = values > most * 10.0**-DECADES
        if seen.any():
            powers = np.log10(values[seen])
            low = min(powers.min(), powers.max() - 1)  # a decade at least, so that equals are high
            found[seen] = (powers - low) / (powers.max() - low)
        return found

    def paintEvent(self, event) -> None:
        if not self._values.size:
            return
        painter = QPainter(self)
        room = QRectF(0, 0, self.width(), self.height() - CAPTION)
        bars = min(len(self._values), max(int(room.width() // 2), 1))
        step = min(room.width() / bars, WIDEST)
        gap = 1 if step >= 3 else 0
        heights = self.heights(bars)
        ink = self._theme.color("text")
        for place, height in enumerate(heights):
            high = LEAST_BAR + height * (room.height() - LEAST_BAR)
            if self._at(place, bars) > 0:
                bar = QRectF(place * step, room.bottom() - high, step - gap, high)
                painter.fillRect(bar, ink)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        self._write_ends(painter, QRectF(0, room.bottom() + 1, self.width(), CAPTION))
        painter.end()

    def _write_ends(self, painter: QPainter, room: QRectF) -> None:
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        first, last = format_number(self._values[0]), format_number(self._values[-1])
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, first)
        if len(self._values) > 1:
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, last)

    def _at(self, bar: int, bars: int) -> float:
        return float(self._values[bar * len(self._values) // bars])

    def _told(self) -> str:
        if not self._values.size:
            return ""
        text = self.tr("{0} singular values on a logarithmic scale, from {1} to {2}")
        ends = format_number(self._values[0]), format_number(self._values[-1])
        return text.format(len(self._values), *ends)
