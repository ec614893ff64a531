"""Gradient health: how large gradients are at edges and layers, and which units rest.

`measure` reads a finished run once; `judge` says what is wrong by thresholds, in a moment.
"""

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.health.judging import judge
    from runtime.health.measuring import measure
    from runtime.health.records import Activation, Finding, Health, Layer, Trouble
    from runtime.health.thresholds import LIMITS, Thresholds

_HOMES = {
    "judging": ("judge",),
    "measuring": ("measure",),
    "records": (
        "Activation",
        "Finding",
        "Health",
        "Layer",
        "Trouble",
    ),
    "thresholds": (
        "LIMITS",
        "Thresholds",
    ),
}

__all__ = [
    "LIMITS",
    "Activation",
    "Finding",
    "Health",
    "Layer",
    "Thresholds",
    "Trouble",
    "judge",
    "measure",
]

__getattr__ = late(__name__, _HOMES)
