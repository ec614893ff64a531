"""The canvas goes on by itself while something is dragged to its border."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

BORDER = 24  # pixels
TICK = 16  # milliseconds
SPEED = 0.6  # pixels a tick, for each pixel into the border
FASTEST = 24.0

Moved = Callable[[QPointF, QPoint], None]


class AutoPan(QObject):
    """Pans while the pointer of a drag is near the border, and tells the drag where it is then."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._pixel = QPoint()
        self._moved: Moved | None = None
        self._was_inside = False
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self._tick)

    def follow(self, pixel: QPoint, moved: Moved, *, comes_in: bool = False) -> None:
        """The pointer of a drag is at a pixel; `moved` takes the canvas point and the pixel.

        A drag that `comes_in` from elsewhere crosses the border first, which pans nothing.
        """
        self._pixel, self._moved = pixel, moved
        is_inside = self._step().isNull()
        self._was_inside = self._was_inside or is_inside or not comes_in
        if is_inside:
            self._timer.stop()
        elif self._was_inside and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """The drag has ended."""
        self._timer.stop()
        self._moved = None
        self._was_inside = False

    def _tick(self) -> None:
        if self._moved is None:
            return
        self._view.camera.pan(self._step())
        self._moved(self._view.mapToScene(self._pixel), self._pixel)

    def _step(self) -> QPointF:
        size = self._view.viewport().size()
        across = _pull(self._pixel.x(), size.width())
        return QPointF(across, _pull(self._pixel.y(), size.height()))


def _pull(place: int, length: int) -> float:
    """How far to pan at a place along one side: towards what lies beyond the border."""
    before, behind = BORDER - place, place - (length - BORDER)
    depth = before if before > 0 else -behind if behind > 0 else 0
    return max(min(depth * SPEED, FASTEST), -FASTEST)
