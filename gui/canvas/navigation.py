"""Moving about the canvas: mouse wheel, touchpad, pinch, and the space bar that pans while held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QInputDevice

from gui.canvas.camera import WHEEL

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QWheelEvent

    from gui.canvas.view import CanvasView

LEAST_PINCH = 0.1  # of one event, whatever the device says


class Navigation:
    """Turns what the hand does into the camera's moves."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.is_space_held = False
        self.wheel_zooms = True  # or pans
        self.touchpad_zooms = False

    def wheel(self, event: QWheelEvent) -> None:
        """A mouse wheel zooms at the pointer and a touchpad pans, or as the settings say.

        Ctrl zooms in any case, Shift pans sideways.
        """
        turned, scrolled = event.angleDelta(), event.pixelDelta()
        is_touch = _is_touch(event)
        held = event.modifiers()
        if held & Qt.KeyboardModifier.ControlModifier:
            self._zoom(event)
        elif held & Qt.KeyboardModifier.ShiftModifier and not is_touch:
            self._view.camera.pan(QPointF((turned.y() or turned.x()) / 2, 0))
        elif self.touchpad_zooms if is_touch else self.wheel_zooms:
            self._zoom(event)
        else:
            self._view.camera.pan(scrolled if is_touch and not scrolled.isNull() else turned / 2)
        event.accept()

    def gesture(self, event: QNativeGestureEvent) -> bool:
        """Two fingers zoom at the pointer and take the canvas along; False for other gestures."""
        camera, kind = self._view.camera, event.gestureType()
        if kind == Qt.NativeGestureType.ZoomNativeGesture:
            camera.zoom_at(max(1 + event.value(), LEAST_PINCH), event.position())
        elif kind == Qt.NativeGestureType.PanNativeGesture:
            camera.pan(event.delta())
        else:
            return False
        return True

    def _zoom(self, event: QWheelEvent) -> None:
        if turned := event.angleDelta().y():
            self._view.camera.zoom_at(WHEEL**turned, self._place_of(event))

    def _place_of(self, event: QWheelEvent) -> QPointF:
        """The pixel that stays where it is: the pointer's; over minimap or zoom bar the middle."""
        viewport = self._view.viewport()
        under = viewport.mapFromGlobal(event.globalPosition())
        lies_over = self._view.childAt(self._view.mapFromGlobal(event.globalPosition()).toPoint())
        return under if lies_over in (viewport, None) else QPointF(viewport.rect().center())

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


def _is_touch(event: QWheelEvent) -> bool:
    """Whether fingers on a touchpad scroll; some say so only by the phases of their movement."""
    if event.device().type() == QInputDevice.DeviceType.TouchPad:
        return True
    return event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
