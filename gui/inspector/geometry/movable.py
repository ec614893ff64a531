"""A drawing with a point in it: dragged, moved by keys, zoomed, read under the pointer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from gui.inspector.axes import Array
from gui.theme import Theme

MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
FINE, COARSE = 40, 8  # parts of the window that an arrow key moves by, the second with Shift
ZOOM = 2.0
NEAR = 4  # pixels around the room that still belong to it


class Standing(NamedTuple):
    """Where the point is, and the window that it stays in: one or two coordinates each."""

    point: Array
    low: Array
    high: Array


class MovablePicture(QWidget):
    """What all such drawings have of mouse and keys; what is drawn, and what of, a subclass says.

    `moved(point)` follows the hand and the arrow keys, `pointed(something)` the pointer.
    """

    moved = Signal(object)  # coordinates [1] or [2]
    pointed = Signal(object)  # what a subclass reads there; None when the pointer has left
    zoomed = Signal(float)
    returned = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    # --- what a subclass says ---------------------------------------------------------------

    def room(self) -> QRectF | None:
        """Where pixels stand for numbers; None while there is nothing to draw."""
        raise NotImplementedError

    def can_move(self) -> bool:
        """Whether the point can be taken elsewhere."""
        return True

    def standing(self) -> Standing:
        """Where the point is now."""
        raise NotImplementedError

    def point_at(self, place: QPointF) -> Array:
        """The coordinates at a pixel."""
        raise NotImplementedError

    def read_at(self, place: QPointF | None) -> None:
        """The pointer is there, or nowhere."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        """The drawing."""
        raise NotImplementedError

    # --- events -----------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The drawing, and a frame while it has the keys."""
        if self.room() is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def mousePressEvent(self, event) -> None:
        """Take the point to the hand."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if not is_left or not self._is_inside(event.position()) or not self.can_move():
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._is_dragged = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._drag_to(event.position())

    def mouseMoveEvent(self, event) -> None:
        """Drag the point, or read what is under the pointer."""
        if self.room() is None:
            return
        if self._is_dragged:
            self._drag_to(event.position())
            return
        is_inside = self._is_inside(event.position())
        if is_inside and self.can_move():
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
        self.read_at(event.position() if is_inside else None)

    def mouseReleaseEvent(self, event) -> None:
        """The point stays here."""
        self._is_dragged = False
        self.unsetCursor()
        event.accept()

    def leaveEvent(self, event) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self.read_at(None)

    def wheelEvent(self, event) -> None:
        """Zoom with Ctrl; else the page scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.zoomed.emit(ZOOM ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event) -> None:
        """Arrows move the point, plus and minus zoom, Home takes it back."""
        key = event.key()
        if self.room() is not None and key in MOVES:
            is_coarse = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._step(*MOVES[key], COARSE if is_coarse else FINE)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomed.emit(ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoomed.emit(1 / ZOOM)
        elif key == Qt.Key.Key_Home:
            self.returned.emit()
        else:
            super().keyPressEvent(event)

    # --- inside -----------------------------------------------------------------------------

    def _is_inside(self, place: QPointF) -> bool:
        room = self.room()
        return room is not None and room.adjusted(-NEAR, -NEAR, NEAR, NEAR).contains(place)

    def _drag_to(self, place: QPointF) -> None:
        self.read_at(None)
        self.moved.emit(self.point_at(place))

    def _step(self, across: int, up: int, parts: int) -> None:
        if not self.can_move():
            return
        point, low, high = self.standing()
        way = np.array([across or up] if len(point) == 1 else [across, up], float)
        self.moved.emit((point + way * (high - low) / parts).clip(low, high))
