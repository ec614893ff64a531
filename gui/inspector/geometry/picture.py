"""The picture of a derivative: its point is dragged or moved by keys, the window is zoomed."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.inspector.geometry import contour_drawing, curve_drawing, path_drawing, plane_drawing
from gui.inspector.geometry.look import Kind, Look
from gui.inspector.geometry.movable import MovablePicture, Standing
from gui.theme import Theme

DRAWINGS: dict[Kind, ModuleType] = {
    "curve": curve_drawing,
    "path": path_drawing,
    "contour": contour_drawing,
    "plane": plane_drawing,
}
WIDTH = 288


class Picture(MovablePicture):
    """Shows a look. `moved(point)` follows the hand, `pointed(sample)` the pointer.

    A sample is an index into what was sampled.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.look: Look | None = None
        self.at: tuple[int, ...] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

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

    # --- what it has of its own ---------------------------------------------------------------

    def room(self) -> QRectF | None:
        """The plot of the inputs."""
        return None if self.look is None else self._scales()[0].room

    def standing(self) -> Standing:
        """The point at which the derivative is taken."""
        window = self.look.sampled.window
        return Standing(self.look.here.point, np.array(window.low), np.array(window.high))

    def point_at(self, place: QPointF) -> Array:
        """The inputs at a pixel."""
        return self._drawing().point_at(self.look, self._scales(), place)

    def read_at(self, place: QPointF | None) -> None:
        """Read the nearest sample."""
        at = None if place is None else self.look.nearest(self.point_at(place))
        if at != self.at:
            self.at = at
            self.pointed.emit(at)
            self.update()

    def draw(self, painter: QPainter) -> None:
        """The drawing of this kind."""
        self._drawing().paint(painter, self.look, self._scales(), self._theme, self.at)

    def resizeEvent(self, event) -> None:
        """The height follows the width: never higher where it is wider, or a scroll bar beside it
        would come and go for ever."""
        super().resizeEvent(event)
        self._fit()

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
