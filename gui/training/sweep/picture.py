"""The picture of a sweep: a dot for each rate, which pointer and keys read."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.geometry.scale import Scale
from gui.theme import Theme
from gui.training.sweep import drawing
from gui.training.sweep.words import tr
from runtime.training.landscape.sweeping import Sweep

WIDTH, LEAST = 480, 120
NOBODY = -1


class SweepPicture(QWidget):
    """Draws a sweep; `pointed(place)` names the rate that is read, -1 none, `chosen` a press."""

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.sweep: Sweep | None = None
        self.at = NOBODY
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(LEAST, LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Loss by learning rate"))
        theme.changed.connect(self.update)

    def show_sweep(self, sweep: Sweep | None) -> None:
        """Draw another one."""
        self.sweep = sweep
        self._point(NOBODY)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room for."""
        return QSize(WIDTH, LEAST)

    def place_of(self, place: int) -> QPointF:
        """Where a rate is drawn."""
        return drawing.place_of(self.sweep, place, self._scale)

    # --- events ---------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        """The drawing, and a frame while it has the keys."""
        if self.sweep is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names = (tr("learning rate"), tr("loss"))
        drawing.paint(painter, self.sweep, self._scale, self._theme, names, self.at)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def mouseMoveEvent(self, event) -> None:
        """Read the rate that is nearest."""
        if self.sweep is not None:
            self._point(drawing.nearest(self.sweep, self._scale, event.position().x()))

    def mousePressEvent(self, event) -> None:
        """Choose it."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.mouseMoveEvent(event)
        if self.at != NOBODY:
            self.chosen.emit(self.at)

    def leaveEvent(self, event) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point(NOBODY)

    def keyPressEvent(self, event) -> None:
        """Left and Right go from rate to rate, Enter chooses."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if self.sweep is not None and by is not None:
            last = len(self.sweep.rates) - 1
            start = (self.sweep.best or 0) - by if self.at == NOBODY else self.at
            self._point(min(max(start + by, 0), last))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at != NOBODY:
            self.chosen.emit(self.at)
        else:
            super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------

    @property
    def _scale(self) -> Scale:
        return drawing.scale_of(self.sweep, QRectF(self.rect()))

    def _point(self, at: int) -> None:
        if at != self.at:
            self.at = at
            self.pointed.emit(at)
            self.update()
