"""Levels of detail: what a zoom shows, and how large the text is that keeps its size on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["overview", "far", "working", "close"]

LEAST, MOST = 0.05, 4.0
OVERVIEW, FAR, CLOSE = 0.2, 0.7, 1.5
WITH_PLATES: tuple[Level, ...] = ("working", "close")  # where annotations are shown
DIMMED = 0.25  # how much is seen of what stands back behind others
PORTS_FROM = 0.35  # below it ports are too small to start a wire at


def level_of(zoom: float) -> Level:
    """The level at a zoom (1 is 100 %)."""
    if zoom < OVERVIEW:
        return "overview"
    if zoom < FAR:
        return "far"
    return "working" if zoom < CLOSE else "close"


def title_pixels(zoom: float) -> int:
    """Size of a node's title in canvas units: legible from afar as long as it fits."""
    return 13 if zoom >= FAR else round(min(11 / zoom, 22))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large texts and strokes are drawn: as at a desk, or for a room that looks on.

    `text` is a factor; `wire` the least width of a rail in pixels of the screen.
    """

    text: float = 1.0
    wire: float = 0.0

    def text_pixels(self, zoom: float) -> int:
        """Size of annotations on screen: 11 to 16 pixels at every zoom, times the factor."""
        return round(round(min(max(12 * zoom, 11), 16)) * self.text)

    def wire_pixels(self, zoom: float) -> float:
        """Width of a rail on screen."""
        usual = min(max(zoom / 0.35, 1.0), 2.0) if zoom < CLOSE else 2.5
        return max(usual, self.wire)

    @property
    def bold(self) -> float:
        """How much larger signs on wires are, to stand out of them."""
        return max(1.0, self.wire / 2)

    def gap_pixels(self, zoom: float) -> float:
        """Distance of the two rails on screen, from middle to middle."""
        usual = 4.0 if zoom < CLOSE else 5.0
        return max(usual, 1.75 * self.wire)


AT_DESK = Sizes()
PRESENTED = Sizes(text=1.5, wire=4.0)
