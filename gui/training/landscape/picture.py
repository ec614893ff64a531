"""The picture of a landscape: one puts the ball somewhere, zooms, and reads the loss."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.inspector.geometry.picture import COARSE, FINE, MOVES, ZOOM
from gui.inspector.geometry.scale import Scale
from gui.theme import Theme
from gui.training.landscape import line_drawing, plane_drawing
from gui.training.landscape.question import Seen
from gui.training.landscape.racers import Style
from gui.training.landscape.words import tr
from runtime.training.landscape.racing import Course
from runtime.training.landscape.sampling import Profile

WIDTH, LEAST = 400, 120


@dataclass(frozen=True, eq=False)
class Raced:
    """The courses that are drawn, as far as `update`."""

    courses: list[tuple[Style, Course]] = field(default_factory=list)
    update: int = 0


class LandscapePicture(QWidget):
    """Shows what was seen. The ball is where a race begins: `moved(point)` puts it elsewhere."""

    moved = Signal(object)  # coordinates [k]
    pointed = Signal(object)  # coordinates [k]; None when the pointer has left
    zoomed = Signal(float)
    returned = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.seen: Seen | None = None
        self.start: Array | None = None
        self.raced = Raced()
        self.trail: Array | None = None  # where the run has been since, [points, k]
        self._is_dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(LEAST, LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_seen(self, seen: Seen, start: Array) -> None:
        """Draw this, with the ball here."""
        self.seen, self.start = seen, start
        self.update()

    def show_race(self, raced: Raced) -> None:
        """Draw these courses."""
        self.raced = raced
        self.update()

    def show_trail(self, trail: Array | None) -> None:
        """Draw where a run has been since the landscape was worked out; its end is where it is."""
        self.trail = trail
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room for."""
        return QSize(WIDTH, LEAST)

    @property
    def scale(self) -> Scale:
        """From coordinates to pixels; up is the loss where there is one direction."""
        drawing = line_drawing if self._is_line else plane_drawing
        return drawing.scale_of(self.seen, QRectF(self.rect()))

    # --- events ---------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The drawing, and a frame while it has the keys."""
        if self.seen is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_line:
            self._paint_line(painter)
        else:
            self._paint_plane(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def mousePressEvent(self, event) -> None:
        """Take the ball to the hand."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if self.seen is None or not is_left or not self._is_inside(event.position()):
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._is_dragged = True
        self._move_to(event.position())

    def mouseMoveEvent(self, event) -> None:
        """Drag the ball, or read the loss under the pointer."""
        if self.seen is None:
            return
        if self._is_dragged:
            self._move_to(event.position())
            return
        is_inside = self._is_inside(event.position())
        self.pointed.emit(self._at(event.position()) if is_inside else None)

    def mouseReleaseEvent(self, event) -> None:
        """The ball stays here."""
        self._is_dragged = False
        event.accept()

    def leaveEvent(self, event) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self.pointed.emit(None)

    def wheelEvent(self, event) -> None:
        """Zoom with Ctrl; else the page scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.zoomed.emit(ZOOM ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event) -> None:
        """Arrows move the ball, plus and minus zoom, Home takes it back."""
        key = event.key()
        if self.seen is not None and key in MOVES:
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

    @property
    def _is_line(self) -> bool:
        return self.seen is not None and isinstance(self.seen.picture, Profile)

    def _paint_plane(self, painter: QPainter) -> None:
        seen, scale, theme = self.seen, self.scale, self._theme
        plane_drawing.paint(painter, seen, scale, theme)
        if self.trail is not None:
            plane_drawing.paint_trail(painter, self.trail, scale, theme)
        plane_drawing.paint_courses(painter, self.raced.courses, self.raced.update, scale, theme)
        plane_drawing.paint_start(painter, seen.here, self.start, scale, theme)

    def _paint_line(self, painter: QPainter) -> None:
        seen, scale, theme = self.seen, self.scale, self._theme
        line_drawing.paint(painter, seen, scale, theme, tr("loss"))
        if self.trail is not None:
            line_drawing.paint_trail(painter, seen.picture, self.trail[-1], scale, theme)
        line_drawing.paint_start(painter, seen.picture, self.start, scale, theme)
        line_drawing.paint_courses(painter, self.raced.courses, self.raced.update, scale, theme)

    def _is_inside(self, place) -> bool:
        return self.scale.room.adjusted(-4, -4, 4, 4).contains(place)

    def _at(self, place) -> Array:
        return self.scale.numbers(place)[: len(self.start)]

    def _move_to(self, place) -> None:
        if self.seen.can_race:
            self.pointed.emit(None)
            self.moved.emit(self._at(place))

    def _step(self, across: int, up: int, parts: int) -> None:
        if not self.seen.can_race:
            return
        window, count = self.scale.window, len(self.start)
        way = np.array([across or up] if count == 1 else [across, up], float)
        low, high = (np.array(end[:count]) for end in (window.low, window.high))
        self.moved.emit((self.start + way * (high - low) / parts).clip(low, high))
