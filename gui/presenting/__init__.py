"""Presenting: the canvas alone, large, for a room that looks on."""

from gui.presenting.presenting import Presenting

__all__ = ["Presenting"]
