"""Finding what stands on the canvas: a bar over it, a list of what answers, and marks."""

from gui.find.bar import FindBar

__all__ = ["FindBar"]
