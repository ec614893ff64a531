"""The minimap: where the view stands, shown only while the graph overflows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from gui.canvas.keys import ARROWS

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

WIDTH, HEIGHT = 176, 112
MARGIN = 12
PAN_PARTS = 4  # arrows that cross the view
AHEAD = 100  # milliseconds without a change until it is drawn, though it is not seen
SLACK = 8  # pixels that the graph may overflow before the map comes


class Minimap(QWidget):
    """A small plan in the canvas's corner; pressing or dragging in it moves the view."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.resize(WIDTH, HEIGHT)
        self.setAccessibleName(self.tr("Minimap"))
        self.setAccessibleDescription(self.tr("Arrows move what is seen of the canvas."))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.is_wanted = True  # else it never comes
        self._plan: QPixmap | None = None  # drawn when the graph changes
        self._picture: QPixmap | None = None  # with the selection, drawn when that changes
        self._ahead = QTimer(self, singleShot=True, interval=AHEAD)
        self._ahead.timeout.connect(self._draw_ahead)
        view.canvas.content_changed.connect(self._redraw)
        view.document.selection_changed.connect(self._choose)
        view.theme.changed.connect(self._redraw)
        view.zoom_changed.connect(self.follow)
        view.horizontalScrollBar().valueChanged.connect(self.follow)
        view.verticalScrollBar().valueChanged.connect(self.follow)
        self.follow()

    def place(self) -> None:
        """Stand in the lower right corner."""
        self.move(self._view.width() - WIDTH - MARGIN, self._view.height() - HEIGHT - MARGIN)
        self.follow()

    def follow(self) -> None:
        """Come or go as the graph overflows the view."""
        if not self.is_wanted:
            self.hide()
            return
        slack = SLACK / self._view.zoom
        content = self._view.canvas.content_rect()
        seen = self._seen().adjusted(-slack, -slack, slack, slack)
        self.setVisible(not content.isEmpty() and not seen.contains(content))
        self.update()

    def paintEvent(self, event) -> None:
        """The plan, and a frame around what is seen."""
        if self._picture is None or self._is_of_other_pixels(self._picture):
            self._picture = self._marked()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        self._look(painter)
        pen = QPen(self._view.theme.color("text"), 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self._seen())
        if self.hasFocus():
            painter.resetTransform()
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _is_of_other_pixels(self, picture: QPixmap) -> bool:
        """Whether the map has come to a screen with another number of pixels since."""
        return picture.devicePixelRatio() != self.devicePixelRatioF()

    def _marked(self) -> QPixmap:
        """The plan with what is selected."""
        if self._plan is None or self._is_of_other_pixels(self._plan):
            self._plan = self._drawn()
        picture = self._plan.copy()
        painter = QPainter(picture)
        self._look(painter)
        self._view.canvas.plan.paint_selection(painter)
        painter.end()
        return picture

    def _drawn(self) -> QPixmap:
        """The plan by itself."""
        theme, scale = self._view.theme, self.devicePixelRatioF()
        picture = QPixmap(self.size() * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(theme.color("panel"))
        painter = QPainter(picture)
        painter.setPen(QPen(theme.color("grid"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        self._look(painter)
        self._view.canvas.plan.paint(painter)
        painter.end()
        return picture

    def _look(self, painter: QPainter) -> None:
        scale, origin = self._fit()
        painter.scale(scale, scale)
        painter.translate(-origin)

    def _redraw(self) -> None:
        self._plan = None
        self._ahead.start()
        self._choose()

    def _draw_ahead(self) -> None:
        """Draw the plan while nothing else is to be done: the frame in which it comes is full."""
        if self._plan is None and self.is_wanted and self._view.canvas.building.is_done:
            self._plan = self._drawn()

    def _choose(self) -> None:
        self._picture = None
        self.follow()

    def mousePressEvent(self, event) -> None:
        """Look there."""
        self._go(event.position())

    def mouseMoveEvent(self, event) -> None:
        """Look there, while a button is held."""
        if event.buttons():
            self._go(event.position())

    def wheelEvent(self, event) -> None:
        """A wheel does here what it does on the canvas; it would end here otherwise."""
        self._view.navigation.wheel(event)

    def keyPressEvent(self, event) -> None:
        """Arrows move what is seen by a part of it."""
        if event.key() not in ARROWS:
            event.ignore()
            return
        dx, dy = ARROWS[Qt.Key(event.key())]
        size = self._view.viewport().size()
        self._view.camera.pan(QPointF(-dx * size.width(), -dy * size.height()) / PAN_PARTS)

    def _go(self, pixel: QPointF) -> None:
        scale, origin = self._fit()
        self._view.centerOn(pixel / scale + origin)

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _fit(self) -> tuple[float, QPointF]:
        """(pixels per canvas unit, the canvas point in the map's corner)."""
        whole = self._view.canvas.content_rect()
        scale = min((WIDTH - 24) / max(whole.width(), 1), (HEIGHT - 24) / max(whole.height(), 1))
        size = QPointF(WIDTH / scale / 2, HEIGHT / scale / 2)
        return scale, whole.center() - size
