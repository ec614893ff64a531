"""Gradient health: widths of edges, marks of nodes, bars of layers, and what they say in words."""

from gui.health.diagnosis import Diagnosis

__all__ = ["Diagnosis"]
