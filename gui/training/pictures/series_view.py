"""A sequence: what is predicted over time at one sample, and what is true."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.inspector.geometry.scale import Scale, paint_axes, plot_room
from gui.training.pages import tr
from gui.training.pictures import plane_paint as paint
from gui.training.pictures.view import View
from runtime.geometry.window import Window
from runtime.training.pictures.studio import Studio
from runtime.training.pictures.verdicts import Verdicts

WIDTH = 420


def is_series(studio: Studio, verdicts: Verdicts) -> bool:
    """Whether numbers are predicted at each time step of sequences."""
    return studio.is_over_time and verdicts.truth is not None and not verdicts.reading.classes


class SeriesView(View):
    """Curve and dots over the time steps; arrows go through the sequences.

    The numbers of all sequences share an axis, so that they can be compared.
    """

    def wide(self, height: int) -> int:
        """Wider than high."""
        return WIDTH

    def place_of(self, step: int) -> QPointF:
        """Where the truth of a time step of the sequence that is shown is drawn."""
        truth = self._numbers(self.drawn.verdicts.truth)
        return self._scale().place(np.array([step, truth[step, 0]]))

    def paint(self, painter: QPainter) -> None:
        """The truth as dots, the prediction as a curve."""
        verdicts, scale = self.drawn.verdicts, self._scale()
        found = verdicts.reading.said(self._numbers(verdicts.scores))
        truth = self._numbers(verdicts.truth)
        steps = np.arange(len(found), dtype=np.float64)
        paint_axes(painter, scale, self.theme, tr("time step"), str(self.studio.subject.prediction))
        painter.save()
        painter.setClipRect(scale.room.adjusted(-4, -4, 4, 4))
        for column in truth.T:
            paint.paint_dots(painter, scale, np.stack([steps, column], axis=1), self.theme)
        paint.paint_curve(painter, scale, steps, found, self.theme)
        painter.restore()

    def _scale(self) -> Scale:
        truth = np.asarray(self.drawn.verdicts.truth, np.float64)
        up, last = Window.over(truth.reshape(-1, 1)), truth.shape[1] - 1
        window = Window((-0.5, up.low[0]), (last + 0.5, up.high[0]))
        return Scale(plot_room(QRectF(self.rect())), window)

    def _numbers(self, array: np.ndarray) -> np.ndarray:
        """The sequence that is shown: [time, numbers]."""
        own = array[min(self.sample or 0, len(array) - 1)]
        return np.asarray(own, np.float64).reshape(len(own), -1)
