"""The picture of a derivative: its point is dragged or moved by keys, the window is zoomed."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.inspector.geometry import contour_drawing, curve_drawing, path_drawing, plane_drawing
from gui.inspector.geometry.look import Kind, Look
from gui.theme import Theme

DRAWINGS: dict[Kind, ModuleType] = {
    "curve": curve_drawing,
    "path": path_drawing,
    "contour": contour_drawing,
    "plane": plane_drawing,
}
MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
FINE, COARSE = 40, 8  # parts of the window that an arrow key moves by, the second with Shift
ZOOM = 2.0
WIDTH = 288


class Picture(QWidget):
    """Shows a look. `moved(point)` follows the hand, `pointed(sample)` the pointer."""

    moved = Signal(object)
    pointed = Signal(object)  # an index into the samples; None when the pointer has left
    zoomed = Signal(float)
    returned = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.look: Look | None = None
        self.at: tuple[int, ...] | None = None
        self._is_dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_look(self, look: Look) -> None:
        """Draw this."""
        same = self.look is not None and self.look.sampled is look.sampled
        self.look = look
        if not same:
            self.at = None
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the drawing wants to be."""
        return QSize(WIDTH, self._height(WIDTH))

    def place_of(self, point: Array) -> QPointF:
        """Where a point of the inputs is drawn; of one input at the function's value there."""
        scale = self._scales()[0]
        if self.look.kind == "contour" or self.look.kind == "plane":
            return scale.place(point)
        value = self.look.sampled.values[self.look.nearest(point)]
        return scale.place(value if self.look.kind == "path" else np.append(point, value))

    # --- events ---------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The drawing of this kind, and a frame while it has the keys."""
        if self.look is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._drawing().paint(painter, self.look, self._scales(), self._theme, self.at)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def resizeEvent(self, event) -> None:
        """The height follows the width: never higher where it is wider, or a scroll bar beside it
        would come and go for ever."""
        super().resizeEvent(event)
        self._fit()

    def mousePressEvent(self, event) -> None:
        """Take the point to the hand."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if self.look is None or not is_left or not self._is_inside(event.position()):
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._is_dragged = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._move_to(event.position())

    def mouseMoveEvent(self, event) -> None:
        """Drag the point, or read what is under the pointer."""
        if self.look is None:
            return
        if self._is_dragged:
            self._move_to(event.position())
            return
        inside = self._is_inside(event.position())
        if inside:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
        point = self._drawing().point_at(self.look, self._scales(), event.position())
        self._point(self.look.nearest(point) if inside else None)

    def mouseReleaseEvent(self, event) -> None:
        """The point stays here."""
        self._is_dragged = False
        self.unsetCursor()
        event.accept()

    def leaveEvent(self, event) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self._point(None)

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
        if self.look is not None and key in MOVES:
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

    # --- inside ---------------------------------------------------------------------------

    def _drawing(self) -> ModuleType:
        return DRAWINGS[self.look.kind]

    def _scales(self):
        return self._drawing().scales(self.look, QRectF(self.rect()))

    def _height(self, width: int) -> int:
        return self._drawing().height(width) if self.look is not None else 0

    def _fit(self) -> None:
        wanted = self._height(self.width())
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def _is_inside(self, place: QPointF) -> bool:
        return self._scales()[0].room.adjusted(-4, -4, 4, 4).contains(place)

    def _point(self, at: tuple[int, ...] | None) -> None:
        if at != self.at:
            self.at = at
            self.pointed.emit(at)
            self.update()

    def _move_to(self, place: QPointF) -> None:
        self._point(None)
        self.moved.emit(self._drawing().point_at(self.look, self._scales(), place))

    def _step(self, across: int, up: int, parts: int) -> None:
        point, window = self.look.here.point, self.look.sampled.window
        way = np.array([across or up] if len(point) == 1 else [across, up], float)
        moved = point + way * np.array(window.spans) / parts
        self.moved.emit(moved.clip(window.low, window.high))
