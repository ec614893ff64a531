"""The canvas: what the graph looks like, and how the mouse edits it."""

from gui.canvas.adding import MIME, module_mime
from gui.canvas.view import CanvasView

__all__ = ["MIME", "CanvasView", "module_mime"]
