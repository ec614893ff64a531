"""A plot of curves over a common axis, with a cursor that mouse and keys move."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from pyqtgraph import GraphicsView, InfiniteLine, PlotDataItem, TextItem, ViewBox
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gui.theme import Theme
from gui.training.plots.axis import Axis

DASHES = {"solid": (), "dashed": (5.0, 3.0), "dotted": (1.0, 3.0)}
DOT = 5  # pixels
CLICK = 4  # pixels that the mouse may move in a click
FEW = 24  # points up to which each has a dot


@dataclass(frozen=True, slots=True)
class Stroke:
    """A curve as it is drawn; `key` tells it from the others, `ink` is a token of the theme."""

    key: str
    x: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    ink: str = "text"
    width: float = 1.0
    dash: str = "solid"
    alpha: float = 1.0
    has_dots: bool = False
    label: str = ""  # written at its end


class Plot(GraphicsView):
    """Draws strokes. The mouse moves the cursor, drags and zooms x; y takes what is in sight."""

    pointed = Signal(object)  # an x of the axis, or None when the mouse has left
    stepped = Signal(int)  # an arrow key: -1 or 1
    pressed = Signal(float)  # an x was clicked, or chosen with Enter
    zoomed = Signal()  # a part is shown from now on, not all

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self._theme = theme
        self.strokes: tuple[Stroke, ...] = ()
        self.is_log = False
        self.cursor_x: float | None = None
        self._items: dict[str, PlotDataItem] = {}
        self._labels: dict[str, TextItem] = {}
        self.call(name)
        self.setMinimumSize(120, 64)
        self.setAntialiasing(True)
        self.box = ViewBox(enableMenu=False)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.setAutoVisible(y=True)
        self.box.setDefaultPadding(0.03)
        self.left, self.bottom = Axis(theme, "left"), Axis(theme, "bottom")
        grid = self.centralLayout
        grid.setContentsMargins(0, 4, 4, 0)
        grid.setSpacing(0)
        grid.addItem(self.left, 0, 0)
        grid.addItem(self.box, 0, 1)
        grid.addItem(self.bottom, 1, 1)
        self.left.linkToView(self.box)
        self.bottom.linkToView(self.box)
        self.box.sigRangeChangedManually.connect(lambda _: self.zoomed.emit())
        self._pressed_at: QPointF | None = None
        self._line, self._mark = InfiniteLine(angle=90), InfiniteLine(angle=90)
        for line in (self._line, self._mark):
            line.hide()
            self.box.addItem(line, ignoreBounds=True)
        theme.changed.connect(self._dye)
        self._dye()

    # --- what is shown ---------------------------------------------------------------------

    def call(self, name: str) -> None:
        """Name it for who cannot see it."""
        self.setAccessibleName(name)
        self.viewport().setAccessibleName(name)

    def show_strokes(self, strokes: Sequence[Stroke]) -> None:
        """Draw these and no others; what one has zoomed to stays."""
        self.strokes = tuple(strokes)
        wanted = {stroke.key for stroke in strokes}
        for key in [key for key in self._items if key not in wanted]:
            self.box.removeItem(self._items.pop(key))
            if key in self._labels:
                self.box.removeItem(self._labels.pop(key))
        for stroke in strokes:
            self._draw(stroke)
        self.scene().prepareForPaint()  # else it finds its range as it paints, and paints twice

    def set_log(self, is_log: bool) -> None:
        """Have a logarithmic y axis, or an even one."""
        if is_log == self.is_log:
            return
        self.is_log = is_log
        self.left.setLogMode(is_log)
        self.show_strokes(self.strokes)
        self.show_all()

    def show_all(self) -> None:
        """Take all curves into sight, and go on doing so."""
        self.box.enableAutoRange()

    def set_cursor(self, x: float | None) -> None:
        """Put the cursor at an x, or take it away."""
        self.cursor_x = x
        self._line.setVisible(x is not None)
        if x is not None:
            self._line.setValue(x)

    def set_mark(self, x: float | None) -> None:
        """Mark an x for as long as it is looked at, or nothing."""
        self._mark.setVisible(x is not None)
        if x is not None:
            self._mark.setValue(x)

    def pixel_of(self, x: float) -> float:
        """Where an x of the axis is drawn in the widget."""
        place = QPointF(x, self.box.viewRect().center().y())
        return self.mapFromScene(self.box.mapViewToScene(place)).x()

    # --- events ----------------------------------------------------------------------------

    def mouseMoveEvent(self, event) -> None:
        """The cursor follows the pointer."""
        super().mouseMoveEvent(event)
        place = self.mapToScene(event.position().toPoint())
        is_inside = self.box.sceneBoundingRect().contains(place)
        self.pointed.emit(float(self.box.mapSceneToView(place).x()) if is_inside else None)

    def leaveEvent(self, event) -> None:
        """No cursor without a pointer."""
        super().leaveEvent(event)
        self.pointed.emit(None)

    def mousePressEvent(self, event) -> None:
        """A click chooses; what is dragged moves the curves."""
        super().mousePressEvent(event)
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = event.position() if is_left else None

    def mouseReleaseEvent(self, event) -> None:
        """Choose the x of a click."""
        super().mouseReleaseEvent(event)
        start, self._pressed_at = self._pressed_at, None
        if start is None or (event.position() - start).manhattanLength() > CLICK:
            return
        place = self.mapToScene(event.position().toPoint())
        if self.box.sceneBoundingRect().contains(place):
            self.pressed.emit(float(self.box.mapSceneToView(place).x()))

    def keyPressEvent(self, event) -> None:
        """Left and Right move the cursor, Enter chooses where it stands."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if by is not None:
            self.stepped.emit(by)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_x is not None:
            self.pressed.emit(self.cursor_x)
        else:
            event.ignore()

    def paintEvent(self, event) -> None:
        """The curves, and a frame while it has the keys."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1))
            painter.end()

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # --- inside ----------------------------------------------------------------------------

    def _draw(self, stroke: Stroke) -> None:
        item = self._items.get(stroke.key)
        if item is None:
            item = self._items[stroke.key] = PlotDataItem(skipFiniteCheck=False)
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
            self.box.addItem(item)
        ink = QColor(self._theme.color(stroke.ink))
        ink.setAlphaF(stroke.alpha)
        pen = QPen(ink, stroke.width)
        pen.setCosmetic(True)
        if DASHES[stroke.dash]:
            pen.setDashPattern(DASHES[stroke.dash])
        y = stroke.y
        with np.errstate(invalid="ignore"):
            is_good = np.isfinite(y) & ((y > 0) if self.is_log else True)
        x, y = (stroke.x, y) if is_good.all() else (stroke.x, np.where(is_good, y, np.nan))
        if not is_good.any():
            x = y = np.zeros(0)
        if self.is_log:
            y = np.log10(y)
        dots = {"symbol": None}
        if stroke.has_dots and len(x) <= FEW:
            dots = {"symbol": "o", "symbolSize": DOT, "symbolBrush": ink, "symbolPen": None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # it looks for bounds among NaN too
            item.setData(x, y, pen=pen, connect="finite", **dots)
        if stroke.label:
            self._label(stroke, x, y)

    def _label(self, stroke: Stroke, x: np.ndarray, y: np.ndarray) -> None:
        """Write a curve's name at its end."""
        item = self._labels.get(stroke.key)
        if item is None:
            item = self._labels[stroke.key] = TextItem(anchor=(1, 1))
            self.box.addItem(item, ignoreBounds=True)
        good = np.flatnonzero(np.isfinite(y))
        item.setVisible(bool(len(good)))
        if len(good):
            item.setFont(self._theme.font(11))
            item.setText(stroke.label, QColor(self._theme.color("muted")))
            end = float(y[good[-1]])
            item.setAnchor((1, 0 if end > y[good].mean() else 1))  # on the side with more room
            item.setPos(float(x[good[-1]]), end)

    def _dye(self) -> None:
        self.setBackground(QColor(self._theme.color("panel")))
        for axis in (self.left, self.bottom):
            axis.dye()
        for line, ink, width in ((self._line, "line", 1), (self._mark, "text", 2)):
            pen = QPen(self._theme.color(ink), width)
            pen.setCosmetic(True)
            line.setPen(pen)
        self.show_strokes(self.strokes)
