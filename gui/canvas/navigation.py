"""Moving about the canvas: mouse wheel, touchpad, pinch, and the space bar that pans while held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QInputDevice

from gui.canvas.camera import WHEEL

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QWheelEvent

    from gui.canvas.view import CanvasView


class Navigation:
    """Turns what the hand does into the camera's moves."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.is_space_held = False

    def wheel(self, event: QWheelEvent) -> None:
        """A mouse wheel zooms at the pointer; a touchpad pans, and zooms with Ctrl."""
        camera = self._view.camera
        pixels, angle = event.pixelDelta(), event.angleDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_touch = event.device().type() == QInputDevice.DeviceType.TouchPad
        is_touch |= event.phase() != Qt.ScrollPhase.NoScrollPhase and not pixels.isNull()
        if is_touch and not zooms:
            camera.pan(angle / 2 if pixels.isNull() else pixels)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            camera.pan(QPointF(angle.y() / 2, 0))
        elif angle.y():
            camera.zoom_at(WHEEL ** angle.y(), event.position())
        event.accept()

    def pinch(self, event: QNativeGestureEvent) -> bool:
        """Two fingers zoom at the pointer; False for other gestures."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._view.camera.zoom_at(1 + event.value(), event.position())
        return True

    def press_key(self, event: QKeyEvent) -> bool:
        """Space pressed: the left button pans now."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            return False
        self.is_space_held = True
        self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        return True

    def release_key(self, event: QKeyEvent) -> bool:
        """Space released: panning ends with its drag."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            return False
        self.let_go()
        self._view.viewport().unsetCursor()
        return True

    def let_go(self) -> None:
        """The keys go elsewhere."""
        self.is_space_held = False
