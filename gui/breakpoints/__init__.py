"""Breakpoints: set at nodes and edges, edited in a panel, and what a run to the next one does."""

from gui.breakpoints.breakpoints import Breakpoints
from gui.breakpoints.holding import Holding
from gui.breakpoints.overlay import BreakpointMarks

__all__ = ["BreakpointMarks", "Breakpoints", "Holding"]
