"""The camera: which part of the canvas is seen, and how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QRectF, QVariantAnimation
from PySide6.QtGui import QTransform

from gui.canvas.levels import FAR, LEAST, MOST
from gui.canvas.sight import with_target

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MARGIN = 28  # pixels around the graph when it is fitted
LEAST_MARGIN = 0
CATCH = 0.02  # how near 100 % a zoom becomes 100 %
WHEEL = 1.2 ** (1 / 120)  # zoom per unit of a mouse wheel's angle


class Camera:
    """Moves the view: pan, zoom at a point, fit, go to a place."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.zoom = 1.0
        self.largest_fit = 1.0  # the zoom that fitting a small graph does not pass
        self._asked = 1.0  # the zoom without the catch: small turns of a wheel add up
        self._flight = QVariantAnimation(view)
        self._flight.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._flight.valueChanged.connect(self._fly)
        self._from = self._to = (QPointF(), 1.0)
        self.above = 0  # pixels at the top that something covers
        self._fitted: QRectF | None = None  # what was fitted, until the camera moves on
        self._sight = (QPointF(), 1.0)  # what the last fit has led to

    @property
    def centre(self) -> QPointF:
        """The canvas point in the middle of the view."""
        return self._view.mapToScene(self._view.viewport().rect().center())

    def pan(self, pixels: QPoint | QPointF) -> None:
        """Shift what is seen by so many pixels."""
        self._rest()
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(round(across.value() - pixels.x()))
        down.setValue(round(down.value() - pixels.y()))

    def zoom_at(self, factor: float, pixel: QPoint | QPointF, catches: bool = True) -> None:
        """Zoom by a factor; the canvas point under `pixel` stays there.

        100 % catches, for it is where everyone wants to be.
        """
        self._rest()
        before = self._asked if _caught(self._asked) == self.zoom else self.zoom
        self._asked = min(max(before * factor, LEAST), MOST)
        if catches and (before - 1) * (self._asked - 1) < 0:
            self._asked = 1.0  # it would have gone past
        zoom = _caught(self._asked) if catches else round(self._asked, 9)
        fixed = QPointF(self._view.mapToScene(QPointF(pixel).toPoint()))
        self._take(zoom)
        seen = self._view.mapFromScene(fixed)
        self.pan(QPointF(pixel) - QPointF(seen))

    def look_at(self, centre: QPointF, zoom: float | None = None) -> None:
        """Go to a place: flying where motion is on, else at once."""
        zoom = self.zoom if zoom is None else min(max(zoom, LEAST), MOST)
        self._rest()
        duration = self._view.theme.duration("camera")
        if not duration or not self._view.isVisible():
            self._take(zoom)
            self._view.centerOn(centre)
            return
        self._from, self._to = (self.centre, self.zoom), (centre, zoom)
        self._flight.setDuration(duration)
        self._flight.setStartValue(0.0)
        self._flight.setEndValue(1.0)
        self._flight.start()

    @property
    def is_fitted(self) -> bool:
        """Whether the whole graph was fitted, and the camera has not moved since."""
        return self._fitted is not None

    def stand_at(self, centre: QPointF, zoom: float) -> None:
        """Be at a place at once, as another camera is: to the pixel, where views are as large."""
        self._rest()
        self._take(zoom)
        self._view.centerOn(centre)
        self.pan(self._view.viewport().rect().center() - self._view.mapFromScene(centre))

    def fit(self, content: QRectF) -> None:
        """Show a whole rectangle with a margin, at most at 100 %."""
        sight = self._sight_of(content)
        self.look_at(*sight)
        self._fitted, self._sight = content, sight

    def fit_again(self) -> None:
        """The graph may take more room or less now: show all of it, if that is what is shown."""
        if self._fitted is not None:
            content = self._view.canvas.content_rect()
            if self._sight != self._sight_of(content):
                self.fit(content)

    def refit(self) -> None:
        """Another size of the view: what was fitted stays so, unless the camera has moved since."""
        if self._fitted is not None:
            self._flight.stop()
            centre, zoom = self._sight_of(self._fitted)
            self._take(zoom)
            self._view.centerOn(centre)

    def keep_clear(self, above: int) -> None:
        """Leave so many pixels at the top free when something is fitted."""
        if above != self.above:
            self.above = above
            self.refit()

    def unfit(self) -> None:
        """From now on another size of the view leaves the camera where it is."""
        self._fitted = None

    def _sight_of(self, content: QRectF) -> tuple[QPointF, float]:
        """The centre and zoom at which a rectangle fits."""
        if content.isEmpty():
            return QPointF(0, 0), 1.0
        wide = with_target(self._view.canvas, content)
        zoom = self._fitting(wide, MARGIN)
        if zoom < FAR <= self._fitting(content, LEAST_MARGIN):
            # Better a narrow margin, or the target's numbers cut, than edges without theirs.
            return self._clear(content.center(), FAR)
        return self._clear(wide.center(), min(max(zoom, LEAST), self.largest_fit))

    def _clear(self, centre: QPointF, zoom: float) -> tuple[QPointF, float]:
        """A sight whose middle is that of what is not covered."""
        return centre - QPointF(0, self.above / 2 / zoom), zoom

    def _rest(self) -> None:
        self._flight.stop()
        self._fitted = None

    def _fitting(self, content: QRectF, margin: float) -> float:
        size = self._view.viewport().size()
        across = (size.width() - 2 * margin) / content.width()
        return min(across, (size.height() - self.above - 2 * margin) / content.height())

    def _take(self, zoom: float) -> None:
        if zoom != self.zoom:
            self.zoom = zoom
            self._view.setTransform(QTransform.fromScale(zoom, zoom))
            self._view.zoom_changed.emit(zoom)

    def _fly(self, share: float) -> None:
        (start, first), (end, last) = self._from, self._to
        self._take(first * (last / first) ** share)
        self._view.centerOn(start + (end - start) * share)


def _caught(zoom: float) -> float:
    return 1.0 if abs(zoom - 1) < CATCH else zoom
