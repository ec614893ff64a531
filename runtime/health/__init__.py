"""Gradient health: how large gradients are at edges and layers, and which units rest.

`measure` reads a finished run once; `judge` says what is wrong by thresholds, in a moment.
"""

from runtime.health.judging import judge
from runtime.health.measuring import measure
from runtime.health.records import Activation, Finding, Health, Layer, Trouble
from runtime.health.thresholds import LIMITS, Thresholds

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
