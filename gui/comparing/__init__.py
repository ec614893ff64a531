"""Comparing: a run is pinned, and later ones are held against it, edge by edge."""

from gui.comparing.comparing import Comparing
from gui.comparing.overlay import DifferenceMarks

__all__ = ["Comparing", "DifferenceMarks"]
