"""The unrolled view of a graph with loops: a copy per time step, read-only."""

from gui.unrolled.unrolling import Unrolling

__all__ = ["Unrolling"]
