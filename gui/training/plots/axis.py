"""Axes whose numbers are written as everywhere in the window."""

from __future__ import annotations

from pyqtgraph import AxisItem

from gui.numbers import format_count, format_number
from gui.theme import Theme

WIDTH, HEIGHT = 52, 22  # pixels of the numbers beside and below


class Axis(AxisItem):
    """An axis in the theme's inks, `left` or `bottom`; whole numbers are grouped."""

    def __init__(self, theme: Theme, side: str) -> None:
        super().__init__(side, maxTickLength=-4)
        self._theme = theme
        self.enableAutoSIPrefix(False)
        if side == "left":
            self.setWidth(WIDTH)
        else:
            self.setHeight(HEIGHT)
        self.setStyle(maxTickLevel=1)  # finer ticks are a grid too dense to read
        self.setZValue(-1000)  # its grid lies behind the curves
        self.setGrid(255)
        self.dye()

    def dye(self) -> None:
        """Take the theme's inks."""
        theme = self._theme
        self.setStyle(tickFont=theme.font(11), tickTextOffset=4)
        self.setPen(theme.color("line"))
        self.setTickPen(theme.color("grid"))
        self.setTextPen(theme.color("muted"))

    def tickStrings(self, values, scale, spacing) -> list[str]:
        """`12 345`, `0.001`, `1.23e−5`."""
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        return [_written(value * scale) for value in values]

    def logTickStrings(self, values, scale, spacing) -> list[str]:
        """Powers of ten, and what lies between where there is room."""
        return [format_number(10.0**value) for value in values]


def _written(value: float) -> str:
    is_whole = abs(value - round(value)) < 1e-9 and abs(value) < 1e12
    return format_count(round(value)) if is_whole else format_number(value)
