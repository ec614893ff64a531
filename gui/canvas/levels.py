"""Levels of detail: what a zoom shows, and how large the text is that keeps its size on screen."""

from __future__ import annotations

from typing import Literal

Level = Literal["overview", "far", "working", "close"]

LEAST, MOST = 0.05, 4.0
OVERVIEW, FAR, CLOSE = 0.2, 0.7, 1.5
DIMMED = 0.25  # how much is seen of what stands back behind others
PORTS_FROM = 0.35  # below it ports are too small to start a wire at


def level_of(zoom: float) -> Level:
    """The level at a zoom (1 is 100 %)."""
    if zoom < OVERVIEW:
        return "overview"
    if zoom < FAR:
        return "far"
    return "working" if zoom < CLOSE else "close"


def text_pixels(zoom: float) -> int:
    """Size of annotations on screen: 11 to 16 pixels at every zoom."""
    return round(min(max(12 * zoom, 11), 16))


def title_pixels(zoom: float) -> int:
    """Size of a node's title in canvas units: legible from afar as long as it fits."""
    return 13 if zoom >= FAR else round(min(11 / zoom, 22))


def wire_pixels(zoom: float) -> float:
    """Width of a rail on screen."""
    return min(max(zoom / 0.35, 1.0), 2.0) if zoom < CLOSE else 2.5


def gap_pixels(zoom: float) -> float:
    """Distance of the two rails on screen, from middle to middle."""
    return 4.0 if zoom < CLOSE else 5.0
