"""A plot of samples: over the data's plane, over one input, or over a hidden port."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from gui.inspector.geometry.scale import (
    ABOVE,
    BELOW,
    LEFT,
    RIGHT,
    Scale,
    paint_axes,
    plot_room,
    square_room,
)
from gui.training.pictures import plane_paint as paint
from gui.training.pictures.view import View
from gui.training.pictures.words import component_text
from runtime.geometry.window import Window
from runtime.training.pictures.hidden import LINES, Hidden
from runtime.training.pictures.plane import Curve, Regions
from runtime.training.pictures.studio import Drawn, Studio
from runtime.training.pictures.verdicts import Verdicts

NEAR = 12.0  # pixels from a sample at which the pointer means it
WIDTH = 360


class PlaneView(View):
    """Draws a curve or decisions over the data, or a hidden port; arrows go through the samples."""

    is_hidden_port = False

    def __init__(self, theme, parent=None) -> None:
        super().__init__(theme, parent)
        self.figure: Curve | Regions | Hidden | None = None
        self._window = Window((-1.0, -1.0), (1.0, 1.0))
        self._spots = np.zeros((0, 2))
        self._ground: QImage | None = None
        theme.changed.connect(self._dye)

    def show_drawn(self, studio: Studio, drawn: Drawn) -> None:
        """Take the newest picture."""
        self.studio, self.drawn = studio, drawn
        self.figure = drawn.hidden if self.is_hidden_port else drawn.plane
        if isinstance(self.figure, Curve):
            self._take_curve(self.figure)
        elif isinstance(self.figure, Regions):
            self._spots = studio.inputs[: len(drawn.verdicts)]
            self._window = self.figure.window
        elif isinstance(self.figure, Hidden):
            self._spots, self._window = self.figure.spots, self.figure.window
        self.fit()
        self._dye()

    def place_of(self, sample: int) -> QPointF | None:
        """Where a sample is drawn."""
        if sample >= len(self._spots):
            return None
        return self._scale().place(self._spots[sample])

    def sample_at(self, place: QPointF) -> int | None:
        """The sample nearest to a pixel, if it is near."""
        if not len(self._spots):
            return None
        away = self._scale().pixels(self._spots) - np.array([place.x(), place.y()])
        distance = np.hypot(away[:, 0], away[:, 1])
        distance[~np.isfinite(distance)] = np.inf
        nearest = int(np.argmin(distance))
        return nearest if distance[nearest] <= NEAR else None

    def wide(self, height: int) -> int:
        """A plane is square, a curve wider."""
        if isinstance(self.figure, Curve):
            return WIDTH
        return round(height - ABOVE - BELOW + LEFT + RIGHT)

    # --- painting ---------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """Ground, what is decided, the samples."""
        if self.figure is None or self.drawn is None:
            return
        scale, theme = self._scale(), self.theme
        above, device = self._room_of_legend(scale), self.devicePixelRatioF()
        taken = paint.paint_legend(painter, above, self._marked(), theme, device)
        paint_axes(painter, scale, theme, *self._names(), taken=taken)
        painter.save()
        painter.setClipRect(scale.room)
        if isinstance(self.figure, Curve):
            self._paint_curve(painter, scale, self.figure)
        else:
            self._paint_plane(painter, scale)
        if self.sample is not None:
            place = self.place_of(self.sample)
            if place is not None:
                paint.paint_chosen(painter, place, theme)
        painter.restore()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(scale.room)

    def _paint_curve(self, painter: QPainter, scale: Scale, figure: Curve) -> None:
        if self.drawn.verdicts.truth is not None:
            paint.paint_dots(painter, scale, self._spots, self.theme)
        paint.paint_curve(painter, scale, figure.x, figure.y, self.theme)

    def _paint_plane(self, painter: QPainter, scale: Scale) -> None:
        figure, theme, verdicts = self.figure, self.theme, self._marked()
        regions = figure.regions if isinstance(figure, Hidden) else figure
        if self._ground is not None:
            paint.paint_ground(painter, scale, self._ground)
        if isinstance(figure, Hidden) and figure.mesh is not None:
            paint.paint_mesh(painter, scale, figure.mesh, LINES, theme)
        if regions is not None:
            paint.paint_borders(painter, scale, regions, theme)
        device = self.devicePixelRatioF()
        paint.paint_samples(painter, scale, self._spots, verdicts, theme, device)
        paint.paint_class_names(painter, scale, self._spots, verdicts, theme)

    # --- inside -----------------------------------------------------------------------------

    def _marked(self) -> Verdicts:
        """What the samples are marked by; in a hidden space without classes by those of the set."""
        verdicts = self.drawn.verdicts
        if not isinstance(self.figure, Hidden) or verdicts.reading.classes:
            return verdicts
        return self.studio.labelled(len(verdicts)) or verdicts

    def _room_of_legend(self, scale: Scale) -> QRectF:
        """Half of what is above the plot; a curve has no classes to be told."""
        half = 0 if isinstance(self.figure, Curve) else scale.room.width() / 2
        return QRectF(scale.room.right() - half, 0, half, ABOVE - 4)  # level with the axis' name

    def _scale(self) -> Scale:
        area = QRectF(self.rect())
        room = plot_room(area) if isinstance(self.figure, Curve) else square_room(area)
        return Scale(room, self._window)

    def _names(self) -> tuple[str, str]:
        if isinstance(self.figure, Hidden):
            port, seen = self.figure.port, self.figure.projection
            if seen is not None:
                one, two = (component_text(n, share) for n, share in enumerate(seen.shares, 1))
                return one, two
            return f"{port}[0]", f"{port}[1]"
        given, features = self.studio.subject.given, self.studio.samples.features
        if isinstance(self.figure, Curve):
            return (features[0] if features else str(given)), str(self.studio.subject.prediction)
        if len(features) == 2:
            return features[0], features[1]
        return f"{given}[0]", f"{given}[1]"

    def _take_curve(self, figure: Curve) -> None:
        """Samples at their targets; the window holds these, and the curve as far as they are."""
        x = self.studio.inputs[: len(self.drawn.verdicts), 0].astype(np.float64)
        truth = self.drawn.verdicts.truth
        y = self.drawn.verdicts.scores if truth is None else truth
        y = np.asarray(y, np.float64).reshape(len(x), -1)[:, 0]
        self._spots = np.stack([x, y], axis=1)
        flat = figure.y[np.isfinite(figure.y)] if truth is None else y
        up, across = Window.over(flat.reshape(-1, 1)), self.studio.window
        self._window = Window((across.low[0], up.low[0]), (across.high[0], up.high[0]))

    def _dye(self) -> None:
        figure = self.figure
        regions = figure.regions if isinstance(figure, Hidden) else figure
        is_plane = isinstance(regions, Regions)
        self._ground = paint.ground_image(regions, self.theme) if is_plane else None
        self.update()


class HiddenView(PlaneView):
    """The same of a hidden port."""

    is_hidden_port = True
