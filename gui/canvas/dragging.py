"""The gesture under way in a view, from the press of a button till its release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter

from gui.canvas.cut_stroke import CutStroke
from gui.canvas.gestures import Gesture, Pan

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Control)
DRAG_FROM = 4  # pixels that the pointer may shake during a click


class Dragging:
    """Leads one gesture at a time; below a few pixels of way it is a click."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.gesture: Gesture | None = None
        self._pressed = self._pointer = QPoint()
        self._has_left = False  # the place of the press

    def begin(self, gesture: Gesture | None, pixel: QPoint, *, at_once: bool = False) -> None:
        """A button was pressed at a pixel; `at_once` is for what is never a click."""
        self.gesture, self._pressed, self._has_left = gesture, pixel, at_once
        if isinstance(gesture, (Pan, CutStroke)):
            self._view.viewport().setCursor(gesture.cursor)

    def move(self, event) -> None:
        """Go on with the gesture once the pointer has left the place of the press."""
        pixel = event.position().toPoint()
        away = pixel - self._pressed
        self._has_left = self._has_left or away.manhattanLength() >= DRAG_FROM
        if self._has_left:
            self._pointer, self.gesture.modifiers = pixel, event.modifiers()
            self._drag_to(self._view.mapToScene(pixel), pixel)
            if self.gesture.pans_at_border:
                self._view.autopan.follow(pixel, self._drag_to)

    def release(self, event) -> None:
        """End the gesture: with its edit, or as the click that it was."""
        gesture = self._take()
        if gesture is None:
            return
        pixel = event.position().toPoint()
        gesture.modifiers = event.modifiers()
        if self._has_left:
            gesture.finish(self._view.mapToScene(pixel), pixel)
        else:
            gesture.click()
        self._view.viewport().update()

    def cancel(self) -> bool:
        """Leave the gesture without an edit; False where there is none."""
        gesture = self._take()
        if gesture is None:
            return False
        gesture.cancel()
        self._view.viewport().update()
        return True

    def hold_modifiers(self, event) -> None:
        """Shift or Alt was pressed or let go during a drag: it counts at once."""
        if self.gesture is not None and self._has_left and event.key() in MODIFIERS:
            self.gesture.modifiers = event.modifiers()
            self.gesture.move(self._view.mapToScene(self._pointer), self._pointer)

    def paint(self, painter: QPainter) -> None:
        """What the gesture is about to do."""
        if self.gesture is not None and self._has_left:
            self.gesture.paint(painter, self._view.zoom)

    def _drag_to(self, point: QPointF, pixel: QPoint) -> None:
        self.gesture.move(point, pixel)
        if not self.gesture.pans_at_border:
            self._view.autopan.stop()

    def _take(self) -> Gesture | None:
        """The gesture, which is under way no longer."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            self._view.autopan.stop()
            self._view.viewport().unsetCursor()
        return gesture
