"""The picture of a landscape: one puts the ball somewhere, zooms, and reads the loss."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.axes import Array
from gui.inspector.geometry.movable import MovablePicture, Standing
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


class LandscapePicture(MovablePicture):
    """Shows what was seen. The ball is where a race begins: `moved(point)` puts it elsewhere.

    `pointed` tells the coordinates under the pointer.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.seen: Seen | None = None
        self.start: Array | None = None
        self.raced = Raced()
        self.trail: Array | None = None  # where the run has been since, [points, k]
        self.setMinimumSize(LEAST, LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

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

    # --- what it has of its own ---------------------------------------------------------------

    def room(self) -> QRectF | None:
        """The plot."""
        return None if self.seen is None else self.scale.room

    def can_move(self) -> bool:
        """Whether a race can begin elsewhere."""
        return self.seen.can_race

    def standing(self) -> Standing:
        """Where the ball is."""
        window, count = self.scale.window, len(self.start)
        low, high = (np.array(end[:count]) for end in (window.low, window.high))
        return Standing(self.start, low, high)

    def point_at(self, place: QPointF) -> Array:
        """The coordinates at a pixel."""
        return self.scale.numbers(place)[: len(self.start)]

    def read_at(self, place: QPointF | None) -> None:
        """Tell the coordinates under the pointer."""
        self.pointed.emit(None if place is None else self.point_at(place))

    def draw(self, painter: QPainter) -> None:
        """A curve or a plane."""
        if self._is_line:
            self._paint_line(painter)
        else:
            self._paint_plane(painter)

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
